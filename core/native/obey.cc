// Knows: the life of one compile as the daemon orders it. Refuses to know: compilers, caches, and how the daemon was reached.
//
// The rule behind every branch: nothing is printed before the daemon has said how it ends, so at any moment before that the launcher can
// still become the compiler and nobody can tell. A child that is shown live is the compile itself: once it has said a word, its end is ours
// whatever becomes of the daemon.
#include "obey.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <poll.h>
#include <unistd.h>

#include "child.h"
#include "frames.h"
#include "knock.h"
#include "land.h"
#include "link.h"
#include "start.h"
#include "streams.h"
#include "system.h"

namespace {

using frames::Kind;
using frames::Order;
using frames::Run;

/** The daemon reads fast; when it does not, the child waits rather than our memory grows. */
constexpr size_t mostUnsent = 1024 * 1024;
/** Where the system cannot tell us of a child's end, we ask this often. */
constexpr int askMs = 10;

class Obedience {
 public:
  Obedience(int fd, const Place& place, const Target& target) : link_(fd), place_(place), target_(target) {}

  /** Returns only when the daemon hung up without a word. */
  void run(std::string_view request) {
    if (place_.needsSecrets() && !exchangeSecrets(link_, place_)) giveUp();
    patienceMs_ = sys::patienceMs("SCCACHE_TS_FIRST_MS", 5000);
    heardMs_ = sys::nowMs();
    if (!link_.send(request)) hungUp();
    while (!unheard_) turn();
  }

 private:
  [[noreturn]] void giveUp() {
    link_.close();
    while (shown_ && child_.running()) turn();
    if (shown_) concludeShown();
    dropChild(child_);
    become(target_);
  }

  /** The daemon is gone, mute or mad. Only a compile that is already under way for good is worth finishing. */
  void daemonLost() {
    link_.close();
    if (run_ == Run::helper) giveUp();
    if (!child_.running()) finishAlone();
  }

  void hungUp() {
    if (!heard_) {
      link_.close();
      unheard_ = true;
    } else {
      daemonLost();
    }
  }

  /** Colours were forced for the cache's sake and would have to be judged by it: then it is simpler to compile once more. */
  [[noreturn]] void finishAlone() {
    if (shown_) concludeShown();
    if (end_.how == frames::How::notStarted || kept_.overflowed() || kept_.hasColours()) giveUp();
    conclude(kept_, end_.how == frames::How::killed, static_cast<int>(end_.value));
  }

  [[noreturn]] void concludeShown() { conclude(Streams(), end_.how == frames::How::killed, static_cast<int>(end_.value)); }

  [[noreturn]] void conclude(const Streams& streams, bool bySignal, int number) {
    // The daemon need not wait for whoever reads our output.
    link_.close();
    dropChild(child_);
    streams.print();
    if (bySignal) dieBySignal(number);
    _exit(number);
  }

  void turn() {
    // Fixed places: the socket, the child's two streams, the child's end. poll ignores negative descriptors.
    bool crowded = link_.open() && link_.unsent() > mostUnsent;
    pollfd ready[4] = {
        {link_.fd(), static_cast<short>(link_.unsent() > 0 ? POLLIN | POLLOUT : POLLIN), 0},
        {crowded ? -1 : child_.streams[0], POLLIN, 0},
        {crowded ? -1 : child_.streams[1], POLLIN, 0},
        {child_.ended, POLLIN, 0},
    };
    if (poll(ready, 4, waitMs()) < 0 && errno != EINTR) giveUp();
    if (link_.open() && ready[0].revents != 0) hear();
    for (int at = 0; at < 2; at++) {
      if (ready[1 + at].revents != 0) pass(at);
    }
    frames::Ran end;
    if (child_.running() && (child_.ended < 0 || ready[3].revents != 0) && reapChild(child_, end)) childEnded(end);
    if (link_.open() && sys::nowMs() >= heardMs_ + patienceMs_) {
      noteFailure(place_);
      daemonLost();
    }
  }

  int waitMs() const {
    int most = child_.running() && child_.ended < 0 ? askMs : 60000;
    if (!link_.open()) return most;
    uint64_t now = sys::nowMs();
    uint64_t until = heardMs_ + patienceMs_;
    return until <= now ? 0 : static_cast<int>(std::min<uint64_t>(until - now, static_cast<uint64_t>(most)));
  }

  void hear() {
    bool alive = link_.flush();
    alive = link_.receive() && alive;
    std::string_view payload;
    Link::Next next;
    while ((next = link_.next(payload)) == Link::Next::frame) {
      heard_ = true;
      heardMs_ = sys::nowMs();
      patienceMs_ = silenceMs_;
      Order order;
      if (!frames::decode(payload, order)) return daemonLost();
      obeyOrder(order);
      if (!link_.open()) return;
    }
    if (next == Link::Next::broken) daemonLost();
    else if (!alive) hungUp();
  }

  void obeyOrder(Order& order) {
    switch (order.kind) {
      case Kind::become:
        giveUp();
      case Kind::run:
        return runChild(order);
      case Kind::print:
        return answer_.add(order.number, order.text);
      case Kind::exit:
      case Kind::die:
        if (answer_.overflowed()) giveUp();
        // Landing waits for the last frame, so that nothing but printing and ending can come after it: before it no output has been
        // touched, a landing that fails leaves none, and from one that succeeds no way leads back to the compiler.
        if (landing_.has_value() && !land(*landing_)) giveUp();
        conclude(answer_, order.kind == Kind::die, order.number);
      case Kind::wait:
        return;
      case Kind::land:
        if (landing_.has_value() || child_.running()) return daemonLost();
        landing_ = std::move(order.landing);
        return;
      case Kind::open:
      case Kind::reply:
        return daemonLost();
    }
  }

  void runChild(const Order& order) {
    if (child_.running() || landing_.has_value() || shown_) return daemonLost();
    dropChild(child_);
    run_ = order.run;
    kept_ = Streams();
    int reason = startChild(child_, order.text, order.args);
    if (reason != 0) childEnded({frames::How::notStarted, static_cast<uint32_t>(reason), 0});
  }

  /** Passes on one piece of a child's stream. True: there was one. */
  bool pass(int at) {
    static char bytes[65536];
    int& stream = child_.streams[at];
    if (stream < 0) return false;
    ssize_t got = read(stream, bytes, sizeof bytes);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) closeStream(stream);
    if (got <= 0) return false;
    std::string_view piece(bytes, static_cast<size_t>(got));
    if (run_ == Run::live) show(1 + at, piece);
    if (run_ == Run::final) kept_.add(1 + at, piece);
    if (link_.open() && !link_.send(frames::chunk(1 + at, piece))) linkBroke_ = true;
    return true;
  }

  void show(int fd, std::string_view piece) {
    shown_ = true;
    // Where nobody can read it the compiler would not have been heard either.
    sys::writeAll(fd, piece);
  }

  void childEnded(const frames::Ran& end) {
    // What the child itself wrote is in the pipes by now. A grandchild may hold them open; nobody waits for that one, and it
    // may not keep us busy for more than a few pipes' worth.
    for (int turns = 0; turns < 64 && (pass(0) | pass(1)); turns++) {
    }
    for (int& stream : child_.streams) closeStream(stream);
    end_ = end;
    if (!link_.open()) finishAlone();
    if (!link_.send(frames::ran(end)) || linkBroke_) hear();
  }

  Link link_;
  const Place& place_;
  const Target& target_;
  Child child_;
  /** What the latest child is. */
  Run run_ = Run::helper;
  /** A live child has said something. */
  bool shown_ = false;
  bool linkBroke_ = false;
  /** A frame has come. */
  bool heard_ = false;
  bool unheard_ = false;
  frames::Ran end_;
  /** What the compile itself wrote, should we have to finish alone. */
  Streams kept_;
  /** What the daemon told us to print. */
  Streams answer_;
  /** What the daemon told us to put in place. */
  std::optional<frames::Landing> landing_;
  uint64_t heardMs_ = 0;
  uint64_t patienceMs_ = 0;
  const uint64_t silenceMs_ = sys::patienceMs("SCCACHE_TS_SILENCE_MS", 20000);
};

}  // namespace

void obey(int fd, const Place& place, std::string_view request, const Target& target) {
  Obedience(fd, place, target).run(request);
}
