import { describe, expect, it } from 'vitest';
import type { CompileRecord } from './record.js';
import { encodeRecord } from './record-codec.js';
import { findCompile, type History, historyOf } from './record-history.js';
import type { RecordedPart } from './recorded-parts.js';
import { recentJson, whyJson } from './records-json.js';
import { recentText, whyText } from './records-text.js';
import { explain } from './why.js';

const start = Date.UTC(2026, 0, 31, 12);
let clock = 0;
function compiled(given: Partial<CompileRecord>): CompileRecord {
  return { at: start + 10_000 * clock++, verdict: 'miss', place: 'home', wallMs: 100, settledMs: 2_000, cwd: '/w', input: 'a.c', stored: 'stored', ...given };
}
const keyed = (key: string, parts: readonly RecordedPart[], more: Partial<CompileRecord> = {}): CompileRecord => compiled({ key, parts, ...more });

/** @param records in the order in which they happened */
async function history(...records: readonly CompileRecord[]): Promise<History> {
  const lines = await Promise.all(records.map((record) => encodeRecord(record, true)));
  return historyOf(lines.reverse());
}
async function reasons(...records: readonly CompileRecord[]): Promise<readonly string[]> {
  const all = await history(...records);
  const [last] = all.records;
  return last === undefined ? [] : explain(last, all).reasons;
}

const common: readonly RecordedPart[] = [['language', 'c'], ['file a.c', '0000000000000000'], ['file b.h', '0000000000000000']];
const one: readonly RecordedPart[] = [...common, ['argument 1', '-O2']];
const two: readonly RecordedPart[] = [...common, ['argument 1', '-O3']];
const far: readonly RecordedPart[] = [['language', 'c++'], ['argument 1', '-Og']];

describe('explain', () => {
  it.each<[string, readonly CompileRecord[], readonly string[]]>([
    ['a first compile', [keyed('1', one)], ['first compile of this source, as far as the records go back']],
    ['the nearest, not the newest', [keyed('1', one), keyed('3', far), keyed('2', two)], ['argument -O2 became -O3']],
    ['of two that are as near, the newer', [keyed('1', [...common, ['argument 1', '-O1']]), keyed('2', two), keyed('3', one)], ['argument -O3 became -O2']],
    ['other sources do not count', [keyed('1', one, { input: 'b.c' }), keyed('2', two)], ['first compile of this source, as far as the records go back']],
    ['another folder, the same name', [keyed('1', one, { cwd: '/v' }), keyed('2', two)], ['argument -O2 became -O3']],
    ['another name, the same output', [keyed('1', one, { input: 'tmp1.c', output: 'a.o' }), keyed('2', two, { input: 'tmp2.c', output: 'a.o' })], ['argument -O2 became -O3']],
    ['evicted', [keyed('1', one, { at: start }), keyed('1', one, { at: start + 9_000 })], ['its result was evicted or removed: the same key was stored at 2026-01-31T12:00:02Z']],
    ['at the same time', [keyed('1', one, { at: start }), keyed('1', one, { at: start + 50 })], ['the same compile was under way at the same time, until 2026-01-31T12:00:02Z']],
    ['failed before', [keyed('1', one, { at: start, stored: undefined as never, compileFailed: true }), keyed('1', one)], ['the same compile failed at 2026-01-31T12:00:02Z, and failures are not stored']],
    ['not stored before', [keyed('1', one, { at: start, stored: 'failed', reason: 'disk full' }), keyed('1', one)], ['the same compile was not stored at 2026-01-31T12:00:02Z: disk full']],
    ['a slow cache', [keyed('1', one), keyed('2', two, { lookupFault: 'timeout' })], ['the lookup was given up: the cache did not answer in time']],
    ['parts that are gone', [compiled({ key: '1' }), keyed('2', two)], ['what the keys were made of is no longer recorded']],
    ['parts that an earlier record has', [keyed('1', one), compiled({ key: '1', verdict: 'hit' }), keyed('2', two)], ['argument -O2 became -O3']],
    ['a hit', [compiled({ verdict: 'hit', hitBy: 'manifest' })], ['answered by the manifest, without preprocessing']],
    ['a decline', [compiled({ verdict: 'not-cacheable', reason: '-save-temps' })], ['must not be cached: -save-temps']],
    ['no cache wanted', [compiled({ verdict: 'no-cache' })], ['SCCACHE_NO_CACHE was set: neither looked up nor stored']],
  ])('%s', async (_name, records, expected) => expect(await reasons(...records)).toEqual(expected));
});

describe('findCompile', () => {
  it.each<[string, string, string]>([
    ['a source by its name', 'sub/a.c', '/w/sub/a.c'],
    ['a source by its absolute path', '/w/b.c', '/w/b.c'],
    ['an output', 'out/b.o', '/w/b.c'],
    ['a base name', 'far.c', '/elsewhere/far.c'],
    ['the base name of an output', 'far.o', '/elsewhere/far.c'],
  ])('%s', async (_name, file, source) => {
    const all = await history(
      compiled({ input: 'sub/a.c' }), compiled({ input: 'b.c', output: 'out/b.o' }), compiled({ cwd: '/elsewhere', input: 'far.c', output: 'o/far.o' }), compiled({ input: 'last.c' }),
    );
    const found = findCompile(all, file, '/w');
    expect(found.kind === 'found' && whyJson(explain(found.record, all)).compile.source).toBe(source);
  });

  it('knows files of command lines that were not understood', async () => {
    const { input: _input, ...link } = compiled({ verdict: 'not-compile', command: ['/usr/bin/gcc', 'a.o', '-o', 'prog'] });
    expect(findCompile(await history(link), '/w/prog', '/')).toMatchObject({ kind: 'found' });
  });

  it('does not guess', async () => {
    const all = await history(compiled({ input: 'x/a.c' }), compiled({ input: 'y/a.c' }));
    expect(findCompile(all, 'a.c', '/')).toEqual({ kind: 'several', sources: ['/w/y/a.c', '/w/x/a.c'] });
    expect(findCompile(all, '/a.c', '/')).toEqual({ kind: 'nothing' });
    expect(findCompile(all, '.c', '/')).toEqual({ kind: 'nothing' });
  });
});

describe('what is printed', () => {
  it('as text', async () => {
    const all = await history(keyed('1', one, { at: start }), keyed('2', two, { at: start + 5_000, output: 'a\u001b[31m.o', steps: [['preprocess', 9.5], ['compile', 1234]], near: 'header b.h changed' }));
    const explanations = all.records.map((record) => explain(record, all));
    expect(explanations.map(whyText)[0]).toBe(
      `Source    /w/a.c
Output    /w/a?[31m.o
Compiled  2026-01-31T12:00:05Z: miss, home, 100 ms
Why       argument -O2 became -O3
Nearer    header b.h changed
Compared  with 2026-01-31T12:00:00Z: miss, home, 100 ms
Stored    yes
Steps     preprocess 9.5 ms, compile 1234 ms
`,
    );
    expect(recentText(explanations)).toBe(
      `TIME                  VERDICT  PLACE    WALL  SOURCE  REASON
2026-01-31T12:00:05Z  miss     home   100 ms  a.c     argument -O2 became -O3
2026-01-31T12:00:00Z  miss     home   100 ms  a.c     first compile of this source, as far as the records go back
`,
    );
    expect(recentText([])).toBe('Nothing is recorded yet.\n');
  });

  it('as JSON', async () => {
    const all = await history(keyed('1', one, { at: start }), keyed('2', two, { at: start + 5_000, steps: [['lookup', 0.5]] }));
    const explanations = all.records.map((record) => explain(record, all));
    expect(explanations.map(whyJson)[0]).toEqual({
      compile: {
        time: '2026-01-31T12:00:05Z', verdict: 'miss', place: 'home', wallMs: 100, settledMs: 2_000, source: '/w/a.c', directory: '/w', stored: 'stored', key: '2',
        steps: [{ step: 'lookup', ms: 0.5 }],
      },
      reasons: ['argument -O2 became -O3'],
      comparedWith: expect.objectContaining({ key: '1' }) as object,
      differences: [{ kind: 'changed', what: 'argument', from: '-O2', to: '-O3' }],
    });
    expect(recentJson(explanations, 3)).toMatchObject({ compiles: [{ verdict: 'miss' }, { verdict: 'miss' }], skipped: 3 });
  });

  it('is bounded, however much differs', async () => {
    const many = (value: string): readonly RecordedPart[] => Array.from({ length: 100 }, (_, at) => [`file ${at}.h`, value]);
    const all = await history(keyed('1', many('a')), keyed('2', many('b')));
    const [last] = all.records;
    const text = last === undefined ? '' : whyText(explain(last, all));
    expect(text.split('\n').length).toBeLessThan(30);
    expect(text).toContain('and 80 more differences');
  });
});

it('a damaged line is left out and counted', async () => {
  const line = await encodeRecord(keyed('1', one), true);
  expect(historyOf([line, line.slice(0, -9), 'x'])).toMatchObject({ records: [{ key: '1' }], skipped: 2 });
});
