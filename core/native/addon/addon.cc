// Knows: what the addon gives to JavaScript. Refuses to know: how any of it is done.
#include <node_api.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "path_table_class.h"
#include "process_calls.h"
#include "tell_manager.h"
#include "values.h"

/** Raised with every change of what is exported; core/src/host/native-addon.ts loads no other. */
constexpr int contract = 5;

/** Memory that was freed goes back to the system, where the C library would keep it for later. */
static napi_value giveBack(napi_env, napi_callback_info) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  return nullptr;
}

static napi_value functionOf(napi_env env, const char* name, napi_callback deed) {
  napi_value made = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, deed, nullptr, &made);
  return made;
}

NAPI_MODULE_INIT() {
  values::define(env, exports, "contract", values::number(env, contract));
  values::define(env, exports, "PathTable", definePathTable(env));
  values::define(env, exports, "giveBack", functionOf(env, "giveBack", giveBack));
  values::define(env, exports, "tellManager", functionOf(env, "tellManager", tellManager));
  return defineProcessCalls(env, exports) ? exports : nullptr;
}
