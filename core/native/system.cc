// Knows: small certainties about descriptors, time and the environment. Refuses to know: daemons and compilers.
#include "system.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace sys {

uint64_t nowMicros() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000 + static_cast<uint64_t>(now.tv_nsec) / 1000;
}

std::string_view env(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

uint64_t patienceMs(const char* name, uint64_t otherwise) {
  const char* value = getenv(name);
  if (value == nullptr || *value < '0' || *value > '9') return otherwise;
  uint64_t number = 0;
  for (; *value >= '0' && *value <= '9'; value++) number = number * 10 + static_cast<uint64_t>(*value - '0');
  return number;
}

int aside(int fd) {
  if (fd < 0) return fd;
  if (fd > 2) {
#ifndef __linux__
    fcntl(fd, F_SETFD, FD_CLOEXEC);
#endif
    return fd;
  }
  int moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  close(fd);
  return moved;
}

int watchEnd(int pid) {
#ifdef SYS_pidfd_open
  return aside(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
#else
  (void)pid;
  return -1;
#endif
}

bool pipeAside(int ends[2]) {
#ifdef __linux__
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
#else
  if (pipe(ends) != 0) return false;
#endif
  ends[0] = aside(ends[0]);
  ends[1] = aside(ends[1]);
  return ends[0] >= 0 && ends[1] >= 0;
}

void endWith(int parent) {
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  // It may have ended before we asked.
  if (getppid() != parent) _exit(127);
#else
  (void)parent;
#endif
}

bool writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t wrote = write(fd, bytes.data(), bytes.size());
    if (wrote >= 0) {
      bytes.remove_prefix(static_cast<size_t>(wrote));
    } else if (errno == EAGAIN) {
      pollfd ready{fd, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool readPrivateFile(const std::string& path, std::string& content, size_t limit) {
  int fd = aside(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (fd < 0) return false;
  struct stat facts;
  bool ours = fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_uid == geteuid() && (facts.st_mode & 077) == 0;
  char bytes[4096];
  ssize_t got = 0;
  while (ours && content.size() <= limit && (got = read(fd, bytes, sizeof bytes)) > 0) content.append(bytes, static_cast<size_t>(got));
  close(fd);
  return ours && got == 0 && content.size() <= limit;
}

}  // namespace sys
