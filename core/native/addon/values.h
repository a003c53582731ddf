// Knows: how arguments from JavaScript become C++ values, and that a wrong one is a TypeError. Refuses to know: what they are for.
#pragma once
#include <cstddef>
#include <cstdint>
#include <node_api.h>
#include <string>
#include <vector>

namespace values {

constexpr size_t maxArguments = 3;

struct Call {
  napi_env env;
  napi_value self;
  /** Those that were not given are undefined. */
  napi_value args[maxArguments];
};

Call receive(napi_env env, napi_callback_info info);

/** Throws a TypeError, unless something has been thrown already. */
napi_value refuse(napi_env env, const char* sentence);

// Each returns false after having thrown a TypeError.

/** A whole number, 0 to 2^32 - 1. */
bool readIndex(napi_env env, napi_value value, uint32_t& index);
/** UTF-8; a NUL inside is refused, because the system would see a shorter text. */
bool readText(napi_env env, napi_value value, std::string& text);
bool readTexts(napi_env env, napi_value value, std::vector<std::string>& texts);
/** A copy of a Uint8Array's bytes. */
bool readBytes(napi_env env, napi_value value, std::string& bytes);
bool readUint32Array(napi_env env, napi_value value, const uint32_t*& items, size_t& length);
/** A BigInt64Array of at least `least` items. They stay where they are: good for this call only. */
bool readInt64Array(napi_env env, napi_value value, size_t least, int64_t*& items);

napi_value property(napi_env env, napi_value object, const char* name);
bool isUndefined(napi_env env, napi_value value);
napi_value number(napi_env env, double value);
napi_value text(napi_env env, const char* value);
napi_value undefined(napi_env env);
void define(napi_env env, napi_value object, const char* name, napi_value value);

}  // namespace values
