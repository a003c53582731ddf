import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInBackground } from './daemonize.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let folder = '';
const script = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daemonize-'));
  // The other side of the channel must be something that node itself can run.
  spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', join(root, 'core/src/host')]);
  const built = pathToFileURL(join(root, 'core/dist/host/daemonize.js')).href;
  const write = (name: string, text: string) =>
    writeFile(script(name), `import { waitingForeground } from '${built}';\nconst waiting = waitingForeground(process.env);\n${text}\n`);
  await write('ready.mjs', "waiting.ready(); process.stderr.write('hello'); setTimeout(() => undefined, 60_000);");
  await write('failed.mjs', "await waiting.failed({ code: 'ADDRESS_IN_USE', message: 'taken', hint: 'stop it' });");
  await write('ends.mjs', 'process.exitCode = 7; process.disconnect();');
  await write('sleeps.mjs', 'setTimeout(() => undefined, 60_000);');
});
afterAll(() => rm(folder, { recursive: true }));

const start = (name: string, more: { errorLog?: string; timeoutMs?: number } = {}) =>
  startInBackground({ argv: [script(name)], env: process.env, timeoutMs: 20_000, ...more });

describe('startInBackground', () => {
  it('ends when the other is ready, which then lives on in a session of its own', async () => {
    const errorLog = script('error.log');
    const pid = await start('ready.mjs', { errorLog });
    try {
      const stat = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
      expect(Number(stat[3])).toBe(pid);
      await expect.poll(() => readFile(errorLog, 'utf8')).toBe('hello');
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });

  it.each([
    ['failed.mjs', { code: 'ADDRESS_IN_USE', message: 'taken', hint: 'stop it' }],
    ['ends.mjs', { code: 'DAEMON_START_FAILED', message: 'ended with exit code 7 before it was ready' }],
  ])('%s', async (name, fault) => {
    await expect(start(name)).rejects.toMatchObject(fault);
  });

  it('does not wait for ever', async () => {
    await expect(start('sleeps.mjs', { timeoutMs: 300 })).rejects.toMatchObject({ code: 'DAEMON_START_FAILED' });
  });

  it('tells of a log that cannot be written', async () => {
    await expect(start('ready.mjs', { errorLog: join(folder, 'no/such/folder') })).rejects.toThrow('cannot be opened');
  });
});
