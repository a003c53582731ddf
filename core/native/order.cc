// Knows: how node is asked what this process is to become, and how it becomes that. Refuses to know: why.
//
// Node changes what a program it starts would inherit: ignored signals, limits, open descriptors, the blocking mode of streams. So it runs
// beside us and only tells; we, who are as the caller made us, exec. What it tells is a list of words, each ended by a zero byte, the first
// letter says what it is: p program, a argument (the first is argv[0]), s NAME=value to set, u NAME to unset, x the end.
// core/src/host/fallback-child.ts writes it.
#include "order.h"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "become.h"
#include "system.h"

extern char** environ;

namespace {

struct Order {
  std::string program;
  std::vector<std::string> argv;
  std::vector<std::string> set;
  std::vector<std::string> unset;
  bool complete = false;
};

/** Whether the last word has come. Every word begins with a letter of its own, so no other can look like it. */
bool isComplete(std::string_view told) {
  constexpr std::string_view end{"\0x", 3};
  return told.size() >= end.size() && told.substr(told.size() - end.size()) == end;
}

/**
 * Until the last word, or until the child can tell nothing any more. Never until the end of the pipe alone: what the child has started may live on
 * (the daemon does) and hold it open.
 */
std::string readTold(int fd, pid_t child) {
  std::string all;
  char piece[4096];
  int ended = sys::watchEnd(child);
  for (bool gone = false; !isComplete(all);) {
    pollfd watched[2] = {{fd, POLLIN, 0}, {ended, POLLIN, 0}};
    int ready = poll(watched, 2, gone ? 0 : -1);
    if (ready < 0 && errno == EINTR) continue;
    // What it wrote before its end is still there to be read.
    if (ready < 0 || (gone && watched[0].revents == 0)) break;
    gone = gone || watched[1].revents != 0;
    if (watched[0].revents == 0) continue;
    ssize_t got = read(fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    all.append(piece, static_cast<size_t>(got));
  }
  if (ended >= 0) close(ended);
  return all;
}

Order parse(const std::string& told) {
  Order order;
  for (size_t from = 0; from < told.size();) {
    size_t to = told.find('\0', from);
    if (to == std::string::npos) break;
    std::string word = told.substr(from + 1, to - from - 1);
    switch (told[from]) {
      case 'p': order.program = word; break;
      case 'a': order.argv.push_back(word); break;
      case 's': order.set.push_back(word); break;
      case 'u': order.unset.push_back(word); break;
      case 'x': order.complete = true; break;
      default: break;
    }
    from = to + 1;
  }
  return order;
}

bool hasName(const char* entry, std::string_view name) { return strncmp(entry, name.data(), name.size()) == 0 && entry[name.size()] == '='; }

bool isReplaced(const char* entry, const Order& order) {
  for (const std::string& name : order.unset) {
    if (hasName(entry, name)) return true;
  }
  for (const std::string& pair : order.set) {
    if (hasName(entry, std::string_view(pair).substr(0, pair.find('=')))) return true;
  }
  return false;
}

[[noreturn]] void carryOut(Order& order) {
  std::vector<char*> envp;
  for (char** at = environ; *at != nullptr; at++) {
    if (!isReplaced(*at, order)) envp.push_back(*at);
  }
  for (std::string& pair : order.set) envp.push_back(pair.data());
  envp.push_back(nullptr);
  std::vector<char*> argv;
  for (std::string& word : order.argv) argv.push_back(word.data());
  argv.push_back(nullptr);
  execve(order.program.c_str(), argv.data(), envp.data());
  sys::writeAll(2, "sccache: error: failed to run the command\nsccache: caused by: " + order.program + ": " + strerror(errno) + "\n");
  _exit(2);
}

[[noreturn]] void askNode(const char* node, char* const* argv, const int (&ends)[2], pid_t parent) {
  sys::endWith(parent);
  // Node keeps what it inherits from those that it starts, but looks for it only up to the first number above 15 that is not open. Ours must not
  // lie behind the gap that the other end leaves.
  int writeEnd = dup2(ends[1], ends[0]);
  if (writeEnd < 0) _exit(127);
  std::string told = "SCCACHE_TS_ORDER_FD=" + std::to_string(writeEnd);
  std::vector<char*> envp;
  for (char** at = environ; *at != nullptr; at++) {
    if (!hasName(*at, "SCCACHE_TS_ORDER_FD")) envp.push_back(*at);
  }
  envp.push_back(told.data());
  envp.push_back(nullptr);
  execve(node, argv, envp.data());
  _exit(127);
}

}  // namespace

bool isOrdered(std::string_view word) {
  // Not ninja, which node runs as its own child, between two readings of its log.
  for (const char* tool : {"make", "cargo", "cmake", "node-gyp", "cmake-js"}) {
    if (word == tool) return true;
  }
  return false;
}

void becomeWhatNodeTells(const char* node, char* const* argv) {
  int ends[2];
  if (!sys::pipeAside(ends)) return;
  pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) askNode(node, argv, ends, parent);
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    return;
  }
  Order order = parse(readTold(ends[0], child));
  close(ends[0]);
  // Where somebody made us ignore SIGCHLD the status is lost; what ends without an order has failed.
  int status = 2 << 8;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (order.complete) carryOut(order);
  if (WIFSIGNALED(status)) dieBySignal(WTERMSIG(status));
  _exit(WEXITSTATUS(status));
}
