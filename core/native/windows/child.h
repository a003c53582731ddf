// Knows: one child process with its streams in pipes that can be waited for together with a socket. Refuses to know: what it is.
#pragma once
#include <string>
#include <vector>
#include <windows.h>

#include "../frames.h"

namespace windows {

/** One stream of a child. A read is always under way until its end. */
struct Stream {
  HANDLE pipe = nullptr;
  OVERLAPPED reading{};
  char bytes[65536];

  bool open() const { return pipe != nullptr; }
  HANDLE ready() const { return reading.hEvent; }
  /** False: nothing will come any more. */
  bool begin();
  /** All that has come, within a bound; the stream is closed at its end. Compilers write their diagnostics word by word. */
  void take(std::string& into);
  void close();
};

struct Child {
  HANDLE process = nullptr;
  Stream streams[2];
  uint64_t startedMicros = 0;

  bool running() const { return process != nullptr; }
};

/** Starts a program that inherits our standard input and nothing else. 0, or the number of what failed. */
DWORD startChild(Child& child, const std::string& program, const std::vector<std::string>& args);

/** When it has ended: how. Its streams may still hold bytes. */
frames::Ran reapChild(Child& child);

/** Kills it, waits for its end, and closes its streams. */
void dropChild(Child& child);

}  // namespace windows

/** Our own standard handles become the child's. */
void inheritStandardHandles(STARTUPINFOW& start);

/** Should we be killed, so is it. What it starts may outlive it, as servers of compilers do. */
void endWithUs(HANDLE process);

bool isBatch(const std::wstring& program);
