// Knows: a non-blocking socket of Windows. Refuses to know: what is sent.
#include "../sockets.h"

#include <winsock2.h>

#include <algorithm>

namespace sock {

namespace {
constexpr size_t mostAtOnce = 1024 * 1024;
long result(int done) { return done >= 0 ? done : WSAGetLastError() == WSAEWOULDBLOCK ? wouldBlock : gone; }
}  // namespace

long send(int fd, const char* bytes, size_t size) { return result(::send(static_cast<SOCKET>(fd), bytes, static_cast<int>(std::min(size, mostAtOnce)), 0)); }

long receive(int fd, char* bytes, size_t size) { return result(::recv(static_cast<SOCKET>(fd), bytes, static_cast<int>(std::min(size, mostAtOnce)), 0)); }

void close(int fd) { closesocket(static_cast<SOCKET>(fd)); }

}  // namespace sock
