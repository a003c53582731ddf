import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AppendLog, type AppendLogOptions, createAppendLog, readAppendLog } from './append-log.js';

let dir = '';
let path = '';
let faults: unknown[] = [];
let fresh = 0;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'append-log-'));
  path = join(dir, 'cache', 'records', 'lines.txt');
  faults = [];
  fresh = 0;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const make = (more: Partial<AppendLogOptions<string>> = {}): AppendLog<string> =>
  createAppendLog<string>({
    path,
    maxBytes: 1_000,
    encode: (item) => Promise.resolve(item),
    onFresh: () => void fresh++,
    onFault: (cause) => void faults.push(cause),
    ...more,
  });

describe('createAppendLog', () => {
  it('writes nothing at once, and all at a flush, for this user only', async () => {
    const log = make();
    log.append('a');
    log.append('b');
    expect(readdirSync(dir)).toEqual([]);
    await log.flush();
    expect(readFileSync(path, 'utf8')).toBe('a\nb\n');
    expect([statSync(path).mode & 0o777, statSync(join(path, '..')).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(await readAppendLog(path)).toEqual(['b', 'a']);
  });

  it('writes by itself after a while', async () => {
    make({ delayMs: 5 }).append('a');
    for (let attempt = 0; attempt < 200 && (await readAppendLog(path)).length === 0; attempt++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await readAppendLog(path)).toEqual(['a']);
  });

  it('never takes more than its bound, and keeps the newest', async () => {
    const log = make();
    for (let at = 0; at < 300; at++) {
      log.append(`line ${at}`);
      if (at % 7 === 0) await log.flush();
      const files = readdirSync(dir).length === 0 ? [] : readdirSync(join(path, '..'));
      expect(files.reduce((all, file) => all + statSync(join(path, '..', file)).size, 0)).toBeLessThanOrEqual(1_000);
    }
    await log.flush();
    const lines = await readAppendLog(path);
    expect(lines.length).toBeGreaterThan(50);
    expect(lines).toEqual(Array.from({ length: lines.length }, (_, at) => `line ${299 - at}`));
    expect(readdirSync(join(path, '..')).sort()).toEqual(['lines.1.txt', 'lines.txt']);
  });

  it('encodes a line anew when it begins a file', async () => {
    const seen = new Set<string>();
    const log = make({
      encode: (item) => {
        const known = seen.has(item);
        seen.add(item);
        return Promise.resolve(known ? `${item} again` : `${item} ${'x'.repeat(245)}`);
      },
      onFresh: () => seen.clear(),
    });
    for (const item of ['a', 'a', 'b', 'a']) log.append(item);
    await log.flush();
    expect((await readAppendLog(path)).map((line) => line.replace(/x+/, 'whole'))).toEqual(['a whole', 'b whole', 'a again', 'a whole']);
  });

  it('leaves out what no file could hold', async () => {
    const log = make();
    for (const item of ['a', 'y'.repeat(600), 'b']) log.append(item);
    await log.flush();
    expect(await readAppendLog(path)).toEqual(['b', 'a']);
    expect(faults).toEqual([]);
  });

  it('two of them share the files', async () => {
    const [one, other] = [make(), make()];
    for (let at = 0; at < 100; at++) {
      one.append(`one ${at}`);
      other.append(`other ${at}`);
      await Promise.all([one.flush(), other.flush()]);
    }
    const lines = await readAppendLog(path);
    expect(lines.filter((line) => !/^(one|other) \d+$/.test(line))).toEqual([]);
    expect(lines.slice(0, 2).sort()).toEqual(['one 99', 'other 99']);
    expect(faults).toEqual([]);
  });

  it('tells a failing disk once, and writes again when it can', async () => {
    writeFileSync(join(dir, 'cache'), 'a file where the folder should be');
    const log = make();
    for (const item of ['a', 'b']) {
      log.append(item);
      await log.flush();
    }
    expect([faults.length, fresh]).toEqual([1, 2]);
    rmSync(join(dir, 'cache'));
    log.append('c');
    await log.flush();
    expect(await readAppendLog(path)).toEqual(['c']);
  });

  it('lets go of the oldest lines when too many wait', async () => {
    const log = make({ maxBytes: 1_000_000 });
    for (let at = 0; at < 5_000; at++) log.append(String(at));
    await log.flush();
    const lines = await readAppendLog(path);
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([4_096, '4999', '904']);
  });
});

it('there is nothing in a log that is not there', async () => {
  expect(await readAppendLog(path)).toEqual([]);
});
