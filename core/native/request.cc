// Knows: what the daemon is told about a compile. Refuses to know: what the compiler's arguments mean.
#include "request.h"

#include <climits>
#include <cstdlib>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

#include "system.h"

extern char** environ;

namespace {

bool showsColours() {
  std::string_view term = sys::env("TERM");
  return !term.empty() && term != "dumb" && isatty(2) == 1;
}

bool addEnvironment(frames::Compile& request) {
  for (char** at = environ; *at != nullptr; at++) {
    std::string_view entry(*at);
    size_t equals = entry.find('=', 1);
    // What has no name reaches no compiler through getenv.
    if (equals == std::string_view::npos) continue;
    if (!frames::isUtf8(entry)) return false;
    request.env.push_back(entry.substr(0, equals));
    request.env.push_back(entry.substr(equals + 1));
  }
  return true;
}

}  // namespace

bool describe(const Target& target, frames::Compile& request) {
  char cwd[PATH_MAX];
  struct stat facts;
  if (getcwd(cwd, sizeof cwd) == nullptr || cwd[0] != '/' || stat(".", &facts) != 0 || !frames::isUtf8(cwd)) return false;
  request.build = SCCACHE_TS_VERSION;
  request.cwd = cwd;
  request.device = facts.st_dev;
  request.inode = facts.st_ino;
  request.umask = umask(0);
  umask(static_cast<mode_t>(request.umask));
  request.colour = showsColours();
  request.compiler = target.compiler[0] == '/' ? target.compiler : request.cwd + "/" + target.compiler;
  if (!frames::isUtf8(request.compiler)) return false;
  for (char** arg = target.args; *arg != nullptr; arg++) {
    if (!frames::isUtf8(*arg)) return false;
    request.args.push_back(*arg);
  }
  return addEnvironment(request);
}
