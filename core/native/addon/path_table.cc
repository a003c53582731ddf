// Knows: names, the state in which each one's file was last seen, and how to see whether it is so still.
// Refuses to know: JavaScript (path_table_class.cc), and what the files are for.
#include "path_table.h"

#include <cerrno>
#include <cstring>

Times timesOf(const struct stat& facts) {
#ifdef __APPLE__
  return {facts.st_mtimespec, facts.st_ctimespec};
#else
  return {facts.st_mtim, facts.st_ctim};
#endif
}

namespace {

uint64_t nanoseconds(const timespec& time) { return static_cast<uint64_t>(time.tv_sec) * 1000000000u + static_cast<uint64_t>(time.tv_nsec); }

}  // namespace

bool leadsNowhere(int error) {
  return error == ENOENT || error == ENOTDIR || error == EACCES || error == ELOOP || error == ENAMETOOLONG;
}

uint32_t PathTable::add(const std::string& path) {
  // One allocation of the very length: a hundred thousand names are the rule.
  std::unique_ptr<char[]> copy(new char[path.size() + 1]);
  memcpy(copy.get(), path.c_str(), path.size() + 1);
  uint32_t slot = static_cast<uint32_t>(entries_.size());
  if (free_.empty()) {
    entries_.push_back({nullptr, {}, false});
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  entries_[slot].path = std::move(copy);
  return slot;
}

void PathTable::drop(uint32_t slot) {
  entries_[slot] = {nullptr, {}, false};
  free_.push_back(slot);
}

void PathTable::set(uint32_t slot, const State& state) {
  entries_[slot].state = state;
  entries_[slot].known = true;
}

int PathTable::look(uint32_t slot, struct stat& facts) const { return stat(path(slot), &facts) == 0 ? 0 : errno; }

bool PathTable::changed(uint32_t slot) const {
  const Entry& entry = entries_[slot];
  struct stat facts;
  if (!entry.known || stat(entry.path.get(), &facts) != 0) return true;
  const State& state = entry.state;
  Times times = timesOf(facts);
  return static_cast<uint64_t>(facts.st_dev) != state.dev || static_cast<uint64_t>(facts.st_ino) != state.ino ||
         static_cast<uint64_t>(facts.st_size) != state.size || nanoseconds(times.modified) != state.mtimeNs ||
         nanoseconds(times.changed) != state.ctimeNs;
}

bool PathTable::present(uint32_t slot) const {
  struct stat facts;
  int error = look(slot, facts);
  return error == 0 ? !S_ISDIR(facts.st_mode) : !leadsNowhere(error);
}
