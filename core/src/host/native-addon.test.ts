import { Worker } from 'node:worker_threads';
import { afterEach, expect, it, vi } from 'vitest';
import { nativeAddon } from './native-addon.js';

afterEach(() => vi.unstubAllEnvs());

const built = nativeAddon() !== undefined;
const path = new URL('../../native/prebuilt/hotpath.node', import.meta.url).pathname;

it('is loaded once, and not at all when told so', ({ skip }) => {
  skip(!built, 'the native addon was not built here');
  expect(nativeAddon()).toBe(nativeAddon());
  vi.stubEnv('SCCACHE_TS_NO_ADDON', '1');
  expect(nativeAddon()).toBeUndefined();
  vi.stubEnv('SCCACHE_TS_NO_ADDON', '');
  expect(nativeAddon()).toBeDefined();
});

it('serves several threads at once, each until its end, running programs or not', async ({ skip }) => {
  skip(!built, 'the native addon was not built here');
  const program = `
    const addon = require(${JSON.stringify(path)});
    const { parentPort } = require('node:worker_threads');
    const table = new addon.PathTable();
    const run = (args, then) => addon.run({ program: '/bin/sh', args, env: [], timeoutMs: 10000, maxOutput: 1000 }, then);
    run(['-c', 'sleep 600'], () => {});
    run(['-c', 'echo $0', String(table.add('/etc'))], (end) => {
      parentPort.postMessage(end.stdout.toString());
      process.exit(0);
    });`;
  const threads = Array.from({ length: 4 }, async () => {
    const worker = new Worker(program, { eval: true });
    const said = new Promise((resolve) => worker.once('message', resolve));
    const code = await new Promise((resolve) => worker.once('exit', resolve));
    return [await said, code];
  });
  expect(await Promise.all(threads)).toEqual(Array.from({ length: 4 }, () => ['0\n', 0]));
});
