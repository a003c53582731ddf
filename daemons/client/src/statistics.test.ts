import { readdirSync, readFileSync } from 'node:fs';
import type { CompileReport } from '@sccache-ts/core/engine';
import { describe, expect, it } from 'vitest';
import { emptyStatistics, recordCompile, recordCorruptEntry, type Statistics } from './statistics.js';
import { statisticsInfo, type StatisticsInfo } from './statistics-json.js';
import { statisticsText } from './statistics-text.js';

const golden = new URL('../../../fixtures/statistics/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, golden), 'utf8');
const infoOf = (name: string): StatisticsInfo => JSON.parse(read(`${name}.json`)) as StatisticsInfo;
const names = readdirSync(golden).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []));

const fold = (...reports: readonly CompileReport[]): Statistics => reports.reduce(recordCompile, emptyStatistics);

describe('the layout is sccache’s, byte by byte', () => {
  it('has golden files to compare with', () => expect(names.length).toBeGreaterThanOrEqual(6));

  it.each(names)('%s', (name) => {
    expect(statisticsText(infoOf(name), false)).toBe(read(`${name}.txt`));
    expect(statisticsText(infoOf(name), true)).toBe(read(`${name}-adv.txt`));
  });

  it('widens its columns for long names and big numbers', () => {
    const stats = { ...infoOf('no-daemon').stats, compile_requests: 123_456_789, dist_compiles: { '[2001:db8::1]:10501': 7 } };
    const [first, second] = statisticsText({ ...infoOf('no-daemon'), stats }, false).split('\n');
    expect(first).toBe('Compile requests                123456789');
    expect(second).toBe('Compile requests executed               0');
  });

  it('sorts reasons by count, then name', () => {
    const stats = { ...infoOf('no-daemon').stats, not_cached: { b: 1, a: 1, c: 9 } };
    const lines = statisticsText({ ...infoOf('no-daemon'), stats }, false).split('\n');
    const at = lines.indexOf('Non-cacheable reasons:');
    expect(lines.slice(at + 1, at + 5).map((line) => line.trim().split(/ +/)[0])).toEqual(['c', 'a', 'b', '']);
  });
});

describe('the JSON is sccache’s, field by field', () => {
  const shape = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
      : Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;

  const facts = { location: 'Local disk: "/tmp/statistics/cache"', size: undefined, maxSize: 1536, directMode: true, basedirs: [], readOnly: undefined, version: '0.19.0' };

  it('without a daemon it is the very same text', () => {
    expect(JSON.stringify(statisticsInfo(emptyStatistics, facts))).toBe(read('no-daemon.json'));
  });

  it('has the same fields, in order, once there is something to tell', () => {
    const told = statisticsInfo(emptyStatistics, { ...facts, size: 1, readOnly: false });
    const theirs = infoOf('mixed');
    const bare = { ...theirs, stats: { ...theirs.stats, cache_hits: told.stats.cache_hits, cache_misses: told.stats.cache_misses, cache_errors: told.stats.cache_errors, not_cached: {} } };
    expect(JSON.stringify(shape(told))).toBe(JSON.stringify(shape(bare)));
  });

  it('the same compiles give the same counts as sccache’s', () => {
    const c = { language: 'c', compiler: 'gcc' } as const;
    const cxx = { language: 'c++', compiler: 'gcc' } as const;
    const pre = { language: 'cPreprocessed', compiler: 'gcc' } as const;
    const stored = { compileMs: 10, stored: 'stored', storeMs: 1 } as const;
    const rounds = [1, 2].flatMap((): CompileReport[] => [{ ...c, outcome: 'hit', lookupMs: 1 }, { ...cxx, outcome: 'hit', lookupMs: 1 }, { ...pre, outcome: 'hit', lookupMs: 1 }]);
    const mine = statisticsInfo(
      fold(
        { ...c, outcome: 'miss', ...stored },
        { ...cxx, outcome: 'miss', ...stored },
        { ...pre, outcome: 'miss', ...stored },
        ...rounds,
        { ...c, outcome: 'preprocess-failed' },
        { ...c, outcome: 'miss', compileMs: 5, compileFailed: true },
        { outcome: 'not-cacheable', reason: '-E' },
        { outcome: 'not-compile' },
        { outcome: 'not-cacheable', reason: '-save-temps' },
        { outcome: 'not-cacheable', reason: '-save-temps' },
        { outcome: 'not-cacheable', reason: '-fsyntax-only' },
        { ...c, outcome: 'recache', ...stored },
        { ...c, outcome: 'no-cache', compileMs: 10 },
        { outcome: 'unsupported' },
        { outcome: 'not-cacheable', reason: '-x' },
        { ...c, compiler: 'clang', outcome: 'miss', ...stored },
      ),
      facts,
    ).stats;
    const timeless = ({ cache_write_duration: _w, cache_read_hit_duration: _r, compiler_write_duration: _c, ...rest }: StatisticsInfo['stats']): unknown => rest;
    expect(timeless(mine)).toEqual(timeless(infoOf('mixed').stats));
  });
});

describe('recordCompile', () => {
  const miss: CompileReport = { outcome: 'miss', language: 'c++', compiler: 'clang', compileMs: 1500 };

  it.each<[string, CompileReport, Partial<Statistics>]>([
    ['assembler', { outcome: 'hit', language: 'assemblerToPreprocess', compiler: 'gcc', lookupMs: 2 }, { cacheHits: { basic: { Assembler: 1 }, advanced: { 'assemblerToPreprocess [gcc]': 1 } }, cacheReadHitMs: 2 }],
    ['lookup timed out', { ...miss, lookupFault: 'timeout' }, { cacheTimeouts: 1, cacheReadErrors: 0, compilations: 1 }],
    ['lookup failed', { ...miss, lookupFault: 'error' }, { cacheTimeouts: 0, cacheReadErrors: 1, compilations: 1 }],
    ['store failed', { ...miss, stored: 'failed', reason: 'disk full' }, { cacheWriteErrors: 1, cacheWrites: 0, notCached: {}, cacheMisses: { basic: { 'C/C++': 1 }, advanced: { 'c++ [clang]': 1 } } }],
    ['store skipped', { ...miss, stored: 'skipped', reason: 'an output cannot be read: Error: EACCES /home/u/x.o' }, { nonCacheableCompilations: 1, cacheMisses: emptyStatistics.cacheMisses, notCached: { 'an output cannot be read': 1 } }],
    ['away', { ...miss, away: { kind: 'compiled', server: '1.2.3.4:5' } }, { distCompiles: { '1.2.3.4:5': 1 }, distErrors: 0 }],
    ['away failed', { ...miss, away: { kind: 'fault', server: undefined, fault: new Error('x') } }, { distCompiles: {}, distErrors: 1 }],
    ['away repeated', { ...miss, away: { kind: 'repeated', server: '1.2.3.4:5', reason: 'an input may be missing there: can\'t find crate' } }, { distCompiles: {}, distErrors: 0, distRepeated: { 'an input may be missing there': 1 } }],
    ['fault before anything was known', { outcome: 'fault', reason: 'x' }, { requestsExecuted: 1, cacheErrors: { basic: { 'C/C++': 1 }, advanced: { 'c/c++': 1 } } }],
    ['fault', { outcome: 'fault', language: 'c', compiler: 'gcc' }, { cacheErrors: { basic: { 'C/C++': 1 }, advanced: { 'c [gcc]': 1 } }, compilations: 0 }],
  ])('%s', (_name, report, expected) => {
    expect(fold(report)).toMatchObject({ compileRequests: 1, ...expected });
  });

  it('leaves what it was given as it was', () => {
    const before = JSON.stringify(emptyStatistics);
    fold(miss);
    expect(JSON.stringify(emptyStatistics)).toBe(before);
  });

  it('does not collect names without end', () => {
    let statistics = emptyStatistics;
    for (let at = 0; at < 700; at++) statistics = recordCompile(statistics, { outcome: 'not-cacheable', reason: `reason ${at}` });
    expect(Object.keys(statistics.notCached).length).toBeLessThanOrEqual(501);
    expect(Object.values(statistics.notCached).reduce((a, b) => a + b, 0)).toBe(700);
  });

  it('is not led astray by names that every object has', () => {
    expect(fold({ outcome: 'not-cacheable', reason: 'constructor' }).notCached).toEqual({ constructor: 1 });
  });

  it('counts damaged entries', () => {
    expect(recordCorruptEntry(emptyStatistics).cacheReadErrors).toBe(1);
  });

  it('spells durations as seconds and nanoseconds', () => {
    const { stats } = statisticsInfo(fold(miss, miss, { ...miss, compileMs: 0.25 }), { location: '', size: 0, maxSize: 0, directMode: false, basedirs: [], readOnly: false, version: '1' });
    expect(stats.compiler_write_duration).toEqual({ secs: 3, nanos: 250_000 });
  });
});
