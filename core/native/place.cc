// Knows: where the daemon of this user listens and what lies beside its socket. Refuses to know: whether it is there.
#include "place.h"

#include <cerrno>
#include <limits.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

#include "system.h"

namespace {

/** A socket's name may have 107 bytes; beyond this a runtime folder is no use. */
constexpr size_t longestRuntimeFolder = 80;

bool ownedFolder(const std::string& path, mode_t forbidden) {
  struct stat facts;
  return lstat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) && facts.st_uid == geteuid() && (facts.st_mode & forbidden) == 0;
}

/** Empty: there is none to be trusted. */
std::string privateFolder() {
  std::string runtime(sys::env("XDG_RUNTIME_DIR"));
  bool usable = !runtime.empty() && runtime[0] == '/' && runtime.size() <= longestRuntimeFolder && ownedFolder(runtime, 022);
  std::string folder = usable ? runtime + "/sccache-ts" : "/tmp/sccache-ts-" + std::to_string(geteuid());
  bool ours = ownedFolder(folder, 077) || (errno == ENOENT && mkdir(folder.c_str(), 0700) == 0 && ownedFolder(folder, 077));
  // Another launcher may have made it in between.
  return ours || (errno == EEXIST && ownedFolder(folder, 077)) ? folder : "";
}

/** FNV-1a, 64 bit: a short name for a socket that the user placed elsewhere. */
std::string shortName(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3;
  std::string name = "at-";
  for (int shift = 60; shift >= 0; shift -= 4) name += "0123456789abcdef"[(hash >> shift) & 15];
  return name;
}

/** As sccache: a number of 16 bits, otherwise as if it were not set. */
bool readPort(std::string_view text, uint16_t& port) {
  if (text.empty() || text.size() > 5) return false;
  unsigned value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  port = static_cast<uint16_t>(value);
  return value > 0 && value <= 65535;
}

}  // namespace

bool findPlace(Place& place) {
  std::string folder = privateFolder();
  if (folder.empty()) return false;
  std::string given(sys::env("SCCACHE_SERVER_UDS"));
  std::string stem = "daemon";
  place.port = 0;
  if (given.compare(0, 4, "\\x00") == 0) {
    place.kind = Place::Kind::abstract;
    place.name = given.substr(4);
    stem = shortName(given);
  } else if (!given.empty()) {
    char cwd[PATH_MAX];
    if (given[0] != '/' && getcwd(cwd, sizeof cwd) == nullptr) return false;
    place.kind = Place::Kind::file;
    place.name = given[0] == '/' ? given : std::string(cwd) + "/" + given;
    stem = shortName(place.name);
  } else if (readPort(sys::env("SCCACHE_SERVER_PORT"), place.port)) {
    place.kind = Place::Kind::port;
    stem = "port-" + std::to_string(place.port);
  } else {
    place.kind = Place::Kind::file;
    place.name = folder + "/daemon.sock";
  }
  place.lockFile = folder + "/" + stem + ".lock";
  place.secretsFile = folder + "/" + stem + ".secrets";
  place.failureFile = folder + "/" + stem + ".failed";
  return true;
}
