// Knows: names, the state in which each one's file was last seen, and how to see whether it is so still.
// Refuses to know: JavaScript (path_table_class.cc), and what the files are for.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <vector>

/** Times are nanoseconds modulo 2^64: states that differ by whole multiples of 584 years count as the same. */
struct State {
  uint64_t dev;
  uint64_t ino;
  uint64_t size;
  uint64_t mtimeNs;
  uint64_t ctimeNs;
};

class PathTable {
 public:
  /** A slot without a state. Slots that were given back are used again. */
  uint32_t add(const std::string& path);
  bool has(uint32_t slot) const { return slot < entries_.size() && entries_[slot].path != nullptr; }

  // All below: only for slots that `has` knows.
  void drop(uint32_t slot);
  const char* path(uint32_t slot) const { return entries_[slot].path.get(); }
  void set(uint32_t slot, const State& state);
  /** True when the file is not as remembered, is gone, or no state is remembered. */
  bool changed(uint32_t slot) const;
  /** True unless the name leads to a folder, or nowhere for this user. */
  bool present(uint32_t slot) const;
  /** Links followed. 0, or errno. */
  int look(uint32_t slot, struct stat& facts) const;

 private:
  struct Entry {
    std::unique_ptr<char[]> path;
    State state;
    bool known;
  };
  std::vector<Entry> entries_;
  std::vector<uint32_t> free_;
};

/** Why the kernel's look-up of a name may fail without anything being wrong; core/src/host/reachable-stat.ts has the same list. */
bool leadsNowhere(int error);

struct Times {
  timespec modified;
  timespec changed;
};

Times timesOf(const struct stat& facts);
