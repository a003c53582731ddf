import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { digestOf, logTo } from '@sccache-ts/core/base';
import type { AnswerAtOnce } from '@sccache-ts/core/host';
import { type CompileFrame, decodeToLauncher, encodeFromLauncher, type FromLauncher } from '@sccache-ts/core/wire';
import { createQuickAnswers, type RecallServed, type ServedAgain } from './quick.js';

const build = '1.2.3';
const fingerprint = digestOf(Buffer.from('what was asked'));
const utf8 = (text: string): Uint8Array => Buffer.from(text);
const payloadOf = (message: FromLauncher): Uint8Array => encodeFromLauncher(message).subarray(4);

let cwd: string;
let said: string[];
let asked: string[];
let settled: number;
/** What memory holds; a test may take it away or break it. */
let find: RecallServed['find'];
let findAgain: RecallServed['findAgain'];

const hit = (settle: () => Promise<unknown> = async () => void (settled += 1)): ServedAgain => ({
  fingerprint,
  answer: { kind: 'finish', end: { code: 3, signal: undefined }, stdout: utf8('out'), stderr: new Uint8Array() },
  settle,
});

function quick(): AnswerAtOnce {
  const log = logTo('trace', (level, sentence) => said.push(`${level}: ${sentence}`));
  const recall: RecallServed = {
    find: (frame) => (asked.push('first'), find(frame)),
    findAgain: (print, request) => (asked.push(`again ${String(print === fingerprint)} ${request.cwd === cwd}`), findAgain(print, request)),
  };
  return createQuickAnswers(recall, { build, log });
}

function frame(changes: Partial<CompileFrame> = {}): CompileFrame {
  const { dev, ino } = statSync(cwd, { bigint: true });
  const where = { cwd, cwdDevice: dev, cwdInode: ino, umask: 0o22, colour: false };
  return { kind: 'compile', build, ...where, compiler: '/usr/bin/cc', args: ['-c', 'a.c'], env: [], ...changes };
}

/** The kinds of the frames that an answer consists of. */
function kindsOf(answer: Uint8Array | undefined): readonly string[] | undefined {
  if (answer === undefined) return undefined;
  const kinds: string[] = [];
  for (let rest = Buffer.from(answer); rest.byteLength > 0; ) {
    const end = 4 + rest.readUInt32LE(0);
    kinds.push(decodeToLauncher(rest.subarray(4, end)).kind);
    rest = rest.subarray(end);
  }
  return kinds;
}

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'quick-'));
  [said, asked, settled] = [[], [], 0];
  find = () => hit();
  findAgain = () => hit();
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

it('understands a request once, and afterwards knows it by its bytes', async () => {
  const answer = quick();
  const payload = payloadOf(frame());
  expect(kindsOf(answer(payload))).toEqual(['print', 'exit']);
  expect(kindsOf(answer(payload))).toEqual(['print', 'exit']);
  expect(kindsOf(answer(payloadOf(frame({ args: ['-c', 'b.c'] }))))).toEqual(['print', 'exit']);
  expect(asked).toEqual(['first', 'again true true', 'first']);
  expect(settled).toBe(0);
  await turn();
  await turn();
  expect([settled, said]).toEqual([3, []]);
});

it('understands it anew when what was known no longer holds', () => {
  const answer = quick();
  const payload = payloadOf(frame());
  answer(payload);
  findAgain = () => undefined;
  expect(kindsOf(answer(payload))).toEqual(['print', 'exit']);
  find = () => undefined;
  expect(answer(payload)).toBe(undefined);
  expect(asked).toEqual(['first', 'again true true', 'first', 'again true true', 'first']);
});

it('does not learn what memory has no answer to', () => {
  const answer = quick();
  find = () => undefined;
  expect(answer(payloadOf(frame()))).toBe(undefined);
  expect(answer(payloadOf(frame()))).toBe(undefined);
  expect(asked).toEqual(['first', 'first']);
});

it('asks nobody about a folder that is another one for the daemon, or is there no more', () => {
  const answer = quick();
  expect(answer(payloadOf(frame({ cwdInode: 1n })))).toBe(undefined);
  expect(asked).toEqual([]);
  const payload = payloadOf(frame());
  expect(answer(payload)).not.toBe(undefined);
  rmSync(cwd, { recursive: true });
  expect(answer(payload)).toBe(undefined);
  expect(asked).toEqual(['first']);
});

it.each<readonly [string, () => Uint8Array]>([
  ['of another version', () => payloadOf(frame({ build: '9.9.9' }))],
  ['that is a command', () => payloadOf({ kind: 'command', build, name: 'stats', json: 'null' })],
  ['that is a knock', () => payloadOf({ kind: 'knock', secret: 'x' })],
  ['that is cut short', () => payloadOf(frame()).subarray(0, 20)],
  ['of nothing', () => new Uint8Array()],
])('leaves a frame %s to those who listen to all', (_, payload) => {
  expect(quick()(payload())).toBe(undefined);
  expect([asked, said]).toEqual([[], []]);
});

it('leaves the compile to the long way when memory fails, and says so', () => {
  const answer = quick();
  find = () => {
    throw new Error('a slot is gone');
  };
  expect(answer(payloadOf(frame()))).toBe(undefined);
  find = () => hit();
  const payload = payloadOf(frame());
  expect(answer(payload)).not.toBe(undefined);
  findAgain = find = () => {
    throw new Error('once more');
  };
  expect(answer(payload)).toBe(undefined);
  expect(said).toEqual(['error: an answer from memory failed: a slot is gone', 'error: an answer from memory failed: once more']);
});

it.each<readonly [string, () => Promise<unknown>]>([
  ['rejects', () => Promise.reject(new Error('the disk is full'))],
  [
    'throws',
    () => {
      throw new Error('the disk is full');
    },
  ],
])('what follows an answer and %s is said, and ends nothing', async (_, settle) => {
  find = () => hit(settle);
  expect(quick()(payloadOf(frame()))).not.toBe(undefined);
  await turn();
  await turn();
  expect(said).toEqual(['error: what follows an answer failed: the disk is full']);
});

it('forgets what it learnt first when it has learnt too much', () => {
  const answer = quick();
  const numbered = (at: number): Uint8Array => payloadOf(frame({ args: [String(at)] }));
  const many = 20_001;
  for (let at = 0; at < many; at += 1) answer(numbered(at));
  asked = [];
  answer(numbered(many - 1));
  answer(numbered(0));
  expect(asked).toEqual(['again true true', 'first']);
});
