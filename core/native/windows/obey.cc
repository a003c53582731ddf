// Knows: the life of one compile as the daemon orders it, on Windows. Refuses to know: compilers, caches, and how the daemon was reached.
// The rule behind every branch stands in ../obey.cc, which does the same: nothing is printed before the daemon has said how it ends, so at any
// moment before that the launcher can still give way to the compiler; but a child that is shown live decides from its first word on.
#include "../obey.h"

#include <winsock2.h>

#include <algorithm>
#include <optional>

#include "../frames.h"
#include "../knock.h"
#include "../land.h"
#include "../link.h"
#include "../start.h"
#include "../streams.h"
#include "../system.h"
#include "child.h"

namespace {

using frames::Kind;
using frames::Order;
using frames::Run;

constexpr size_t mostUnsent = 1024 * 1024;
/** A grandchild may hold a stream open; nobody waits longer for that one. */
constexpr DWORD lastWordsMs = 200;

class Obedience {
 public:
  Obedience(int fd, const Place& place, const Target& target) : link_(fd), place_(place), target_(target) {}

  /** Returns only when the daemon hung up without a word. */
  void run(std::string_view request) {
    if (!exchangeSecrets(link_, place_)) giveUp();
    heardEvent_ = WSACreateEvent();
    WSAEventSelect(static_cast<SOCKET>(link_.fd()), heardEvent_, FD_READ | FD_WRITE | FD_CLOSE);
    patienceMs_ = sys::patienceMs("SCCACHE_TS_FIRST_MS", 5000);
    heardMs_ = sys::nowMs();
    if (!link_.send(request)) hungUp();
    while (!unheard_) turn();
  }

 private:
  [[noreturn]] void giveUp() {
    link_.close();
    while (shown_ && child_.running()) turn();
    if (shown_) conclude(Streams(), end_.value);
    windows::dropChild(child_);
    become(target_);
  }

  /** The daemon is gone, mute or mad. Only a compile that is already under way for good is worth finishing. */
  void daemonLost() {
    link_.close();
    if (run_ == Run::helper) giveUp();
    if (!child_.running()) finishAlone();
  }

  void hungUp() {
    link_.close();
    if (heard_) daemonLost();
    else unheard_ = true;
  }

  /** Colours were forced for the cache's sake and would have to be judged by it: then it is simpler to compile once more. */
  [[noreturn]] void finishAlone() {
    if (shown_) conclude(Streams(), end_.value);
    if (end_.how == frames::How::notStarted || kept_.overflowed() || kept_.hasColours()) giveUp();
    conclude(kept_, end_.value);
  }

  [[noreturn]] void conclude(const Streams& streams, uint32_t code) {
    // The daemon need not wait for whoever reads our output.
    link_.close();
    windows::dropChild(child_);
    streams.print();
    ExitProcess(code);
  }

  void turn() {
    HANDLE ready[4];
    DWORD count = 0;
    bool crowded = link_.open() && link_.unsent() > mostUnsent;
    for (windows::Stream& stream : child_.streams) {
      if (!crowded && stream.open()) ready[count++] = stream.ready();
    }
    if (link_.open()) ready[count++] = heardEvent_;
    if (child_.running()) ready[count++] = child_.process;
    if (count > 0 && WaitForMultipleObjects(count, ready, FALSE, waitMs()) == WAIT_FAILED) giveUp();
    // One wait tells of one handle only, and always of the same if it is ready all the time.
    for (int at = 0; at < 2; at++) {
      if (!crowded && child_.streams[at].open() && isReady(child_.streams[at].ready())) pass(at);
    }
    if (link_.open() && isReady(heardEvent_)) hear();
    if (child_.running() && isReady(child_.process)) childEnded();
    if (link_.open() && sys::nowMs() >= heardMs_ + patienceMs_) {
      noteFailure(place_);
      daemonLost();
    }
  }

  static bool isReady(HANDLE handle) { return WaitForSingleObject(handle, 0) == WAIT_OBJECT_0; }

  DWORD waitMs() const {
    if (!link_.open()) return 60000;
    uint64_t now = sys::nowMs(), until = heardMs_ + patienceMs_;
    return until <= now ? 0 : static_cast<DWORD>(std::min<uint64_t>(until - now, 60000));
  }

  void hear() {
    WSANETWORKEVENTS events;
    WSAEnumNetworkEvents(static_cast<SOCKET>(link_.fd()), heardEvent_, &events);
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
        // Landing waits for the last frame, so that nothing but printing and ending can come after it.
        if (answer_.overflowed() || (landing_.has_value() && !land(*landing_))) giveUp();
        conclude(answer_, order.kind == Kind::die ? 128u + order.number : order.number);
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
    run_ = order.run;
    kept_ = Streams();
    DWORD reason = windows::startChild(child_, order.text, order.args);
    if (reason != 0) tellEnd({frames::How::notStarted, static_cast<uint32_t>(reason), 0});
  }

  /** Passes on what a child has said. */
  void pass(int at) {
    std::string piece;
    child_.streams[at].take(piece);
    if (piece.empty()) return;
    if (run_ == Run::live) show(1 + at, piece);
    if (run_ == Run::final) kept_.add(1 + at, piece);
    if (link_.open() && !link_.send(frames::chunk(1 + at, piece))) linkBroke_ = true;
  }

  void show(int fd, std::string_view piece) {
    shown_ = true;
    // Where nobody can read it the compiler would not have been heard either.
    sys::writeAll(fd, piece);
  }

  void childEnded() {
    frames::Ran end = windows::reapChild(child_);
    for (int at = 0; at < 2; at++) {
      windows::Stream& stream = child_.streams[at];
      while (stream.open() && WaitForSingleObject(stream.ready(), lastWordsMs) == WAIT_OBJECT_0) pass(at);
      stream.close();
    }
    tellEnd(end);
  }

  void tellEnd(const frames::Ran& end) {
    end_ = end;
    if (!link_.open()) finishAlone();
    if (!link_.send(frames::ran(end)) || linkBroke_) hear();
  }

  Link link_;
  const Place& place_;
  const Target& target_;
  windows::Child child_;
  HANDLE heardEvent_ = nullptr;
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

void obey(int fd, const Place& place, std::string_view request, const Target& target) { Obedience(fd, place, target).run(request); }
