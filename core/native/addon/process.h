// Knows: one program, run to its end in a session of its own, with bounds on time and output.
// Refuses to know: which thread minds it (process_thread.cc), and JavaScript.
#pragma once
#include <cstdint>
#include <poll.h>
#include <string>
#include <sys/types.h>
#include <vector>

struct ProcessSpec {
  /** Looked for in the PATH of `env` unless there is a slash in it. */
  std::string program;
  std::vector<std::string> args;
  /** NAME=value; nothing is inherited. */
  std::vector<std::string> env;
  /** Empty: that of this process. */
  std::string cwd;
  std::string input;
  uint64_t timeoutMs = 0;
  /** For each of the two streams. */
  size_t maxOutput = 0;
};

/** How it came to its end; the names go to JavaScript as they are. */
enum class Outcome { running, exited, notStarted, timedOut, tooMuchOutput, tooMuchErrorOutput, cancelled };

struct Process {
  uint32_t id = 0;
  ProcessSpec spec;
  Outcome outcome = Outcome::running;
  /** When notStarted. */
  int error = 0;
  /** As waitpid gives it, once it has been reaped. */
  int status = 0;
  bool reaped = false;
  std::string output[2];

  pid_t pid = -1;
  /** Our ends of its three streams; -1 when closed. */
  int input = -1;
  int streams[2] = {-1, -1};
  /** A descriptor that becomes readable when it ends; -1 where the system has none. */
  int ended = -1;
  bool exited = false;
  size_t written = 0;
  uint64_t deadline = 0;
};

/** Starts it; on failure `outcome` says so. Expects that all signals are blocked in this thread. */
void startProcess(Process& process);

/** Kills the whole group, unless that has been done. `why` is what will have ended it. */
void stopProcess(Process& process, Outcome why);

/** Moves bytes and looks whether it has ended or must. Never waits. */
void serveProcess(Process& process, uint64_t now);

/** True when nothing more will come; it is then no longer a child of ours. */
bool finishProcess(Process& process, uint64_t now);

/** Adds what poll is to wait for. @returns when to look again at the latest */
uint64_t watchProcess(const Process& process, uint64_t now, std::vector<pollfd>& watched);
