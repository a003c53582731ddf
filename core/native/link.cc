// Knows: frames over a non-blocking socket. Refuses to know: what they say.
#include "link.h"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

#include "frames.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

Link::~Link() { close(); }

void Link::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool Link::send(std::string_view frame) {
  unsent_.append(frame);
  return flush();
}

bool Link::flush() {
  while (open() && unsent() > 0) {
    ssize_t sent = ::send(fd_, unsent_.data() + sentOf_, unsent(), MSG_NOSIGNAL);
    if (sent >= 0) {
      sentOf_ += static_cast<size_t>(sent);
    } else if (errno == EAGAIN) {
      return true;
    } else if (errno != EINTR) {
      // What the daemon said before it went may still be read, so the descriptor stays.
      return false;
    }
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
    ssize_t got = recv(fd_, bytes, sizeof bytes, 0);
    if (got > 0) {
      received_.append(bytes, static_cast<size_t>(got));
      // A short piece was the last one; what else there is to know the next poll tells.
      if (static_cast<size_t>(got) < sizeof bytes || received_.size() > frames::maxLength) return true;
    } else if (got == 0) {
      return false;
    } else if (errno == EAGAIN) {
      return true;
    } else if (errno != EINTR) {
      return false;
    }
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
