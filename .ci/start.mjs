// Knows: that one of our built programs follows the set-up. Refuses to know: what it does.
// Usage: node .ci/start.mjs [--program fixtures/dist/demo/main.js] [arguments of the program]
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

const [flag, named, ...rest] = process.argv.slice(2);
const [program, args] = flag === '--program' ? [named, rest] : ['fixtures/dist/demo/main.js', process.argv.slice(2)];

prepare('start');
const child = spawn(process.execPath, [join(root, program), ...args], { cwd: root, stdio: 'inherit' });
// A terminal's Ctrl-C reaches the program by itself, which then cleans up; we stay until it has.
process.on('SIGINT', () => undefined);
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 130;
});
