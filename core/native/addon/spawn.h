// Knows: how a program is started with pipes for its streams, without copying this process's memory map.
// Refuses to know: what becomes of it.
#pragma once
#include "process.h"

struct Spawned {
  pid_t pid = -1;
  /** Our ends, close-on-exec, not blocking. -1 when there is no input: the program reads /dev/null. */
  int input = -1;
  int output = -1;
  int errorOutput = -1;
};

/** @returns 0, or why it cannot be started (errno) */
int spawnProgram(const ProcessSpec& spec, Spawned& spawned);
