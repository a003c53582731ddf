// Knows: one child process with its streams in pipes. Refuses to know: what it is and who asked for it.
#pragma once
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

#include "frames.h"

struct Child {
  pid_t pid = -1;
  /** Readable when the child has ended; -1 where the system has no such thing. */
  int ended = -1;
  /** Non-blocking read ends of its standard output and standard error; -1 once at their end. */
  int streams[2] = {-1, -1};
  uint64_t startedMicros = 0;

  bool running() const { return pid > 0; }
};

/** Starts a program that inherits all but our own descriptors. 0, or the errno of what failed. */
int startChild(Child& child, const std::string& program, const std::vector<std::string>& args);

/** True when it has ended; then `end` tells how. Its streams may still hold bytes. */
bool reapChild(Child& child, frames::Ran& end);

/** Kills it, waits for its end, and closes its streams. */
void dropChild(Child& child);

void closeStream(int& fd);
