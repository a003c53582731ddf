// Signals that this very process sends itself: none of them may end it.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as nap } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { holdingSignals, type ProgramEnd } from './held-signals.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'held-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const shell = (script: string) => ({ path: '/bin/sh', args: ['-c', script] });
const fine: ProgramEnd = { code: 0, signal: undefined };
async function sent(signal: NodeJS.Signals): Promise<void> {
  process.kill(process.pid, signal);
  await nap(100);
}

it('tells how a program ends', async () => {
  expect(await holdingSignals((accompany) => accompany(shell('exit 3')))).toEqual({ code: 3, signal: undefined });
  expect(await holdingSignals((accompany) => accompany(shell('kill -TERM $$')))).toEqual({ code: undefined, signal: 'SIGTERM' });
  await expect(holdingSignals((accompany) => accompany({ path: '/nowhere', args: [] }))).rejects.toThrow('ENOENT');
});

it('starts nothing after a signal, and ends by it when the work is done', async () => {
  let done = false;
  const end = await holdingSignals(async (accompany) => {
    await sent('SIGHUP');
    const ended = await accompany(shell(`touch ${folder}/started`));
    done = true;
    return ended;
  });
  expect([end, done, existsSync(join(folder, 'started'))]).toEqual([{ code: undefined, signal: 'SIGHUP' }, true, false]);
});

it('finishes the work when a signal comes after the program, and listens no longer', async () => {
  const before = process.listenerCount('SIGINT');
  let done = false;
  const end = await holdingSignals(async (accompany) => {
    const ended = await accompany(shell('exit 0'));
    await sent('SIGINT');
    done = true;
    return ended;
  });
  expect([end, done, process.listenerCount('SIGINT')]).toEqual([{ code: undefined, signal: 'SIGINT' }, true, before]);
});

it('passes a signal on to a program that has not heard it, and does not to one that has', async () => {
  const waiting = `trap 'exit 7' INT; touch ${folder}/ready; while :; do sleep 0.02; done`;
  const ready = async (): Promise<void> => {
    for (let at = 0; at < 500 && !existsSync(join(folder, 'ready')); at++) await nap(10);
  };
  const started = performance.now();
  const [end] = await Promise.all([holdingSignals((accompany) => accompany(shell(waiting))), ready().then(() => sent('SIGINT'))]);
  expect([end.code, performance.now() - started > 400]).toEqual([7, true]);
  // Ends by itself a moment after the signal, as one does that a terminal has sent it to; a second one would end it otherwise.
  rmSync(join(folder, 'ready'));
  const own = `trap 'exit 8' INT; touch ${folder}/ready; sleep 0.3`;
  expect((await Promise.all([holdingSignals((accompany) => accompany(shell(own))), ready().then(() => sent('SIGINT'))]))[0]).toEqual(fine);
});
