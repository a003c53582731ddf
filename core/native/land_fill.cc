// Knows: how a range of one file becomes the content of another, as cheaply as the system can. Refuses to know: where either stands.
#include "land_fill.h"

#include <cerrno>
#include <string_view>
#include <unistd.h>
#ifdef __linux__
#include <linux/fs.h>
#include <sys/ioctl.h>
#endif

#include "system.h"

namespace {

#ifdef __linux__
/** File systems share whole blocks; none has larger ones by default. */
constexpr uint64_t block = 4096;
/** Below this, sharing blocks costs a file system more than copying them. */
constexpr uint64_t worthSharing = 32 * 1024;

/** Where it did not work once it will not work for the next file either. */
bool mayShare = true;

/** False: nothing has been done. */
bool shareBlocks(int from, uint64_t fromSize, const Range& range, int to) {
  if (!mayShare || range.length < worthSharing || range.offset % block != 0) return false;
  uint64_t whole = (range.length + block - 1) / block * block;
  bool toItsEnd = range.offset + range.length == fromSize;
  if (!toItsEnd && whole > fromSize - range.offset) return false;
  file_clone_range shared{};
  shared.src_fd = from;
  shared.src_offset = range.offset;
  shared.src_length = toItsEnd ? range.length : whole;
  mayShare = ioctl(to, FICLONERANGE, &shared) == 0;
  return mayShare && (toItsEnd || whole == range.length || ftruncate(to, static_cast<off_t>(range.length)) == 0);
}

/** How much it copied; what is left goes by hand. */
uint64_t handOver(int from, const Range& range, int to) {
  uint64_t done = 0;
  off64_t at = static_cast<off64_t>(range.offset);
  while (done < range.length) {
    ssize_t copied = copy_file_range(from, &at, to, nullptr, range.length - done, 0);
    if (copied <= 0) break;
    done += static_cast<uint64_t>(copied);
  }
  return done;
}
#endif

bool copyByHand(int from, Range rest, int to) {
  static char bytes[65536];
  while (rest.length > 0) {
    size_t most = rest.length < sizeof bytes ? static_cast<size_t>(rest.length) : sizeof bytes;
    ssize_t got = pread(from, bytes, most, static_cast<off_t>(rest.offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || !sys::writeAll(to, std::string_view(bytes, static_cast<size_t>(got)))) return false;
    rest.offset += static_cast<uint64_t>(got);
    rest.length -= static_cast<uint64_t>(got);
  }
  return true;
}

}  // namespace

bool fillFrom(int from, uint64_t fromSize, const Range& range, int to) {
  uint64_t done = 0;
#ifdef __linux__
  if (shareBlocks(from, fromSize, range, to)) return true;
  done = handOver(from, range, to);
#else
  (void)fromSize;
#endif
  return copyByHand(from, {range.offset + done, range.length - done}, to);
}
