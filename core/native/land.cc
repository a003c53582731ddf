// Knows: how outputs are put in place from a stored file, all or none. Refuses to know: who orders it, and what the outputs are.
// core/src/host/land.ts is the same for the daemon and for the launcher in JavaScript.
#include "land.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "land_fill.h"
#include "system.h"

namespace {

using frames::Landing;
using frames::Piece;

constexpr mode_t permissions = 0777;
constexpr mode_t none = ~mode_t{0};

uint64_t nanoseconds(const timespec& time) { return static_cast<uint64_t>(time.tv_sec) * 1000000000 + static_cast<uint64_t>(time.tv_nsec); }

bool isMeant(int source, const Landing& landing) {
  struct stat facts;
  if (fstat(source, &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
#ifdef __APPLE__
  const timespec &modified = facts.st_mtimespec, &changed = facts.st_ctimespec;
#else
  const timespec &modified = facts.st_mtim, &changed = facts.st_ctim;
#endif
  return facts.st_dev == landing.device && facts.st_ino == landing.inode && static_cast<uint64_t>(facts.st_size) == landing.size &&
         nanoseconds(modified) == landing.mtimeNs && nanoseconds(changed) == landing.ctimeNs;
}

bool fits(const Landing& landing) {
  for (const Piece& piece : landing.pieces) {
    if (piece.place.empty() || piece.place[0] != '/' || piece.offset > landing.size || piece.length > landing.size - piece.offset) return false;
  }
  return true;
}

mode_t ownUmask() {
  mode_t mask = umask(077);
  umask(mask);
  return mask;
}

/**
 * The compilers remove an old object or link before they write, unless it is empty (as mktemp leaves it): then they write into it, through
 * links, and its permissions stay. Dependency files are always written into. False: left to the compiler. `kept` becomes the permissions
 * that the new file must have, when an old one decides them.
 */
bool lookAtTarget(const Piece& piece, mode_t& kept) {
  struct stat facts;
  if (lstat(piece.place.c_str(), &facts) != 0) return errno == ENOENT;
  bool isFile = S_ISREG(facts.st_mode);
  if (!isFile && !S_ISLNK(facts.st_mode)) return false;
  struct stat meant = facts;
  bool leadsSomewhere = isFile || stat(piece.place.c_str(), &meant) == 0;
  if (!leadsSomewhere && errno != ENOENT) return false;
  if (!piece.writtenInto && leadsSomewhere && meant.st_size > 0) return true;
  mode_t mode = facts.st_mode & permissions;
  bool alone = isFile && facts.st_nlink == 1;
  if (alone && piece.writtenInto) {
    kept = mode;
    return true;
  }
  return alone && mode == (0666 & ~ownUmask());
}

/** As `temporaryBeside` in core/src/host/files.ts. Empty: the system has no random bytes. */
std::string temporaryBeside(const std::string& place) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  unsigned char random[12];
  if (getentropy(random, sizeof random) != 0) return "";
  std::string name = place.substr(0, place.rfind('/') + 1) + ".sccache-ts-tmp-";
  for (unsigned char byte : random) name += alphabet[byte % 64];
  return name;
}

/** One file, from its first byte beside its place to the rename. */
struct Output {
  const Piece* piece;
  std::string temporary;
  bool placed = false;
};

bool write(int source, const Landing& landing, Output& output) {
  const Piece& piece = *output.piece;
  mode_t kept = none;
  if (!lookAtTarget(piece, kept)) return false;
  std::string temporary = temporaryBeside(piece.place);
  if (temporary.empty()) return false;
  mode_t mode = kept != none ? 0600 : piece.executable ? 0777 : 0666;
  int file = sys::aside(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (file < 0) return false;
  output.temporary = temporary;
  bool good = fillFrom(source, landing.size, {piece.offset, piece.length}, file) && (kept == none || fchmod(file, kept) == 0);
  // Where a file system tells of a full disk only now, it must not be too late.
  return close(file) == 0 && good;
}

bool writeAndPlace(const Landing& landing, std::vector<Output>& outputs) {
  int source = sys::aside(open(landing.source.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (source < 0) return false;
  bool good = isMeant(source, landing);
  for (Output& output : outputs) good = good && write(source, landing, output);
  // Written into while we read, it would have given us some of either.
  good = good && isMeant(source, landing);
  close(source);
  for (Output& output : outputs) {
    // Renamed over an old file, a new one is written to the disk at once by file systems that fear for it; compilers remove the old one too.
    if (good) unlink(output.piece->place.c_str());
    output.placed = good && rename(output.temporary.c_str(), output.piece->place.c_str()) == 0;
    good = output.placed;
  }
  return good;
}

void takeBack(const std::vector<Output>& outputs) {
  for (const Output& output : outputs) {
    if (output.placed) unlink(output.piece->place.c_str());
    else if (!output.temporary.empty()) unlink(output.temporary.c_str());
  }
  // A limit on the size of files has its say when the compiler writes; ignoring a signal for a moment forgets that it came.
  signal(SIGXFSZ, signal(SIGXFSZ, SIG_IGN));
}

}  // namespace

bool land(const Landing& landing) {
  if (!fits(landing)) return false;
  std::vector<Output> outputs;
  for (const Piece& piece : landing.pieces) {
    // Writing there leaves nothing behind, so there is nothing to land.
    if (piece.place != "/dev/null") outputs.push_back({&piece, ""});
  }
  // Who ends us in between would leave files under names that nobody knows.
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  bool good = writeAndPlace(landing, outputs);
  if (!good) takeBack(outputs);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  return good;
}
