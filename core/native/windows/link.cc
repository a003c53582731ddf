// Knows: frames over a non-blocking socket of Windows. Refuses to know: what they say.
#include "../link.h"

#include <winsock2.h>

#include "../frames.h"

Link::~Link() { close(); }

void Link::close() {
  if (fd_ >= 0) closesocket(static_cast<SOCKET>(fd_));
  fd_ = -1;
}

bool Link::send(std::string_view frame) {
  unsent_.append(frame);
  return flush();
}

bool Link::flush() {
  while (open() && unsent() > 0) {
    int most = unsent() > 1048576 ? 1048576 : static_cast<int>(unsent());
    int sent = ::send(static_cast<SOCKET>(fd_), unsent_.data() + sentOf_, most, 0);
    if (sent >= 0) sentOf_ += static_cast<size_t>(sent);
    // What the daemon said before it went may still be read, so the socket stays.
    else return WSAGetLastError() == WSAEWOULDBLOCK;
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
    int got = recv(static_cast<SOCKET>(fd_), bytes, sizeof bytes, 0);
    if (got == 0) return false;
    if (got < 0) return WSAGetLastError() == WSAEWOULDBLOCK;
    received_.append(bytes, static_cast<size_t>(got));
    if (received_.size() > frames::maxLength) return true;
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
