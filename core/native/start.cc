// Knows: how exactly one daemon comes to life, however many launchers want it. Refuses to know: what the daemon does.
//
// The daemon holds the lock on its lock file for as long as it serves; the kernel lets go of it however the daemon ends. Who gets the lock
// starts the daemon and hands the locked descriptor down. A daemon that does not come up, or does not answer, is noted, so that the next
// thousand compiles lose no time with it.
#include "start.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vector>

#include "become.h"
#include "dial.h"
#include "system.h"

extern char** environ;

namespace {

constexpr int lockDescriptor = 3;
constexpr time_t failureCountsSeconds = 30;

bool failedLately(const Place& place) {
  struct stat facts;
  if (stat(place.failureFile.c_str(), &facts) != 0) return false;
  time_t age = time(nullptr) - facts.st_mtime;
  return age >= 0 && age < failureCountsSeconds;
}

int openLock(const Place& place) { return sys::aside(open(place.lockFile.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)); }

/** What of a build's environment a daemon may see that outlives the build. */
bool isForDaemon(const char* entry) {
  static const char* const names[] = {"SCCACHE_", "XDG_", "LC_", "HOME=", "PATH=", "USER=", "LOGNAME=", "LANG=", "TMPDIR=", "TZ=", "RUST_LOG="};
  for (const char* name : names) {
    if (strncmp(entry, name, strlen(name)) == 0) return true;
  }
  return false;
}

std::vector<std::string> daemonEnvironment(const Place& place) {
  std::vector<std::string> all;
  for (char** at = environ; *at != nullptr; at++) {
    if (isForDaemon(*at) && strncmp(*at, "SCCACHE_SERVER_UDS=", 19) != 0) all.push_back(*at);
  }
  // A relative socket path means the build's directory, not the daemon's.
  if (!sys::env("SCCACHE_SERVER_UDS").empty()) {
    all.push_back("SCCACHE_SERVER_UDS=" + std::string(place.kind == Place::Kind::abstract ? "\\x00" : "") + place.name);
  }
  all.push_back("SCCACHE_START_SERVER=1");
  all.push_back("SCCACHE_TS_LOCK_FD=" + std::to_string(lockDescriptor));
  return all;
}

/** Nothing of the build stays open but the lock: a pipe that make waits on, or its jobserver, would otherwise live on in the daemon. */
void arrangeDescriptors(int lock, int log) {
  int null = open("/dev/null", O_RDWR);
  dup2(null, 0);
  dup2(null, 1);
  dup2(log >= 0 ? log : null, 2);
  if (lock != lockDescriptor) dup2(lock, lockDescriptor);
  fcntl(lockDescriptor, F_SETFD, 0);
  long limit = sysconf(_SC_OPEN_MAX);
#ifdef SYS_close_range
  if (syscall(SYS_close_range, lockDescriptor + 1, ~0u, 0) == 0) limit = 0;
#endif
  for (int fd = lockDescriptor + 1; fd < limit && fd < 65536; fd++) close(fd);
}

void forgetSignals() {
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

void spawnDaemon(const Place& place, int lock) {
  CommandLineProgram program;
  if (!findCommandLine(program)) return;
  pid_t first = fork();
  if (first > 0) waitpid(first, nullptr, 0);
  if (first != 0) return;
  setsid();
  if (fork() != 0) _exit(0);
  std::string_view logFile = sys::env("SCCACHE_ERROR_LOG");
  int log = logFile.empty() ? -1 : sys::aside(open(std::string(logFile).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  std::vector<std::string> environment = daemonEnvironment(place);
  std::vector<char*> envp;
  for (std::string& entry : environment) envp.push_back(entry.data());
  envp.push_back(nullptr);
  std::vector<char*> argv{program.node.data()};
  for (const char* flag : daemonFlags) argv.push_back(const_cast<char*>(flag));
  argv.insert(argv.end(), {program.script.data(), nullptr});
  arrangeDescriptors(lock, log);
  forgetSignals();
  umask(022);
  if (chdir("/") == 0) execve(program.node.c_str(), argv.data(), envp.data());
  _exit(127);
}

}  // namespace

void noteFailure(const Place& place) {
  unlink(place.failureFile.c_str());
  int fd = sys::aside(open(place.failureFile.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd >= 0) close(fd);
}

int reachDaemon(const Place& place) {
  int fd = -1;
  if (failedLately(place)) return fd;
  Dialled dialled = dial(place, fd);
  if (dialled != Dialled::absent) return fd;
  uint64_t deadline = sys::nowMs() + sys::patienceMs("SCCACHE_TS_START_MS", 10000);
  int lock = openLock(place);
  bool started = false;
  for (useconds_t nap = 1000; lock >= 0 && dialled == Dialled::absent && sys::nowMs() < deadline; nap = nap < 16000 ? nap * 2 : nap) {
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
      // Free: either nobody has started one yet, or the one that was started has ended without ever listening.
      if (started || failedLately(place)) break;
      spawnDaemon(place, lock);
      started = true;
      // The old descriptor shares the daemon's lock; only a fresh one can tell whether the daemon still holds it.
      close(lock);
      lock = openLock(place);
    }
    usleep(nap);
    dialled = dial(place, fd);
  }
  if (lock >= 0) close(lock);
  if (dialled == Dialled::absent && !failedLately(place)) noteFailure(place);
  return fd;
}
