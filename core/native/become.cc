// Knows: how the launcher turns into another program. Refuses to know: why.
#include "become.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include "order.h"
#include "search.h"
#include "system.h"

extern char** environ;

namespace {

[[noreturn]] void complain(const std::string& what, const std::string& cause, int code) {
  sys::writeAll(2, "sccache: error: " + what + "\nsccache: caused by: " + cause + "\n");
  _exit(code);
}

std::vector<char*> argvOf(const char* program, const char* first, char** rest) {
  std::vector<char*> argv{const_cast<char*>(program)};
  if (first != nullptr) argv.push_back(const_cast<char*>(first));
  for (; *rest != nullptr; rest++) argv.push_back(*rest);
  argv.push_back(nullptr);
  return argv;
}

}  // namespace

void become(const Target& target) {
  const char* program = target.compiler.c_str();
  execve(program, argvOf(program, nullptr, target.args).data(), environ);
  int reason = errno;
  // A script without a first line is run as a shell would.
  if (reason == ENOEXEC) execve("/bin/sh", argvOf("/bin/sh", program, target.args).data(), environ);
  complain("failed to execute compile", target.compiler + ": " + strerror(reason), 2);
}

void compilerNotFound(const std::string& name) { complain("failed to execute compile", name + ": cannot find binary path", 2); }

bool findCommandLine(CommandLineProgram& program) {
  std::string own = ownPath();
  std::string_view chosen = sys::env("SCCACHE_TS_NODE");
  program.node = chosen.empty() ? findProgram("node") : std::string(chosen);
  size_t slash = own.rfind('/');
  if (slash == std::string::npos || program.node.empty()) return false;
  program.script = own.substr(0, slash) + "/../dist/main.js";
  return access(program.script.c_str(), R_OK) == 0;
}

void sayVersion() { _exit(sys::writeAll(1, "sccache-ts " SCCACHE_TS_VERSION "\n") ? 0 : 2); }

void becomeCommandLine(char** args) {
  CommandLineProgram program;
  if (!findCommandLine(program)) {
    complain("failed to run the command", program.node.empty() ? "cannot find node: put it into PATH or name it in SCCACHE_TS_NODE"
                                                               : "dist/main.js is not beside the folder of " + ownPath(), 2);
  }
  const char* node = program.node.c_str();
  std::vector<char*> argv = argvOf(node, program.script.c_str(), args);
  if (sys::env("SCCACHE_START_SERVER") == "1") {
    for (const char* flag : daemonFlags) argv.insert(argv.begin() + 1, const_cast<char*>(flag));
  }
  if (*args != nullptr && isOrdered(*args) && sys::env("SCCACHE_START_SERVER") != "1") becomeWhatNodeTells(node, argv.data());
  execve(node, argv.data(), environ);
  complain("failed to run the command", program.node + ": " + strerror(errno), 2);
}

void dieBySignal(int number) {
  // The core that matters is the compiler's.
  rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  signal(number, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, number);
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  raise(number);
  _exit(128 + number);
}
