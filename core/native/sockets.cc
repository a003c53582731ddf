// Knows: a non-blocking socket of POSIX systems. Refuses to know: what is sent.
#include "sockets.h"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

namespace sock {

namespace {
long result(ssize_t done) { return done >= 0 ? static_cast<long>(done) : errno == EAGAIN ? wouldBlock : gone; }
}  // namespace

long send(int fd, const char* bytes, size_t size) {
  ssize_t sent;
  do sent = ::send(fd, bytes, size, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return result(sent);
}

long receive(int fd, char* bytes, size_t size) {
  ssize_t got;
  do got = ::recv(fd, bytes, size, 0);
  while (got < 0 && errno == EINTR);
  return result(got);
}

void close(int fd) { ::close(fd); }

}  // namespace sock
