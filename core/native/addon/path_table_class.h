// Knows: the PathTable as JavaScript sees it. Refuses to know: how states are compared (path_table.cc).
#pragma once
#include <node_api.h>

/** The constructor; core/src/host/native-addon.ts says what its objects can do. */
napi_value definePathTable(napi_env env);
