import { describe, expect, it } from 'vitest';
import { changedLog, hashKindOfLog, hashKindOfNinja } from './ninja-log.js';

const log = (version: number, ...lines: readonly string[]): string => [`# ninja log v${version}`, ...lines, ''].join('\n');

describe('the log', () => {
  const before = log(5, '1\t2\t3\tout/a b.o\tabc', '1\t2\t3\tout/b.o\tdef', '1\t2\t3\t.sccache-ts/build.ninja\t99');
  const hashes = new Map([['abc', '123']]);

  it('gets other hashes, and nothing else', () => {
    expect(changedLog(before, { hashes, dropped: [] })).toBe(before.replace('abc', '123'));
    expect(changedLog(before, { hashes: new Map([['out/b.o', '1'], ['3', '4']]), dropped: [] })).toBeUndefined();
  });

  it('loses the lines of our own file', () => {
    expect(changedLog(before, { hashes, dropped: ['.sccache-ts/build.ninja'] })).toBe(log(5, '1\t2\t3\tout/a b.o\t123', '1\t2\t3\tout/b.o\tdef'));
  });

  it.each(['', 'no log\n1\t2\t3\to\tabc\n', log(4, '1\t2\t3\to\tabc'), log(8, '1\t2\t3\to\tabc')])('of another kind stays: %j', (text) => {
    expect(changedLog(text, { hashes, dropped: [] })).toBeUndefined();
  });

  it('with half a line at its end is kept as it is but for whole lines', () => {
    expect(changedLog(`${log(7, '1\t2\t3\to\tabc')}1\t2`, { hashes, dropped: [] })).toBe(`${log(7, '1\t2\t3\to\t123')}1\t2`);
  });
});

it.each([['1.8.2', 'murmur'], ['1.11.1', 'murmur'], ['1.11.1.git.kitware.jobserver-1', 'murmur'], ['1.12.0', 'rapid'], ['1.13.0.git', 'rapid'], ['2.0', 'rapid']])('ninja %s: %s', (version, kind) => {
  expect(hashKindOfNinja(version)).toBe(kind);
});

it.each([[5, 'murmur'], [6, 'rapid'], [7, 'rapid'], [8, undefined]])('log v%i: %s', (version, kind) => {
  expect(hashKindOfLog(log(version))).toBe(kind);
});
