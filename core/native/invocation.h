// Knows: what our name and our arguments ask for. Refuses to know: where programs are.
#pragma once
#include <string>

struct Invocation {
  /** compile: stand in for `name`. command: one of our own options; the command-line program answers. */
  enum class Kind { compile, command } kind;
  /** The compiler as it was named. */
  std::string name;
  /** What follows it, ending with a null. */
  char** args;
};

Invocation readInvocation(int argc, char** argv);

/** True when our version is all that is wanted. daemons/cli/src/commands/arguments.ts answers the same where there is more. */
bool asksVersion(char** args);

/** True for the names under which we are ourselves and not a compiler: `sccache-ts`, `sccache`. */
bool isOurName(const std::string& path);
