// Knows: one program, run to its end in a session of its own, with bounds on time and output.
// Refuses to know: which thread minds it (process_thread.cc), and JavaScript.
#include "process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include "../system.h"
#include "spawn.h"

namespace {

/** After a kill, what a descendant that left the group still holds open is waited for no longer than this. */
constexpr uint64_t graceMs = 500;
/** Where the system cannot tell us that a process has ended, one that has closed its streams is asked this often. */
constexpr uint64_t askMs = 2;
/** For one stream before others have their turn. */
constexpr size_t atOnce = 1024 * 1024;

void closeEnd(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

void feed(Process& process) {
  const std::string& input = process.spec.input;
  while (process.input >= 0) {
    ssize_t wrote = process.written == input.size() ? 0 : write(process.input, input.data() + process.written, input.size() - process.written);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0 && errno == EAGAIN) return;
    // It may end without reading its input; its exit tells the story.
    if (wrote <= 0) return closeEnd(process.input);
    process.written += static_cast<size_t>(wrote);
  }
}

void gather(Process& process, int which) {
  char bytes[65536];
  int& fd = process.streams[which];
  for (size_t total = 0; fd >= 0 && total < atOnce;) {
    ssize_t got = read(fd, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return closeEnd(fd);
    total += static_cast<size_t>(got);
    if (process.outcome != Outcome::running) continue;
    std::string& output = process.output[which];
    if (output.size() + static_cast<size_t>(got) > process.spec.maxOutput) {
      stopProcess(process, which == 0 ? Outcome::tooMuchOutput : Outcome::tooMuchErrorOutput);
    } else {
      output.append(bytes, static_cast<size_t>(got));
    }
  }
}

/** Looks without reaping: until then neither its number nor its group's can become somebody else's. */
void lookForEnd(Process& process) {
  siginfo_t end{};
  int found = waitid(P_PID, static_cast<id_t>(process.pid), &end, WEXITED | WNOHANG | WNOWAIT);
  if ((found == 0 && end.si_pid != 0) || (found < 0 && errno == ECHILD)) {
    process.exited = true;
    closeEnd(process.ended);
  }
}

bool streamsClosed(const Process& process) { return process.streams[0] < 0 && process.streams[1] < 0; }

}  // namespace

void startProcess(Process& process) {
  Spawned spawned;
  process.error = spawnProgram(process.spec, spawned);
  if (process.error != 0) {
    process.outcome = Outcome::notStarted;
    return;
  }
  process.pid = spawned.pid;
  process.input = spawned.input;
  process.streams[0] = spawned.output;
  process.streams[1] = spawned.errorOutput;
  process.ended = sys::watchEnd(process.pid);
  process.deadline = sys::nowMs() + process.spec.timeoutMs;
}

void stopProcess(Process& process, Outcome why) {
  if (process.outcome != Outcome::running) return;
  process.outcome = why;
  process.deadline = sys::nowMs() + graceMs;
  if (process.pid > 0) kill(-process.pid, SIGKILL);
}

void serveProcess(Process& process, uint64_t now) {
  feed(process);
  // Before its streams are read: what it has written is then there to the last byte.
  if (!process.exited) lookForEnd(process);
  gather(process, 0);
  gather(process, 1);
  if (process.outcome == Outcome::running && now >= process.deadline && !(process.exited && streamsClosed(process))) stopProcess(process, Outcome::timedOut);
}

bool finishProcess(Process& process, uint64_t now) {
  bool over = process.outcome == Outcome::notStarted || (process.exited && streamsClosed(process));
  bool patient = process.outcome == Outcome::running || now < process.deadline;
  if (!over && patient) return false;
  // One that outlives SIGKILL hangs in the kernel: it is left behind rather than waited for.
  if (process.pid > 0) process.reaped = waitpid(process.pid, &process.status, WNOHANG) == process.pid;
  if (process.outcome == Outcome::running) process.outcome = Outcome::exited;
  for (int* fd : {&process.input, &process.streams[0], &process.streams[1], &process.ended}) closeEnd(*fd);
  return true;
}

uint64_t watchProcess(const Process& process, uint64_t now, std::vector<pollfd>& watched) {
  if (process.input >= 0) watched.push_back({process.input, POLLOUT, 0});
  for (int fd : process.streams) {
    if (fd >= 0) watched.push_back({fd, POLLIN, 0});
  }
  if (process.ended >= 0) watched.push_back({process.ended, POLLIN, 0});
  bool ask = !process.exited && process.ended < 0 && streamsClosed(process);
  return ask ? std::min(process.deadline, now + askMs) : process.deadline;
}
