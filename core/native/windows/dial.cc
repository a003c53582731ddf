// Knows: how to reach the daemon's port, and how both sides prove to each other whose they are. Refuses to know: what is asked over it.
// core/src/host/launcher-socket-dial.ts is the same in JavaScript.
#include "../dial.h"
#include "../knock.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstdlib>

#include "../frames.h"
#include "../system.h"

namespace {

struct Secrets {
  std::string launcher;
  std::string daemon;
  uint16_t port = 0;
};

/** Two lines, and a third one with the port where the place has none. */
bool readSecrets(const Place& place, Secrets& secrets) {
  std::string all;
  if (!sys::readPrivateFile(place.secretsFile, all, 256)) return false;
  size_t first = all.find('\n');
  size_t second = first == std::string::npos ? first : all.find('\n', first + 1);
  if (first == std::string::npos || first < 32 || second != 2 * first + 1) return false;
  secrets.launcher = all.substr(0, first);
  secrets.daemon = all.substr(first + 1, first);
  secrets.port = place.port != 0 ? place.port : static_cast<uint16_t>(strtoul(all.c_str() + second + 1, nullptr, 10));
  return secrets.port != 0 && (place.port != 0 || all.back() == '\n');
}

bool waitFor(SOCKET socket, bool toWrite, uint64_t deadline) {
  uint64_t now = sys::nowMs();
  if (now >= deadline) return false;
  timeval left{static_cast<long>((deadline - now) / 1000), static_cast<long>((deadline - now) % 1000 * 1000)};
  fd_set one, failed;
  FD_ZERO(&one);
  FD_SET(socket, &one);
  failed = one;
  return select(0, toWrite ? nullptr : &one, toWrite ? &one : nullptr, &failed, &left) > 0 && FD_ISSET(socket, &one);
}

uint64_t deadlineFromNow() { return sys::nowMs() + sys::patienceMs("SCCACHE_TS_CONNECT_MS", 1000); }

}  // namespace

Dialled dial(const Place& place, int& fd) {
  WSADATA data;
  static const bool started = WSAStartup(MAKEWORD(2, 2), &data) == 0;
  if (!started) return Dialled::failed;
  Secrets secrets;
  // Who ends in good order takes its file away.
  if (!readSecrets(place, secrets)) return Dialled::absent;
  SOCKET socket = WSASocketW(AF_INET, SOCK_STREAM, 0, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
  if (socket == INVALID_SOCKET) return Dialled::failed;
  u_long on = 1;
  ioctlsocket(socket, FIONBIO, &on);
  int one = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<char*>(&one), sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(secrets.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bool connected = connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (!connected && WSAGetLastError() == WSAEWOULDBLOCK) connected = waitFor(socket, true, deadlineFromNow());
  if (connected) {
    fd = static_cast<int>(socket);
    return Dialled::connected;
  }
  closesocket(socket);
  // Windows asks several times at a port where nobody listens, longer than we wait. Should somebody do, the lock tells.
  return Dialled::absent;
}

bool exchangeSecrets(Link& link, const Place& place) {
  Secrets secrets;
  if (!readSecrets(place, secrets) || !link.send(frames::knock(secrets.launcher))) return false;
  for (uint64_t deadline = deadlineFromNow(); waitFor(static_cast<SOCKET>(link.fd()), false, deadline);) {
    bool alive = link.receive();
    std::string_view payload;
    frames::Order order;
    Link::Next next = link.next(payload);
    if (next == Link::Next::frame) return frames::decode(payload, order) && order.kind == frames::Kind::open && order.text == secrets.daemon;
    if (!alive || next == Link::Next::broken) return false;
  }
  return false;
}
