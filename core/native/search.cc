// Knows: how a program is found in PATH without finding ourselves or another compiler wrapper. Refuses to know: argv.
#include "search.h"

#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

#include "system.h"

namespace {

bool isProgram(const std::string& path, struct stat& facts) {
  return stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && access(path.c_str(), X_OK) == 0;
}

/** Programs that stand in for compilers: a link to one of them, named as a compiler, is a masquerade. */
bool isWrapperName(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  return name.substr(0, 6) == "ccache" || name.substr(0, 7) == "sccache" || name == "distcc" || name == "icecc";
}

bool isMasquerade(const std::string& path) {
  if (isWrapperName(path)) return false;
  // Only the last name counts, so only the links that the file itself is are followed.
  std::string at = path;
  char target[PATH_MAX];
  for (int links = 0; links < 40; links++) {
    ssize_t length = readlink(at.c_str(), target, sizeof target);
    if (length <= 0) break;
    std::string_view next(target, static_cast<size_t>(length));
    at = next[0] == '/' ? std::string(next) : at.substr(0, at.rfind('/') + 1) + std::string(next);
  }
  return isWrapperName(at);
}

bool sameContent(const std::string& left, const std::string& right) {
  int files[2] = {sys::aside(open(left.c_str(), O_RDONLY | O_CLOEXEC)), sys::aside(open(right.c_str(), O_RDONLY | O_CLOEXEC))};
  static char pieces[2][65536];
  bool same = files[0] >= 0 && files[1] >= 0;
  for (ssize_t got = 1; same && got > 0;) {
    got = read(files[0], pieces[0], sizeof pieces[0]);
    same = got >= 0 && read(files[1], pieces[1], sizeof pieces[1]) == got && memcmp(pieces[0], pieces[1], static_cast<size_t>(got)) == 0;
  }
  for (int file : files) {
    if (file >= 0) close(file);
  }
  return same;
}

bool isOurselves(const std::string& path, const struct stat& facts) {
#ifdef __linux__
  const std::string own = "/proc/self/exe";
#else
  const std::string own = ownPath();
#endif
  struct stat us;
  if (own.empty() || stat(own.c_str(), &us) != 0) return false;
  if (us.st_dev == facts.st_dev && us.st_ino == facts.st_ino) return true;
  // Two copies under a compiler's name would otherwise hand the compile to each other forever.
  return us.st_size == facts.st_size && sameContent(own, path);
}

bool isCompiler(const std::string& path) {
  struct stat facts;
  return isProgram(path, facts) && !isOurselves(path, facts) && !isMasquerade(path);
}

bool isAnyProgram(const std::string& path) {
  struct stat facts;
  return isProgram(path, facts);
}

std::string searchPath(const std::string& name, bool (*fits)(const std::string&)) {
  const char* value = getenv("PATH");
  std::string_view path = value == nullptr ? "/usr/local/bin:/bin:/usr/bin" : value;
  for (size_t from = 0; from <= path.size();) {
    size_t to = path.find(':', from);
    if (to == std::string_view::npos) to = path.size();
    std::string folder(path.substr(from, to - from));
    from = to + 1;
    // A relative or empty entry means the working directory, as in a shell.
    if (folder.empty() || folder[0] != '/') {
      char cwd[PATH_MAX];
      if (getcwd(cwd, sizeof cwd) == nullptr) continue;
      folder = folder.empty() ? std::string(cwd) : std::string(cwd) + "/" + folder;
    }
    std::string candidate = folder + "/" + name;
    if (fits(candidate)) return candidate;
  }
  return "";
}

}  // namespace

std::string ownPath() {
  char path[PATH_MAX];
#ifdef __APPLE__
  char given[PATH_MAX];
  uint32_t size = sizeof given;
  return _NSGetExecutablePath(given, &size) == 0 && realpath(given, path) != nullptr ? std::string(path) : "";
#else
  ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  return length > 0 && length < PATH_MAX ? std::string(path, static_cast<size_t>(length)) : "";
#endif
}

std::string findCompiler(const std::string& name) {
  size_t slash = name.rfind('/');
  if (slash == std::string::npos) return searchPath(name, isCompiler);
  if (isCompiler(name)) return name;
  return isAnyProgram(name) ? searchPath(name.substr(slash + 1), isCompiler) : "";
}

std::string findProgram(const std::string& name) { return searchPath(name, isAnyProgram); }
