// Knows: how to reach the daemon's socket. Refuses to know: what is said over it.
#include "dial.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "system.h"

namespace {

#ifdef __linux__
constexpr int socketFlags = SOCK_CLOEXEC | SOCK_NONBLOCK;
#else
constexpr int socketFlags = 0;
#endif

struct Address {
  sockaddr_storage bytes{};
  socklen_t length = 0;
};

/** @param padded an abstract name filled up with zero bytes: that is how some versions of node bind it */
bool addressOf(const Place& place, bool padded, Address& address) {
  if (place.kind == Place::Kind::port) {
    auto* inet = reinterpret_cast<sockaddr_in*>(&address.bytes);
    inet->sin_family = AF_INET;
    inet->sin_port = htons(place.port);
    inet->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.length = sizeof(sockaddr_in);
    return true;
  }
  auto* un = reinterpret_cast<sockaddr_un*>(&address.bytes);
  // An abstract name begins with a zero byte and has none at its end.
  size_t lead = place.kind == Place::Kind::abstract ? 1 : 0;
  if (place.name.empty() || lead + place.name.size() >= sizeof un->sun_path) return false;
  un->sun_family = AF_UNIX;
  memcpy(un->sun_path + lead, place.name.data(), place.name.size());
  address.length = static_cast<socklen_t>(padded ? sizeof *un : offsetof(sockaddr_un, sun_path) + place.name.size() + 1);
  return true;
}

bool listenerIsThisUser(int fd) {
#ifdef SO_PEERCRED
  ucred peer{};
  socklen_t length = sizeof peer;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == geteuid();
#else
  uid_t uid;
  gid_t gid;
  return getpeereid(fd, &uid, &gid) == 0 && uid == geteuid();
#endif
}

/** 0, or why not. */
int connectWithin(int fd, const Address& address, uint64_t deadline) {
  for (;;) {
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address.bytes), address.length) == 0) return 0;
    int reason = errno;
    uint64_t now = sys::nowMs();
    if (now >= deadline) return ETIMEDOUT;
    if (reason == EAGAIN) {
      // The daemon's queue is full for this moment.
      usleep(2000);
    } else if (reason == EINPROGRESS) {
      pollfd ready{fd, POLLOUT, 0};
      if (poll(&ready, 1, static_cast<int>(deadline - now)) <= 0) return ETIMEDOUT;
      socklen_t length = sizeof reason;
      return getsockopt(fd, SOL_SOCKET, SO_ERROR, &reason, &length) == 0 ? reason : errno;
    } else if (reason != EINTR) {
      return reason;
    }
  }
}

Dialled dialAs(const Place& place, bool padded, int& fd) {
  Address address;
  if (!addressOf(place, padded, address)) return Dialled::failed;
  bool local = place.kind != Place::Kind::port;
  fd = sys::aside(socket(local ? AF_UNIX : AF_INET, SOCK_STREAM | socketFlags, 0));
  if (fd < 0) return Dialled::failed;
#ifndef __linux__
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
#endif
  int one = 1;
  if (!local) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  int reason = connectWithin(fd, address, sys::nowMs() + sys::patienceMs("SCCACHE_TS_CONNECT_MS", 1000));
  if (reason == 0 && (!local || listenerIsThisUser(fd))) return Dialled::connected;
  close(fd);
  fd = -1;
  return reason == ENOENT || reason == ECONNREFUSED ? Dialled::absent : Dialled::failed;
}

}  // namespace

Dialled dial(const Place& place, int& fd) {
  Dialled dialled = dialAs(place, false, fd);
  if (dialled == Dialled::absent && place.kind == Place::Kind::abstract) dialled = dialAs(place, true, fd);
  return dialled;
}
