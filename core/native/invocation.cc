// Knows: the argv[0] rule. Refuses to know: where programs are.
#include "invocation.h"

#include <string_view>

#include "system.h"

namespace {

#ifdef _WIN32
std::string baseName(const std::string& path) { return path.substr(path.find_last_of("/\\") + 1); }
#else
std::string baseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }
#endif

/** `/x/GCC.exe` -> `gcc` */
std::string lowerStem(const std::string& path) {
  std::string stem = baseName(path);
  size_t dot = stem.rfind('.');
  if (dot != std::string::npos && dot > 0) stem.resize(dot);
  for (char& c : stem) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return stem;
}

/** Commands of ours, no compilers; daemons/cli/src/commands/own-words.ts has the same list. */
bool isOwnWord(std::string_view word) {
  for (const char* own : {"cargo", "make", "cmake", "ninja", "node-gyp", "cmake-js", "init", "doctor", "toolchain"}) {
    if (word == own) return true;
  }
  return false;
}

}  // namespace

bool asksVersion(char** args) {
  if (args[0] == nullptr || args[1] != nullptr) return false;
  std::string_view only = args[0];
  // Whoever starts a daemon has made a mistake with any other word, and is told so by the command-line program.
  return (only == "-V" || only == "--version") && sys::env("SCCACHE_START_SERVER") != "1";
}

bool isOurName(const std::string& path) {
  std::string stem = lowerStem(path);
  return stem == "sccache-ts" || stem == "sccache";
}

Invocation readInvocation(int argc, char** argv) {
  if (argc < 1) return {Invocation::Kind::command, "", argv};
  if (!isOurName(argv[0])) return {Invocation::Kind::compile, baseName(argv[0]), argv + 1};
  char** args = argv + 1;
  // `sccache-ts sccache-ts gcc …` happens when two layers of a build system both put us in front.
  while (*args != nullptr && isOurName(*args)) args++;
  if (*args == nullptr || **args == '-' || **args == '\0') return {Invocation::Kind::command, "", args};
  if (isOwnWord(*args)) return {Invocation::Kind::command, "", args};
  return {Invocation::Kind::compile, *args, args + 1};
}
