// Knows: that a build tool run through the real launcher inherits what it would have inherited without us. Refuses to know: what it is told beside that.
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cleanEnvironment, launcher } from '../../../../../fixtures/src/kit/index.js';

let home = '';
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'become-tool-')));
  mkdirSync(join(home, 'bin'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const native = lstatSync(launcher()).isFile() && !launcher().endsWith('.js');
if (!native) process.stderr.write('skipped: the native launcher is not built: tools are then children of the one in JavaScript\n');

/** Says what it has inherited, and ends oddly. */
const tool = `#!/bin/sh
[ "$1" != --version ] || { echo "cmake version 3.25.1"; exit; }
grep SigIgn /proc/$$/status; ulimit -Sn; read -r word; echo "$word"; read -r word <&7; echo "$word"
kill -TERM $$
`;

it.skipIf(!native).each([
  ['make', ['-j1']], ['cargo', ['build']], ['cmake', ['--build', '.', '-j1']], ['cmake', ['-E', 'echo']], ['node-gyp', ['clean']], ['cmake-js', ['clean']],
  ['node-gyp', ['rebuild', '-j1']], ['cmake-js', ['compile', '-p1']],
] as const)('%s %j has ignored signals, limits and open files as without us, and its end is ours', (name, args) => {
  writeFileSync(join(home, 'bin', name), tool, { mode: 0o755 });
  for (const project of ['binding.gyp', 'CMakeLists.txt']) writeFileSync(join(home, project), '');
  const through = (words: readonly string[]) => {
    const env = cleanEnvironment({ HOME: home, PATH: `${home}/bin:${dirname(process.execPath)}:/usr/bin:/bin`, MAKEFLAGS: '' });
    const script = `trap '' HUP USR2; ulimit -Sn 333; exec 7<<x\nseven\nx\nexec "$@"`;
    const { status, signal, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', ...words], { cwd: home, env, input: 'one line\n', encoding: 'utf8' });
    return { status, signal, stdout, stderr };
  };
  const bare = through([name, ...args]);
  expect(bare).toEqual({ status: null, signal: 'SIGTERM', stdout: expect.stringMatching(/333\none line\nseven\n$/) as string, stderr: '' });
  expect(through([launcher(), name, ...args])).toEqual(bare);
});
