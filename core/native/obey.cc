// Knows: how POSIX systems wait for the daemon and a child at once, and how a process ends as a child ended. Refuses to know: what the daemon's
// orders mean (obey_rules.h).
#include <cerrno>
#include <cstdlib>
#include <poll.h>
#include <unistd.h>

#include "child.h"
#include "obey_rules.h"

namespace {

/** Where the system cannot tell us of a child's end, we ask this often. */
constexpr uint64_t askMs = 10;

class Obedience : public ObeyRules<Obedience, Child> {
 public:
  Obedience(int fd, const Place& place, const Target& target) : ObeyRules(fd, place, target) {}

  void ready() {}

  void turn() {
    // Fixed places: the socket, the child's two streams, the child's end. poll ignores negative descriptors.
    bool full = crowded();
    pollfd ready[4] = {
        {link_.fd(), static_cast<short>(link_.unsent() > 0 ? POLLIN | POLLOUT : POLLIN), 0},
        {full ? -1 : child_.streams[0], POLLIN, 0},
        {full ? -1 : child_.streams[1], POLLIN, 0},
        {child_.ended, POLLIN, 0},
    };
    int waitMs = static_cast<int>(patience(child_.running() && child_.ended < 0 ? askMs : 60000));
    if (poll(ready, 4, waitMs) < 0 && errno != EINTR) giveUp();
    if (link_.open() && ready[0].revents != 0) hear();
    for (int at = 0; at < 2; at++) {
      if (ready[1 + at].revents != 0) passOn(at);
    }
    frames::Ran end;
    if (child_.running() && (child_.ended < 0 || ready[3].revents != 0) && reapChild(child_, end)) childEnded(end);
    loseTheSilent();
  }

  uint32_t start(const frames::Order& order) { return static_cast<uint32_t>(startChild(child_, order.text, order.args)); }

  void childEnded(const frames::Ran& end) {
    // What the child itself wrote is in the pipes by now. A grandchild may hold them open; nobody waits for that one, and it
    // may not keep us busy for more than a few pipes' worth.
    for (int turns = 0; turns < 64 && (passOn(0) | passOn(1)); turns++) {
    }
    for (int& stream : child_.streams) closeStream(stream);
    tellEnd(end);
  }

  void drop() { dropChild(child_); }

  [[noreturn]] void end(bool bySignal, uint32_t number) {
    if (bySignal) dieBySignal(static_cast<int>(number));
    _exit(static_cast<int>(number));
  }

 private:
  /** Passes on one piece of a child's stream. True: there was one. */
  bool passOn(int at) {
    static char bytes[65536];
    int& stream = child_.streams[at];
    if (stream < 0) return false;
    ssize_t got = read(stream, bytes, sizeof bytes);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) closeStream(stream);
    if (got <= 0) return false;
    pass(1 + at, std::string_view(bytes, static_cast<size_t>(got)));
    return true;
  }
};

}  // namespace

void obey(int fd, const Place& place, std::string_view request, const Target& target) {
  Obedience(fd, place, target).run(request);
}
