// Knows: how arguments from JavaScript become C++ values, and that a wrong one is a TypeError. Refuses to know: what they are for.
#include "values.h"

#include <cmath>

namespace values {

Call receive(napi_env env, napi_callback_info info) {
  Call call{env, nullptr, {}};
  size_t count = maxArguments;
  napi_get_cb_info(env, info, &count, call.args, &call.self, nullptr);
  return call;
}

napi_value refuse(napi_env env, const char* sentence) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw_type_error(env, nullptr, sentence);
  return nullptr;
}

bool readIndex(napi_env env, napi_value value, uint32_t& index) {
  double number = -1;
  bool good = napi_get_value_double(env, value, &number) == napi_ok && number >= 0 && number <= UINT32_MAX && std::floor(number) == number;
  if (good) index = static_cast<uint32_t>(number);
  else refuse(env, "a whole number from 0 to 4294967295 is expected");
  return good;
}

bool readText(napi_env env, napi_value value, std::string& text) {
  size_t length = 0;
  bool good = napi_get_value_string_utf8(env, value, nullptr, 0, &length) == napi_ok;
  if (good) {
    text.resize(length);
    // The terminating NUL that is written too has room: a std::string always keeps one.
    good = napi_get_value_string_utf8(env, value, text.data(), length + 1, &length) == napi_ok && text.find('\0') == std::string::npos;
  }
  if (!good) refuse(env, "a string without null bytes is expected");
  return good;
}

namespace {

bool refused(napi_env env, const char* sentence) {
  refuse(env, sentence);
  return false;
}

}  // namespace

bool readTexts(napi_env env, napi_value value, std::vector<std::string>& texts) {
  uint32_t length = 0;
  if (napi_get_array_length(env, value, &length) != napi_ok) return refused(env, "an array of strings is expected");
  texts.resize(length);
  for (uint32_t at = 0; at < length; at++) {
    napi_value item = nullptr;
    if (napi_get_element(env, value, at, &item) != napi_ok || !readText(env, item, texts[at])) return refused(env, "an array of strings is expected");
  }
  return true;
}

namespace {

bool readArray(napi_env env, napi_value value, napi_typedarray_type wanted, void*& items, size_t& length) {
  bool typed = false;
  napi_typedarray_type type = napi_int8_array;
  return napi_is_typedarray(env, value, &typed) == napi_ok && typed &&
         napi_get_typedarray_info(env, value, &type, &length, &items, nullptr, nullptr) == napi_ok && type == wanted;
}

}  // namespace

bool readBytes(napi_env env, napi_value value, std::string& bytes) {
  void* found = nullptr;
  size_t length = 0;
  bool good = readArray(env, value, napi_uint8_array, found, length);
  if (good) bytes.assign(length == 0 ? "" : static_cast<const char*>(found), length);
  else refuse(env, "a Uint8Array is expected");
  return good;
}

bool readUint32Array(napi_env env, napi_value value, const uint32_t*& items, size_t& length) {
  void* found = nullptr;
  bool good = readArray(env, value, napi_uint32_array, found, length);
  if (good) items = static_cast<const uint32_t*>(found);
  else refuse(env, "a Uint32Array is expected");
  return good;
}

bool readInt64Array(napi_env env, napi_value value, size_t least, int64_t*& items) {
  void* found = nullptr;
  size_t length = 0;
  bool good = readArray(env, value, napi_bigint64_array, found, length) && length >= least;
  if (good) items = static_cast<int64_t*>(found);
  else refuse(env, "a BigInt64Array, long enough, is expected");
  return good;
}

napi_value property(napi_env env, napi_value object, const char* name) {
  napi_value value = nullptr;
  // What is no object has no properties; whoever reads the value refuses it then.
  return napi_get_named_property(env, object, name, &value) == napi_ok ? value : undefined(env);
}

bool isUndefined(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  return napi_typeof(env, value, &type) == napi_ok && type == napi_undefined;
}

napi_value number(napi_env env, double value) {
  napi_value made = nullptr;
  napi_create_double(env, value, &made);
  return made;
}

napi_value text(napi_env env, const char* value) {
  napi_value made = nullptr;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &made);
  return made;
}

napi_value undefined(napi_env env) {
  napi_value made = nullptr;
  napi_get_undefined(env, &made);
  return made;
}

void define(napi_env env, napi_value object, const char* name, napi_value value) { napi_set_named_property(env, object, name, value); }

}  // namespace values
