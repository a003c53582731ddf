// Knows: how the launcher turns into another program. Refuses to know: why.
#pragma once
#include <string>

/** What was asked for: a compiler that was found, and its arguments with a null at the end. */
struct Target {
  std::string compiler;
  char** args;
};

/** The way out of every doubt: exec the compiler with the original arguments. Its exit is ours. */
[[noreturn]] void become(const Target& target);

/** Says what sccache says when there is no such compiler, and which; exits with 2. */
[[noreturn]] void compilerNotFound(const std::string& name);

/**
 * For node as the daemon: on a machine with much memory it would otherwise keep tens of megabytes for garbage, and collect it with a thread
 * for each processor, which the compilers need. core/src/host/daemon-place-start.ts says the same.
 */
constexpr const char* daemonFlags[] = {"--max-semi-space-size=4", "--single-threaded-gc"};

/** Prints our version and ends: tools ask for it in every build, and no node is needed for that. */
[[noreturn]] void sayVersion();

/** Execs the command-line program (node and main.js beside us) with these arguments. */
[[noreturn]] void becomeCommandLine(char** args);

/** Ends as a child ended that was killed by this signal. */
[[noreturn]] void dieBySignal(int signal);

struct CommandLineProgram {
  std::string node;
  std::string script;
};

/** Finds node (SCCACHE_TS_NODE, else PATH) and dist/main.js beside our bin folder. False: one of them is missing. */
bool findCommandLine(CommandLineProgram& program);
