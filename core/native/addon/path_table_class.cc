// Knows: the PathTable as JavaScript sees it. Refuses to know: how states are compared (path_table.cc).
#include "path_table_class.h"

#include "path_table.h"
#include "values.h"

namespace {

using values::Call;

/** So that a method borrowed for another object finds out in time. */
constexpr napi_type_tag tag{0x6b1f4c0d9a5e4372, 0x8d0b77c5e1f2a694};

constexpr size_t stateWords = 5;
constexpr size_t lookWords = 7;
enum Kind : int { file = 1, folder = 2, other = 3 };

void finalize(napi_env, void* table, void*) { delete static_cast<PathTable*>(table); }

napi_value construct(napi_env env, napi_callback_info info) {
  napi_value target = nullptr;
  napi_get_new_target(env, info, &target);
  if (target == nullptr) return values::refuse(env, "PathTable is to be called with new");
  Call call = values::receive(env, info);
  auto* table = new PathTable;
  if (napi_wrap(env, call.self, table, finalize, nullptr, nullptr) != napi_ok) {
    delete table;
    return values::refuse(env, "PathTable cannot be made");
  }
  napi_type_tag_object(env, call.self, &tag);
  return call.self;
}

PathTable* tableOf(const Call& call) {
  bool ours = false;
  void* table = nullptr;
  if (napi_check_object_type_tag(call.env, call.self, &tag, &ours) == napi_ok && ours) napi_unwrap(call.env, call.self, &table);
  if (table == nullptr) values::refuse(call.env, "a PathTable is expected");
  return static_cast<PathTable*>(table);
}

/** The table and the slot that a method speaks of; nullptr after a TypeError. */
PathTable* tableAndSlot(const Call& call, uint32_t& slot) {
  PathTable* table = tableOf(call);
  if (table == nullptr || !values::readIndex(call.env, call.args[0], slot)) return nullptr;
  if (table->has(slot)) return table;
  values::refuse(call.env, "no such slot");
  return nullptr;
}

/** The same, and at least so many words. */
PathTable* tableSlotAndWords(const Call& call, uint32_t& slot, int64_t*& words, size_t least) {
  PathTable* table = tableAndSlot(call, slot);
  return table != nullptr && values::readInt64Array(call.env, call.args[1], least, words) ? table : nullptr;
}

napi_value add(napi_env env, napi_callback_info info) {
  Call call = values::receive(env, info);
  PathTable* table = tableOf(call);
  std::string path;
  if (table == nullptr || !values::readText(env, call.args[0], path)) return nullptr;
  return values::number(env, table->add(path));
}

napi_value drop(napi_env env, napi_callback_info info) {
  Call call = values::receive(env, info);
  uint32_t slot = 0;
  if (PathTable* table = tableAndSlot(call, slot)) table->drop(slot);
  return nullptr;
}

napi_value path(napi_env env, napi_callback_info info) {
  Call call = values::receive(env, info);
  uint32_t slot = 0;
  PathTable* table = tableAndSlot(call, slot);
  return table == nullptr ? nullptr : values::text(env, table->path(slot));
}

napi_value set(napi_env env, napi_callback_info info) {
  Call call = values::receive(env, info);
  uint32_t slot = 0;
  int64_t* words = nullptr;
  PathTable* table = tableSlotAndWords(call, slot, words, stateWords);
  if (table == nullptr) return nullptr;
  auto word = [words](int at) { return static_cast<uint64_t>(words[at]); };
  table->set(slot, {word(0), word(1), word(2), word(3), word(4)});
  return nullptr;
}

/** The first index at which `is` holds, or -1. */
napi_value firstThat(napi_env env, napi_callback_info info, bool (PathTable::*is)(uint32_t) const) {
  Call call = values::receive(env, info);
  PathTable* table = tableOf(call);
  const uint32_t* slots = nullptr;
  size_t length = 0;
  uint32_t from = 0;
  if (table == nullptr || !values::readUint32Array(env, call.args[0], slots, length) || !values::readIndex(env, call.args[1], from)) return nullptr;
  for (size_t at = from; at < length; at++) {
    uint32_t slot = slots[at];
    if (!table->has(slot)) return values::refuse(env, "no such slot");
    if ((table->*is)(slot)) return values::number(env, static_cast<double>(at));
  }
  return values::number(env, -1);
}

napi_value firstChanged(napi_env env, napi_callback_info info) { return firstThat(env, info, &PathTable::changed); }

napi_value firstPresent(napi_env env, napi_callback_info info) { return firstThat(env, info, &PathTable::present); }

/** 0: leads nowhere for this user; a Kind; or -1: another error. Seconds and nanoseconds apart: together they may not fit. */
napi_value look(napi_env env, napi_callback_info info) {
  Call call = values::receive(env, info);
  uint32_t slot = 0;
  int64_t* words = nullptr;
  PathTable* table = tableSlotAndWords(call, slot, words, lookWords);
  if (table == nullptr) return nullptr;
  struct stat facts;
  int error = table->look(slot, facts);
  if (error != 0) return values::number(env, leadsNowhere(error) ? 0 : -1);
  const Times times = timesOf(facts);
  const uint64_t found[lookWords] = {
      static_cast<uint64_t>(facts.st_dev),     static_cast<uint64_t>(facts.st_ino),      static_cast<uint64_t>(facts.st_size),
      static_cast<uint64_t>(times.modified.tv_sec), static_cast<uint64_t>(times.modified.tv_nsec), static_cast<uint64_t>(times.changed.tv_sec),
      static_cast<uint64_t>(times.changed.tv_nsec)};
  for (size_t at = 0; at < lookWords; at++) words[at] = static_cast<int64_t>(found[at]);
  return values::number(env, S_ISDIR(facts.st_mode) ? folder : S_ISREG(facts.st_mode) ? file : other);
}

}  // namespace

napi_value definePathTable(napi_env env) {
  const auto method = [](const char* name, napi_callback call) {
    return napi_property_descriptor{name, nullptr, call, nullptr, nullptr, nullptr, napi_default_method, nullptr};
  };
  const napi_property_descriptor methods[] = {
      method("add", add), method("drop", drop), method("path", path), method("set", set),
      method("firstChanged", firstChanged), method("firstPresent", firstPresent), method("look", look),
  };
  napi_value made = nullptr;
  napi_define_class(env, "PathTable", NAPI_AUTO_LENGTH, construct, nullptr, sizeof methods / sizeof *methods, methods, &made);
  return made;
}
