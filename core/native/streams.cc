// Knows: bytes for standard output and standard error, in order, within a bound. Refuses to know: where they come from.
#include "streams.h"

#include <algorithm>

#include "system.h"

void Streams::add(int fd, std::string_view bytes) {
  size_ += bytes.size();
  if (overflowed()) return;
  if (!pieces_.empty() && pieces_.back().fd == fd) {
    pieces_.back().bytes.append(bytes);
  } else {
    pieces_.push_back({fd, std::string(bytes)});
  }
}

bool Streams::hasColours() const {
  return std::any_of(pieces_.begin(), pieces_.end(), [](const Piece& piece) { return piece.bytes.find('\x1b') != std::string::npos; });
}

void Streams::print() const {
  // Where nobody can read it the compiler would not have been heard either.
  for (const Piece& piece : pieces_) sys::writeAll(piece.fd, piece.bytes);
}
