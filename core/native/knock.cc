// Knows: how launcher and daemon prove to each other whose they are, where the socket cannot tell. Refuses to know: what is asked afterwards.
#include "knock.h"

#include <poll.h>
#include <string>
#include <string_view>

#include "frames.h"
#include "system.h"

bool exchangeSecrets(Link& link, const Place& place) {
  std::string secrets;
  if (!sys::readPrivateFile(place.secretsFile, secrets, 256)) return false;
  size_t line = secrets.find('\n');
  if (line == std::string::npos || line < 32 || secrets.size() != 2 * (line + 1) || secrets.back() != '\n') return false;
  if (!link.send(frames::knock(secrets.substr(0, line)))) return false;
  uint64_t deadline = sys::nowMs() + sys::patienceMs("SCCACHE_TS_CONNECT_MS", 1000);
  for (uint64_t now; (now = sys::nowMs()) < deadline;) {
    pollfd ready{link.fd(), POLLIN, 0};
    if (poll(&ready, 1, static_cast<int>(deadline - now)) <= 0) continue;
    bool alive = link.receive();
    std::string_view payload;
    frames::Order order;
    Link::Next next = link.next(payload);
    if (next == Link::Next::frame) {
      return frames::decode(payload, order) && order.kind == frames::Kind::open && order.text + "\n" == secrets.substr(line + 1);
    }
    if (!alive || next == Link::Next::broken) return false;
  }
  return false;
}
