// Knows: how JavaScript has a program run and hears of its end. Refuses to know: how that is done (process_thread.cc).
#pragma once
#include <node_api.h>

/** Adds `run` and `cancel`; core/src/host/native-addon.ts says what they take. False after an exception. */
bool defineProcessCalls(napi_env env, napi_value exports);
