import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logTo } from '@sccache-ts/core/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CompileRecord } from './record.js';
import { readRecords, recordsPlace } from './read-records.js';
import { createRecorder } from './recorder.js';

let dir = '';
let said: string[] = [];
const log = logTo('warn', (_level, sentence) => void said.push(sentence));
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'recorder-')), 'records');
  said = [];
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

const record = (at: number, key: string): CompileRecord => ({
  at, verdict: 'miss', place: 'home', wallMs: 1, settledMs: 1, cwd: '/w', input: 'a.c', key, parts: [['argument 1', `-D${key}`]],
});

describe('createRecorder', () => {
  it('writes the parts of a key once, and both records have them', async () => {
    const settings = { dir, maxBytes: 1_000_000 };
    const recorder = createRecorder(settings, log);
    for (const [at, key] of ['a', 'a', 'b', 'a'].entries()) recorder.record(record(at, key));
    await recorder.flush();
    const history = await readRecords(recordsPlace(settings));
    expect(history.records.map(({ at, parts }) => [at, parts !== undefined])).toEqual([[3, false], [2, true], [1, false], [0, true]]);
    expect(history.partsOf('a')).toEqual([['argument 1', '-Da']]);
  });

  it('has the parts of every key of the newer file in that file', async () => {
    const recorder = createRecorder({ dir, maxBytes: 4_000 }, log);
    for (let at = 0; at < 200; at++) recorder.record(record(at, `key ${at % 3}`));
    await recorder.flush();
    const lines = readFileSync(join(dir, 'records.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { key: string; parts?: string });
    for (const { key } of lines) expect(lines.some((line) => line.key === key && line.parts !== undefined)).toBe(true);
    expect(said).toEqual([]);
  });

  it('touches nothing when it is off', async () => {
    const recorder = createRecorder({ dir, maxBytes: 0 }, log);
    recorder.record(record(0, 'a'));
    await recorder.flush();
    expect(readdirSync(join(dir, '..'))).toEqual([]);
  });

  it('tells a failing disk once', async () => {
    writeFileSync(dir, 'no folder');
    const recorder = createRecorder({ dir, maxBytes: 1_000 }, log);
    for (let at = 0; at < 3; at++) {
      recorder.record(record(at, 'a'));
      await recorder.flush();
    }
    expect(said).toEqual([expect.stringMatching(/^records of compiles are not kept: /)]);
    await expect(readRecords(recordsPlace({ dir, maxBytes: 1_000 }))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});
