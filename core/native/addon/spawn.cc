// Knows: how a program is started with pipes for its streams, without copying this process's memory map.
// Refuses to know: what becomes of it.
#include "spawn.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <string_view>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../system.h"

namespace {

/** Of both ends of a pipe. Closed when it goes out of scope, but for an end that was taken. */
struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() = default;
  Pipe(const Pipe&) = delete;
  ~Pipe() {
    for (int end : ends) {
      if (end >= 0) close(end);
    }
  }
  bool open() {
#ifdef __linux__
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
#else
    if (pipe(ends) != 0) return false;
#endif
    for (int& end : ends) end = sys::aside(end);
    return ends[0] >= 0 && ends[1] >= 0;
  }
  int take(int which) {
    int end = ends[which];
    ends[which] = -1;
    return end;
  }
};

/** Everything that the child needs, made before there is a child: between vfork and exec there are only system calls. */
struct Plan {
  std::vector<std::string> candidates;
  std::vector<char*> argv;
  std::vector<char*> shellArgv;
  std::vector<char*> env;
  const char* cwd;
  int streams[3];
  int report;
};

char* text(const std::string& string) { return const_cast<char*>(string.c_str()); }

/** As execvp would look in the child, whose environment is another than ours. */
std::vector<std::string> candidatesOf(const ProcessSpec& spec) {
  if (spec.program.empty() || spec.program.find('/') != std::string::npos) return {spec.program};
  std::string_view path = "/bin:/usr/bin";
  for (const std::string& entry : spec.env) {
    if (entry.compare(0, 5, "PATH=") != 0) continue;
    path = std::string_view(entry).substr(5);
    break;
  }
  std::vector<std::string> found;
  for (size_t from = 0; from <= path.size();) {
    size_t colon = std::min(path.find(':', from), path.size());
    std::string folder(path.substr(from, colon - from));
    found.push_back(folder.empty() ? spec.program : folder + "/" + spec.program);
    from = colon + 1;
  }
  return found;
}

Plan planOf(const ProcessSpec& spec) {
  Plan plan{candidatesOf(spec), {text(spec.program)}, {const_cast<char*>("/bin/sh"), nullptr}, {}, spec.cwd.empty() ? nullptr : spec.cwd.c_str(), {-1, -1, -1}, -1};
  for (const std::string& arg : spec.args) {
    plan.argv.push_back(text(arg));
    plan.shellArgv.push_back(text(arg));
  }
  for (const std::string& entry : spec.env) plan.env.push_back(text(entry));
  for (std::vector<char*>* list : {&plan.argv, &plan.shellArgv, &plan.env}) list->push_back(nullptr);
  return plan;
}

/** What a program may expect when it starts; a handler of ours must not run in the child either. */
void resetSignals() {
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  for (int number = 1; number < 65; number++) {
    // Refused for those that cannot be caught, or that the C library keeps for itself: they are as they should be.
    sigaction(number, &usual, nullptr);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

/** What we were born with open, beyond the three streams, is not the program's business either. */
void keepOnlyStreams() {
#ifdef SYS_close_range
  constexpr unsigned closeOnExec = 4;
  // Older systems refuse: all that we opened ourselves is close-on-exec anyway.
  syscall(SYS_close_range, 3, ~0u, closeOnExec);
#endif
}

/** @returns errno */
int execute(Plan& plan) {
  int denied = 0;
  for (const std::string& candidate : plan.candidates) {
    execve(candidate.c_str(), plan.argv.data(), plan.env.data());
    if (errno == ENOEXEC) {
      // A script without a first line is run as a shell would.
      plan.shellArgv[1] = text(candidate);
      execve("/bin/sh", plan.shellArgv.data(), plan.env.data());
    }
    if (errno == EACCES) denied = EACCES;
    else if (errno != ENOENT && errno != ENOTDIR && errno != ESTALE && errno != ENODEV && errno != ETIMEDOUT) return errno;
  }
  return denied != 0 ? denied : errno;
}

[[noreturn]] void inChild(Plan& plan) {
  int error = 0;
  // No terminal, and a group that can be killed as a whole.
  setsid();
  for (int fd = 0; fd < 3 && error == 0; fd++) {
    if (dup2(plan.streams[fd], fd) < 0) error = errno;
  }
  if (error == 0 && plan.cwd != nullptr && chdir(plan.cwd) != 0) error = errno;
  if (error == 0) {
    keepOnlyStreams();
    resetSignals();
    error = execute(plan);
  }
  // Too few bytes to be refused; and were they lost, the exit code would tell.
  if (write(plan.report, &error, sizeof error) < 0) _exit(126);
  _exit(127);
}

/** Sharing memory until exec is what makes the price independent of how large we are. */
pid_t forkPlan(Plan& plan) {
#ifdef __APPLE__
  pid_t pid = fork();
#else
  pid_t pid = vfork();
#endif
  if (pid == 0) inChild(plan);
  return pid;
}

/** What the child could not do; 0 when the pipe was closed by its exec. */
int reportOf(int fd) {
  int error = 0;
  ssize_t got = 0;
  do got = read(fd, &error, sizeof error);
  while (got < 0 && errno == EINTR);
  return got == sizeof error ? error : 0;
}

}  // namespace

int spawnProgram(const ProcessSpec& spec, Spawned& spawned) {
  Pipe input, output, errorOutput, report;
  if (!output.open() || !errorOutput.open() || !report.open()) return errno;
  if (spec.input.empty()) {
    input.ends[0] = sys::aside(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (input.ends[0] < 0) return errno;
  } else if (!input.open()) {
    return errno;
  }
  // Only our ends: the flag belongs to the open file, and the program's end is another.
  for (int end : {input.ends[1], output.ends[0], errorOutput.ends[0]}) {
    if (end >= 0) fcntl(end, F_SETFL, O_NONBLOCK | (end == input.ends[1] ? O_WRONLY : O_RDONLY));
  }
  Plan plan = planOf(spec);
  plan.streams[0] = input.ends[0];
  plan.streams[1] = output.ends[1];
  plan.streams[2] = errorOutput.ends[1];
  plan.report = report.ends[1];
  pid_t pid = forkPlan(plan);
  if (pid < 0) return errno;
  close(report.take(1));
  int error = reportOf(report.ends[0]);
  if (error != 0) {
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return error;
  }
  spawned = {pid, input.take(1), output.take(0), errorOutput.take(0)};
  return 0;
}
