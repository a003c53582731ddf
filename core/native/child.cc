// Knows: one child process with its streams in pipes. Refuses to know: what it is and who asked for it.
#include "child.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system.h"

extern char** environ;

namespace {

/** Larger pipes mean fewer turns between a preprocessor and us; the system may refuse. */
constexpr int pipeBytes = 256 * 1024;

bool makePipe(int ends[2]) {
  if (!sys::pipeAside(ends)) return false;
  // Only our end: the flag belongs to the open file, and the child's end is another.
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
#ifdef F_SETPIPE_SZ
  fcntl(ends[1], F_SETPIPE_SZ, pipeBytes);
#endif
  return true;
}

/** Runs between vfork and exec: only system calls, and nothing that the parent would miss. */
[[noreturn]] void inChild(const char* program, char* const* argv, const int writeEnds[2], pid_t parent, volatile int* reason) {
  // The compiler must not outlive us; a driver that is told to end removes its temporary files.
  sys::endWith(parent);
  if (dup2(writeEnds[0], 1) >= 0 && dup2(writeEnds[1], 2) >= 0) execve(program, argv, environ);
  *reason = errno;
  _exit(127);
}

}  // namespace

void closeStream(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

int startChild(Child& child, const std::string& program, const std::vector<std::string>& args) {
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  int out[2] = {-1, -1};
  int err[2] = {-1, -1};
  volatile int reason = 0;
  if (!makePipe(out) || !makePipe(err)) {
    reason = errno;
  } else {
    const int writeEnds[2] = {out[1], err[1]};
    pid_t parent = getpid();
    child.startedMicros = sys::nowMicros();
    pid_t pid = vfork();
    if (pid == 0) inChild(program.c_str(), argv.data(), writeEnds, parent, &reason);
    if (pid < 0) reason = errno;
    if (pid > 0 && reason != 0) waitpid(pid, nullptr, 0);
    if (pid > 0 && reason == 0) child.pid = pid;
  }
  closeStream(out[1]);
  closeStream(err[1]);
  child.streams[0] = out[0];
  child.streams[1] = err[0];
  if (reason != 0) {
    for (int& stream : child.streams) closeStream(stream);
  } else {
    child.ended = sys::watchEnd(child.pid);
  }
  return reason;
}

bool reapChild(Child& child, frames::Ran& end) {
  int status = 0;
  pid_t reaped = waitpid(child.pid, &status, WNOHANG);
  if (reaped == 0 || (reaped < 0 && errno == EINTR)) return false;
  end.wallMicros = sys::nowMicros() - child.startedMicros;
  if (reaped > 0 && WIFEXITED(status)) {
    end.how = frames::How::exited;
    end.value = static_cast<uint32_t>(WEXITSTATUS(status));
  } else if (reaped > 0) {
    end.how = frames::How::killed;
    end.value = static_cast<uint32_t>(WTERMSIG(status));
  } else {
    // Somebody made us ignore SIGCHLD, so the status is lost: as good as not run.
    end.how = frames::How::notStarted;
    end.value = ECHILD;
  }
  child.pid = -1;
  closeStream(child.ended);
  return true;
}

void dropChild(Child& child) {
  if (child.running()) {
    kill(child.pid, SIGKILL);
    while (waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    child.pid = -1;
  }
  closeStream(child.ended);
  for (int& stream : child.streams) closeStream(stream);
}
