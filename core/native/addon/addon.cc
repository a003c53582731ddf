// Knows: what the addon gives to JavaScript. Refuses to know: how any of it is done.
#include <node_api.h>

#include "path_table_class.h"
#include "process_calls.h"
#include "values.h"

/** Raised with every change of what is exported; core/src/host/native-addon.ts loads no other. */
constexpr int contract = 1;

NAPI_MODULE_INIT() {
  values::define(env, exports, "contract", values::number(env, contract));
  values::define(env, exports, "PathTable", definePathTable(env));
  return defineProcessCalls(env, exports) ? exports : nullptr;
}
