// Knows: how Windows waits for the daemon and a child at once, and how a process ends there. Refuses to know: what the daemon's orders mean
// (../obey_rules.h).
#include <winsock2.h>
#include <windows.h>

#include <string>

#include "../obey_rules.h"
#include "child.h"

namespace {

/** A grandchild may hold a stream open; nobody waits longer for that one. */
constexpr DWORD lastWordsMs = 200;

bool isReady(HANDLE handle, DWORD ms = 0) { return WaitForSingleObject(handle, ms) == WAIT_OBJECT_0; }

class Obedience : public ObeyRules<Obedience, windows::Child> {
 public:
  Obedience(int fd, const Place& place, const Target& target) : ObeyRules(fd, place, target) {}

  void ready() {
    heardEvent_ = WSACreateEvent();
    WSAEventSelect(static_cast<SOCKET>(link_.fd()), heardEvent_, FD_READ | FD_WRITE | FD_CLOSE);
  }

  void turn() {
    HANDLE ready[4];
    DWORD count = 0;
    bool full = crowded();
    for (windows::Stream& stream : child_.streams) {
      if (!full && stream.open()) ready[count++] = stream.ready();
    }
    if (link_.open()) ready[count++] = heardEvent_;
    if (child_.running()) ready[count++] = child_.process;
    if (count > 0 && WaitForMultipleObjects(count, ready, FALSE, static_cast<DWORD>(patience(60000))) == WAIT_FAILED) giveUp();
    // One wait tells of one handle only, and always of the same if it is ready all the time.
    for (int at = 0; at < 2; at++) {
      if (!full && child_.streams[at].open() && isReady(child_.streams[at].ready())) passOn(at);
    }
    if (link_.open() && isReady(heardEvent_)) {
      WSANETWORKEVENTS events;
      WSAEnumNetworkEvents(static_cast<SOCKET>(link_.fd()), heardEvent_, &events);
      hear();
    }
    if (child_.running() && isReady(child_.process)) childEnded(windows::reapChild(child_));
    loseTheSilent();
  }

  uint32_t start(const frames::Order& order) { return windows::startChild(child_, order.text, order.args); }

  void childEnded(const frames::Ran& end) {
    for (int at = 0; at < 2; at++) {
      windows::Stream& stream = child_.streams[at];
      while (stream.open() && isReady(stream.ready(), lastWordsMs)) passOn(at);
      stream.close();
    }
    tellEnd(end);
  }

  void drop() { windows::dropChild(child_); }

  /** There are no signals: what a POSIX shell would say of one. */
  [[noreturn]] void end(bool bySignal, uint32_t number) { ExitProcess(bySignal ? 128u + number : number); }

 private:
  void passOn(int at) {
    std::string piece;
    child_.streams[at].take(piece);
    if (!piece.empty()) pass(1 + at, piece);
  }

  HANDLE heardEvent_ = nullptr;
};

}  // namespace

void obey(int fd, const Place& place, std::string_view request, const Target& target) { Obedience(fd, place, target).run(request); }
