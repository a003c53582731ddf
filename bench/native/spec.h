// Knows: the shape of a list of commands to be measured. Refuses to know: how they are run.
#ifndef BENCH_SPEC_H
#define BENCH_SPEC_H
#include <stddef.h>
#include <sys/types.h>

// Ends with a null pointer, as execve wants it.
struct words {
  char **at;
  size_t count;
};

struct tool {
  const char *name;
  struct words args, env, outputs;
  // Daemons whose processor time belongs to the tool's runs.
  pid_t daemons[8];
  size_t daemon_count;
};

struct spec {
  struct tool *tools;
  size_t count;
};

// Lines of a key, a tab and a value: `dir` (once, becomes the working directory), then for each tool `tool` and any number of
// `arg`, `env`, `output` (removed before each run, must be there after it) and `pid`. Ends the program in any doubt.
struct spec read_spec(const char *path);
#endif
