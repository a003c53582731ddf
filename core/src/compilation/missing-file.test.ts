import { describe, expect, it } from 'vitest';
import { missingFile } from './missing-file.js';

describe('missingFile', () => {
  it.each<[string, string, string | undefined]>([
    ['/usr/lib/gcc/x86_64-linux-gnu/12/cc1: error while loading shared libraries: libmpc.so.3: cannot open shared object file: No such file or directory\n', 'libmpc.so.3', '/usr/lib/gcc/x86_64-linux-gnu/12/cc1'],
    ['the sandbox did not run the command (exit 1): bwrap: execvp /usr/bin/gcc: No such file or directory', '/usr/bin/gcc', undefined],
    ["gcc: fatal error: cannot execute 'cc1': execvp: No such file or directory\ncompilation terminated.\n", 'cc1', 'gcc'],
    ['gcc: fatal error: cannot execute \u2018cc1plus\u2019: execvp: No such file or directory\n', 'cc1plus', 'gcc'],
    ["gcc: error trying to exec 'cc1plus': execvp: No such file or directory\n", 'cc1plus', 'gcc'],
    ["gcc: fatal error: cannot execute 'as': posix_spawnp: No such file or directory\n", 'as', 'gcc'],
    ['clang: error: unable to execute command: Executable "as" doesn\'t exist!\n', 'as', undefined],
    ['gcc: fatal error: -fuse-linker-plugin, but liblto_plugin.so not found\n', 'liblto_plugin.so', undefined],
    ['trial.c:1:10: fatal error: stddef.h: No such file or directory\n    1 | #include <stddef.h>\n', 'stddef.h', 'trial.c'],
    ["trial.c:1:10: fatal error: 'stddef.h' file not found\n#include <stddef.h>\n", 'stddef.h', 'trial.c'],
    ["trial.c(1,10): fatal error: 'stddef.h' file not found\n", 'stddef.h', 'trial.c'],
    ["error[E0463]: can't find crate for `std`\n", 'std', undefined],
    ['/usr/bin/as: fatal: cannot read /etc/thing: No such file or directory\n', '/etc/thing', undefined],
  ])('%j', (said, file, by) => {
    expect(missingFile(said)).toEqual({ file, by });
  });

  it.each(['', 'trial.c:3:1: error: expected declaration\n', 'Segmentation fault\n', 'clang: warning: argument unused\n'])('nothing in %j', (said) => {
    expect(missingFile(said)).toBeUndefined();
  });

  it('takes no longer for more slashes than there are', () => {
    const from = performance.now();
    expect(missingFile('/'.repeat(200_000))).toBeUndefined();
    expect(performance.now() - from).toBeLessThan(2_000);
  });
});
