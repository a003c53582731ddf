// Knows: frames over a non-blocking socket. Refuses to know: what they say.
#include "link.h"

#include "frames.h"
#include "sockets.h"

Link::~Link() { close(); }

void Link::close() {
  if (fd_ >= 0) sock::close(fd_);
  fd_ = -1;
}

bool Link::send(std::string_view frame) {
  unsent_.append(frame);
  return flush();
}

bool Link::flush() {
  while (open() && unsent() > 0) {
    long sent = sock::send(fd_, unsent_.data() + sentOf_, unsent());
    // What the daemon said before it went may still be read, so the descriptor stays.
    if (sent < 0) return sent == sock::wouldBlock;
    sentOf_ += static_cast<size_t>(sent);
  }
  unsent_.clear();
  sentOf_ = 0;
  return open();
}

bool Link::receive() {
  received_.erase(0, takenOf_);
  takenOf_ = 0;
  static char bytes[65536];
  for (;;) {
    long got = sock::receive(fd_, bytes, sizeof bytes);
    if (got <= 0) return got == sock::wouldBlock;
    received_.append(bytes, static_cast<size_t>(got));
    if ((sock::shortIsLast && static_cast<size_t>(got) < sizeof bytes) || received_.size() > frames::maxLength) return true;
  }
}

Link::Next Link::next(std::string_view& payload) {
  std::string_view rest = std::string_view(received_).substr(takenOf_);
  if (rest.size() < 4) return Next::none;
  uint32_t length = 0;
  for (int i = 0; i < 4; i++) length |= static_cast<uint32_t>(static_cast<unsigned char>(rest[i])) << (8 * i);
  if (length == 0 || length > frames::maxLength) return Next::broken;
  if (rest.size() - 4 < length) return Next::none;
  payload = rest.substr(4, length);
  takenOf_ += 4 + length;
  return Next::frame;
}
