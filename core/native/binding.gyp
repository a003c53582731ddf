# The launcher, the program that checks its frames against fixtures/launcher-frames, and the daemon's addon. Built by .ci/build-native.mjs.
{
  "target_defaults": {
    "cflags_cc": ["-std=c++17", "-O2", "-Wall", "-Wextra", "-fno-exceptions", "-fno-rtti"],
    "defines": ["SCCACHE_TS_VERSION=\"<!(node -p \"require('../package.json').version\")\""],
    "target_conditions": [["OS=='linux' and _type=='executable'", { "ldflags": ["-static", "-s"] }]]
  },
  "targets": [
    {
      "target_name": "sccache-ts",
      "type": "executable",
      "sources": [
        "main.cc", "become.cc", "child.cc", "dial.cc", "frames.cc", "invocation.cc", "link.cc", "obey.cc",
        "place.cc", "request.cc", "search.cc", "start.cc", "streams.cc", "system.cc"
      ]
    },
    {
      "target_name": "frames-selftest",
      "type": "executable",
      "sources": ["frames_selftest.cc", "frames.cc"]
    },
    {
      "target_name": "hotpath",
      "type": "loadable_module",
      "defines": ["NAPI_VERSION=8"],
      "cflags_cc": ["-fvisibility=hidden"],
      # A prebuilt one must not depend on how new the C++ library of the machine is.
      "conditions": [["OS=='linux'", { "ldflags": ["-static-libstdc++", "-static-libgcc", "-Wl,--exclude-libs,ALL", "-s"] }]],
      "sources": [
        "addon/addon.cc", "addon/path_table.cc", "addon/path_table_class.cc", "addon/process.cc", "addon/process_calls.cc",
        "addon/process_thread.cc", "addon/spawn.cc", "addon/values.cc", "system.cc"
      ]
    }
  ]
}
