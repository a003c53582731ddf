# The launcher, the program that checks its frames against fixtures/launcher-frames, and the daemon's addon. Built by .ci/build-native.mjs.
{
  "variables": {
    # 1: the launcher brings the little of a C library that it needs (bare_calls.c says why). Where that does not build or run, 0.
    "bare%": 1
  },
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
        "main.cc", "become.cc", "child.cc", "dial.cc", "frames.cc", "invocation.cc", "knock.cc", "land.cc", "land_fill.cc", "link.cc", "obey.cc", "order.cc", "sockets.cc",
        "place.cc", "request.cc", "search.cc", "start.cc", "streams.cc", "system.cc"
      ],
      "conditions": [
        # A small file in few pieces: each page that is touched first costs as much as several system calls.
        ["OS=='linux'", {
          "cflags": ["-fno-pie", "-ffunction-sections", "-fdata-sections"],
          "ldflags": ["-no-pie", "-Wl,--gc-sections", "-Wl,-z,norelro", "-Wl,-z,noseparate-code"]
        }],
        ["OS=='linux' and target_arch=='x64' and bare==1", {
          "sources": ["bare_new.cc"],
          "dependencies": ["bare"],
          # What a C library would have to set up or to provide.
          "cflags": ["-fno-stack-protector", "-fcf-protection=none", "-fno-asynchronous-unwind-tables", "-U_FORTIFY_SOURCE"],
          "ldflags": ["-nostdlib", "-Wl,-u,_start"]
        }]
      ]
    },
    {
      "target_name": "frames-selftest",
      "type": "executable",
      "sources": ["frames_selftest.cc", "frames.cc"]
    },
    {
      # Linux alone has what it does.
      "target_name": "sandbox-enter",
      "type": "executable",
      "sources": ["enter.cc", "enter_common.cc", "enter_mounts.cc"]
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
        "addon/process_thread.cc", "addon/spawn.cc", "addon/tell_manager.cc", "addon/values.cc", "system.cc"
      ]
    }
  ],
  "conditions": [
    ["OS=='linux' and target_arch=='x64' and bare==1", {
      "targets": [
        {
          "target_name": "bare",
          "type": "static_library",
          "sources": ["bare_calls.c", "bare_words.c"],
          "cflags": [
            "-std=gnu11", "-O2", "-Wall", "-Wextra", "-fno-builtin", "-fno-pie", "-ffunction-sections", "-fno-stack-protector",
            "-fcf-protection=none", "-fno-asynchronous-unwind-tables", "-U_FORTIFY_SOURCE"
          ],
          "defines": ["_GNU_SOURCE"]
        }
      ]
    }]
  ]
}
