// Knows: how sandbox-enter says what failed, and why. Refuses to know: what was tried.
#include "enter_common.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

[[noreturn]] void fail(const char* what, const char* on) {
  int reason = errno;
  dprintf(2, "sandbox-enter: %s %s: %s\n", what, on, strerror(reason));
  _exit(enterFailed);
}

[[noreturn]] void refuse(const char* what, const char* word) {
  dprintf(2, "sandbox-enter: %s: %s\n", what, word);
  _exit(enterFailed);
}

void must(bool done, const char* what, const char* on) {
  if (!done) fail(what, on);
}

void put(const char* path, const std::string& text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  must(fd >= 0, "opening", path);
  must(write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "writing", path);
  close(fd);
}
