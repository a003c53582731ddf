// Knows: the face of tell_manager.cc.
#pragma once
#include <node_api.h>

/** (address, text) -> 0, or the number of the error. */
napi_value tellManager(napi_env env, napi_callback_info info);
