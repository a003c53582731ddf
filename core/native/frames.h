// Knows: the frames between launcher and daemon as bytes. The grammar stands in core/src/wire/launcher-frames.ts.
// Refuses to know: sockets and processes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frames {

constexpr uint32_t protocol = 3;
constexpr uint32_t maxLength = 64u * 1024 * 1024;

// What the launcher says. Each function gives a whole frame, length included.

struct Compile {
  std::string build;
  std::string cwd;
  uint64_t device = 0;
  uint64_t inode = 0;
  uint32_t umask = 0;
  bool colour = false;
  std::string compiler;
  std::vector<std::string_view> args;
  /** NAME, value, NAME, value, … */
  std::vector<std::string_view> env;
};

enum class How : uint8_t { exited = 0, killed = 1, notStarted = 2 };

struct Ran {
  How how = How::exited;
  /** Exit code, signal number or errno. */
  uint32_t value = 0;
  uint64_t wallMicros = 0;
};

std::string knock(std::string_view secret);
std::string compile(const Compile& request);
std::string command(std::string_view build, std::string_view name, std::string_view json);
std::string chunk(int fd, std::string_view bytes);
std::string ran(const Ran& end);

// What the daemon says.

enum class Kind : uint8_t { open = 0x80, become, run, print, exit, die, wait, reply, land };

/** A range of the source that is to stand as a file of its own. */
struct Piece {
  /** Absolute. */
  std::string place;
  uint64_t offset = 0;
  uint64_t length = 0;
  bool executable = false;
  /** As compilers treat dependency files: an old one is not replaced, so its permissions stay. */
  bool writtenInto = false;
};

struct Landing {
  std::string source;
  /** What fstat must tell of the source. Times in nanoseconds since the epoch. */
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;
  uint64_t mtimeNs = 0;
  uint64_t ctimeNs = 0;
  std::vector<Piece> pieces;
};

/** What a child is to us. */
enum class Run : uint8_t {
  /** Only the daemon hears it. */
  helper = 0,
  /** The compile itself: should the daemon vanish while it runs, its streams and its end are ours. */
  final = 1,
  /** The same, and whoever called us hears it at once; from its first word on nothing else can be done. */
  live = 2,
};

struct Order {
  Kind kind = Kind::become;
  /** open: the secret; run: the program; print: the bytes; reply: the JSON. */
  std::string text;
  /** run */
  std::vector<std::string> args;
  /** run */
  Run run = Run::helper;
  /** print: descriptor; exit: code; die: signal. */
  uint8_t number = 0;
  /** land */
  Landing landing;
};

/** Reads a frame without its length. False: it is not one of ours. */
bool decode(std::string_view payload, Order& order);

/** True when every byte belongs to well-formed UTF-8. */
bool isUtf8(std::string_view text);

}  // namespace frames
