// Knows: bytes for standard output and standard error, in order, within a bound. Refuses to know: where they come from.
#pragma once
#include <string>
#include <string_view>
#include <vector>

class Streams {
 public:
  void add(int fd, std::string_view bytes);
  /** More came than is kept: what is here is not the whole. */
  bool overflowed() const { return size_ > most; }
  bool hasColours() const;
  void print() const;

 private:
  static constexpr size_t most = 64 * 1024 * 1024;

  struct Piece {
    int fd;
    std::string bytes;
  };

  std::vector<Piece> pieces_;
  size_t size_ = 0;
};
