// Which of our modules a command and the daemon load before they do anything: each costs a part of every build's first compile.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cleanEnvironment, root, toolMissing, until } from '../../../fixtures/src/kit/index.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
if (!existsSync(main)) throw new Error('run npm run build first: these tests start built programs');
const missing = toolMissing('make');
if (missing !== undefined) process.stderr.write(`skipped: what make loads: ${missing}\n`);

let folder = '';
let env: Record<string, string> = {};
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sts-up-')));
  const hook = `import { appendFileSync } from 'node:fs'; export const load = (url, context, next) => { appendFileSync(${JSON.stringify(join(folder, 'loaded'))}, url + '\\n'); return next(url, context); };`;
  const url = `data:text/javascript,${encodeURIComponent(hook)}`;
  writeFileSync(join(folder, 'hook.mjs'), `import { register } from 'node:module'; register(${JSON.stringify(url)});\n`);
  writeFileSync(join(folder, 'Makefile'), 'all: ; @true\n');
  env = cleanEnvironment({ HOME: folder, SCCACHE_DIR: join(folder, 'cache'), SCCACHE_SERVER_UDS: join(folder, 'socket'), MAKEFLAGS: '', MAKELEVEL: '' });
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

const command = (args: readonly string[]): string[] => ['--import', join(folder, 'hook.mjs'), main, ...args];
/** By package and room, as `core/engine/index`. */
const loaded = (): readonly string[] => {
  const urls = [...new Set(readFileSync(join(folder, 'loaded'), 'utf8').trim().split('\n'))];
  const own = urls.filter((url) => url.startsWith('file:') && !url.includes('/node_modules/')).map((url) => fileURLToPath(url));
  return own.filter((path) => path.startsWith(`${realpathSync(root)}/`)).map((path) => path.slice(realpathSync(root).length + 1).replace('/dist/', '/').replace(/\.js$/, ''));
};
const within = (...rooms: readonly string[]) => loaded().filter((name) => rooms.some((room) => name.startsWith(room)));

it.each<[string, readonly string[]]>([
  ['-V', ['-V']],
  ['--help', ['--help']],
  ...(missing === undefined ? [['make', ['make', '-j1']] as [string, readonly string[]]] : []),
])('%s does without the engine and the dialects', (_, args) => {
  const { status, stderr } = spawnSync(process.execPath, command(args), { env, cwd: folder, encoding: 'utf8', timeout: 30_000 });
  expect([status, stderr]).toEqual([0, '']);
  expect(within('core/base/')).not.toEqual([]);
  expect(within('core/engine/', 'core/storage/', 'adapters/cargo/', 'adapters/msvc/', 'daemons/cli/daemon-parts')).toEqual([]);
});

it('the daemon does without the commands and without what tries toolchains', async () => {
  const daemon = spawn(process.execPath, command([]), { env: { ...env, SCCACHE_START_SERVER: '1', SCCACHE_NO_DAEMON: '1' }, cwd: folder, stdio: 'ignore' });
  const ended = new Promise((resolve) => daemon.on('close', resolve));
  try {
    await until('the daemon', () => existsSync(join(folder, 'socket')), { timeoutMs: 30_000 });
  } finally {
    daemon.kill();
    await ended;
  }
  expect(within('core/engine/index')).toEqual(['core/engine/index']);
  expect(within('core/engine/trial', 'core/engine/toolchain-trial', 'daemons/cli/commands/perform', 'daemons/cli/commands/cargo', 'daemons/cli/commands/dist', 'daemons/cli/commands/arguments')).toEqual([]);
});
