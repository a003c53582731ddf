# The launcher, and the program that checks its frames against fixtures/launcher-frames. Built by .ci/build-native.mjs.
{
  "target_defaults": {
    "cflags_cc": ["-std=c++17", "-O2", "-Wall", "-Wextra", "-fno-exceptions", "-fno-rtti"],
    "defines": ["SCCACHE_TS_VERSION=\"<!(node -p \"require('../package.json').version\")\""],
    "conditions": [["OS=='linux'", { "ldflags": ["-static", "-s"] }]]
  },
  "targets": [
    {
      "target_name": "sccache-ts",
      "type": "executable",
      "sources": [
        "main.cc", "become.cc", "child.cc", "dial.cc", "frames.cc", "invocation.cc", "land.cc", "land_fill.cc", "link.cc", "obey.cc",
        "place.cc", "request.cc", "search.cc", "start.cc", "streams.cc", "system.cc"
      ]
    },
    {
      "target_name": "frames-selftest",
      "type": "executable",
      "sources": ["frames_selftest.cc", "frames.cc"]
    }
  ]
}
