// Knows: the life of one compile as the daemon orders it, on every system. Refuses to know: compilers, caches, how the daemon was reached, and how a
// system waits, starts a child and ends a process (obey.cc, windows/obey.cc).
//
// The rule behind every branch: nothing is printed before the daemon has said how it ends, so at any moment before that the launcher can
// still become the compiler and nobody can tell. A child that is shown live is the compile itself: once it has said a word, its end is ours
// whatever becomes of the daemon.
#pragma once
#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "become.h"
#include "frames.h"
#include "knock.h"
#include "land.h"
#include "link.h"
#include "obey.h"
#include "start.h"
#include "streams.h"
#include "system.h"

/**
 * `System` is the class that inherits from this one and has the means:
 *   void ready()                                 the link is about to be used
 *   void turn()                                  waits until something happens, at most `patience` milliseconds, and sees to it
 *   uint32_t start(const frames::Order&)         starts `child_`; why not, in the system's numbers, or 0
 *   void childEnded(const frames::Ran&)          passes on what is left of the child's words, then `tellEnd`
 *   void drop()                                  leaves nothing of `child_`
 *   [[noreturn]] void end(bool bySignal, uint32_t number)
 */
template <class System, class Child>
class ObeyRules {
 public:
  /** Returns only when the daemon hung up without a word. */
  void run(std::string_view request) {
    if (place_.needsSecrets() && !exchangeSecrets(link_, place_)) giveUp();
    system().ready();
    patienceMs_ = sys::patienceMs("SCCACHE_TS_FIRST_MS", 5000);
    heardMs_ = sys::nowMs();
    if (!link_.send(request)) hungUp();
    while (!unheard_) system().turn();
  }

 protected:
  ObeyRules(int fd, const Place& place, const Target& target) : link_(fd), place_(place), target_(target) {}

  [[noreturn]] void giveUp() {
    link_.close();
    while (shown_ && child_.running()) system().turn();
    if (shown_) concludeWith(Streams());
    system().drop();
    become(target_);
  }

  /** The daemon reads fast; when it does not, the child waits rather than our memory grows. */
  bool crowded() const { return link_.open() && link_.unsent() > 1024 * 1024; }

  /** Milliseconds until the daemon has been silent for too long, `most` at most. */
  uint64_t patience(uint64_t most) const {
    if (!link_.open()) return most;
    uint64_t now = sys::nowMs(), until = heardMs_ + patienceMs_;
    return until <= now ? 0 : std::min(until - now, most);
  }

  void loseTheSilent() {
    if (!link_.open() || patience(1) > 0) return;
    noteFailure(place_);
    daemonLost();
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
      frames::Order order;
      if (!frames::decode(payload, order)) return daemonLost();
      obeyOrder(order);
      if (!link_.open()) return;
    }
    if (next == Link::Next::broken) daemonLost();
    else if (!alive) hungUp();
  }

  /** What a child has said on descriptor 1 or 2. */
  void pass(int fd, std::string_view piece) {
    if (run_ == frames::Run::live) {
      shown_ = true;
      // Where nobody can read it the compiler would not have been heard either.
      sys::writeAll(fd, piece);
    }
    if (run_ == frames::Run::final) kept_.add(fd, piece);
    if (link_.open() && !link_.send(frames::chunk(fd, piece))) linkBroke_ = true;
  }

  void tellEnd(const frames::Ran& end) {
    end_ = end;
    if (!link_.open()) finishAlone();
    if (!link_.send(frames::ran(end)) || linkBroke_) hear();
  }

  Link link_;
  Child child_;

 private:
  System& system() { return static_cast<System&>(*this); }

  /** The daemon is gone, mute or mad. Only a compile that is already under way for good is worth finishing. */
  void daemonLost() {
    link_.close();
    if (run_ == frames::Run::helper) giveUp();
    if (!child_.running()) finishAlone();
  }

  void hungUp() {
    link_.close();
    if (heard_) daemonLost();
    else unheard_ = true;
  }

  /** Colours were forced for the cache's sake and would have to be judged by it: then it is simpler to compile once more. */
  [[noreturn]] void finishAlone() {
    if (shown_) concludeWith(Streams());
    if (end_.how == frames::How::notStarted || kept_.overflowed() || kept_.hasColours()) giveUp();
    concludeWith(kept_);
  }

  /** As the child ended. */
  [[noreturn]] void concludeWith(const Streams& streams) { conclude(streams, end_.how == frames::How::killed, end_.value); }

  [[noreturn]] void conclude(const Streams& streams, bool bySignal, uint32_t number) {
    // The daemon need not wait for whoever reads our output.
    link_.close();
    system().drop();
    streams.print();
    system().end(bySignal, number);
  }

  void obeyOrder(frames::Order& order) {
    using frames::Kind;
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
        conclude(answer_, order.kind == Kind::die, static_cast<uint32_t>(order.number));
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

  void runChild(const frames::Order& order) {
    if (child_.running() || landing_.has_value() || shown_) return daemonLost();
    system().drop();
    run_ = order.run;
    kept_ = Streams();
    uint32_t reason = system().start(order);
    if (reason != 0) system().childEnded({frames::How::notStarted, reason, 0});
  }

  const Place& place_;
  const Target& target_;
  /** What the latest child is. */
  frames::Run run_ = frames::Run::helper;
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
  /** The daemon says every two seconds that it works; a compile shall not hang for more than ten because of one that stands still. */
  const uint64_t silenceMs_ = sys::patienceMs("SCCACHE_TS_SILENCE_MS", 9000);
};
