import { Fault } from '@sccache-ts/core/base';
import { describe, expect, it } from 'vitest';
import {
  cacheFinding, compilerFinding, type CompilerFacts, fromThrown, hitFinding, launcherFinding, lineOf, remoteFinding, schedulerFinding, type TrialFacts,
} from './doctor-findings.js';

it('says each thing in one line', () => {
  expect(lineOf(fromThrown('daemon', new Fault('DAEMON_START_FAILED', 'first\n  second', { hint: 'do this', cause: new Error('third') })))).toBe('wrong    daemon     first second: third; do this\n');
});

describe('a compiler', () => {
  const ours = { path: '/masq/gcc', leadsTo: '/opt/sccache-ts', ours: true };
  const theirs = { path: '/usr/lib/ccache/gcc', leadsTo: '/usr/bin/ccache', ours: false };
  it.each<[string, Omit<CompilerFacts, 'name'>, string | undefined, RegExp]>([
    ['absent', { found: undefined, before: [] }, undefined, /^undefined$/],
    ['there', { found: '/usr/bin/gcc', before: [] }, 'ok', /^gcc is \/usr\/bin\/gcc$/],
    ['behind our link', { found: '/usr/bin/gcc', before: [ours] }, 'ok', /\/masq\/gcc before it/],
    ['behind another cache', { found: '/usr/bin/gcc', before: [theirs] }, 'note', /comes first/],
    ['there, and does not run', { found: '/usr/bin/gcc', before: [], refusal: '1 error: no default toolchain' }, 'wrong', /gcc --version ends with 1 error: no default toolchain/],
    ['only a link to us', { found: undefined, before: [ours] }, 'wrong', /no compiler of that name comes after it/],
  ])('%s', (_, facts, mark, sentence) => {
    const finding = compilerFinding({ name: 'gcc', ...facts });
    expect(finding?.mark).toBe(mark);
    expect(String(finding?.sentence)).toMatch(sentence);
  });
});

it.each([[true, 1.234, 'ok', '1.2 ms'], [false, 52.3, 'note', '52 ms']])('a launcher, native %s', (native, startMs, mark, time) => {
  expect(launcherFinding({ launcher: '/l', native, startMs })).toMatchObject({ mark, sentence: expect.stringContaining(time) as string });
});

describe('a cache', () => {
  const fine = { dir: '/c', readOnly: false, maxBytes: 10 * 1024 ** 3, usedBytes: 1024 ** 3, freeBytes: 100 * 1024 ** 3, refusal: undefined };
  it.each<[string, Partial<Parameters<typeof cacheFinding>[0]>, string, RegExp]>([
    ['in order', {}, 'ok', /holds 1\.0 GiB of 10\.0 GiB; its disk has 100\.0 GiB left$/],
    ['nobody has counted', { usedBytes: undefined, freeBytes: undefined }, 'ok', /holds up to 10\.0 GiB$/],
    ['only read', { readOnly: true, refusal: undefined }, 'note', /only read/],
    ['out of reach', { refusal: 'EACCES: permission denied' }, 'wrong', /EACCES/],
    ['of no size', { maxBytes: 0 }, 'wrong', /0 bytes/],
    ['on a full disk', { freeBytes: 1024 ** 2 }, 'wrong', /1\.0 MiB left/],
    ['on a small disk', { freeBytes: 5 * 1024 ** 3 }, 'note', /less than the cache may still grow/],
    ['full, on a full disk', { usedBytes: 10 * 1024 ** 3, freeBytes: 0 }, 'ok', /0 bytes left/],
  ])('%s', (_, facts, mark, sentence) => {
    const finding = cacheFinding({ ...fine, ...facts });
    expect([finding.mark, finding.sentence]).toEqual([mark, expect.stringMatching(sentence)]);
  });
});

const trial = (more: Partial<TrialFacts>): TrialFacts => ({ compiler: '/usr/bin/gcc', difference: undefined, place: 'home', reason: undefined, ms: 10, ...more });

it.each<[Partial<TrialFacts>, string, RegExp]>([
  [{ place: 'cache' }, 'ok', /came from the cache the second time/],
  [{ place: 'home', reason: 'it could not be stored' }, 'wrong', /did not come .* \(home\): it could not be stored/],
  [{ place: undefined }, 'note', /nothing is recorded/],
  [{ place: 'cache', difference: 'the object differs' }, 'wrong', /the object differs/],
])('a second compile %j', (second, mark, sentence) => {
  const finding = hitFinding(trial({}), trial(second));
  expect([finding.mark, finding.sentence]).toEqual([mark, expect.stringMatching(sentence)]);
});

it.each<[Partial<TrialFacts>, string, RegExp]>([
  [{ place: 'away 10.0.0.1:10501' }, 'ok', /10\.0\.0\.1:10501 compiled .* byte for byte/],
  [{ place: 'away 10.0.0.1:10501', difference: 'the object differs' }, 'wrong', /the object differs/],
  [{ place: 'home', reason: 'no scheduler just now' }, 'wrong', /: no scheduler just now/],
  [{ place: 'home' }, 'wrong', /no reason is recorded/],
  [{ place: undefined }, 'note', /not told where/],
])('a compile for a build server %j', (facts, mark, sentence) => {
  const finding = remoteFinding(trial(facts));
  expect([finding.mark, finding.sentence]).toEqual([mark, expect.stringMatching(sentence)]);
  if (mark === 'wrong') expect(finding.hint).toBeDefined();
});

it.each([[1, 'ok', /1 build server with 8 cores/], [2, 'ok', /2 build servers/], [0, 'wrong', /no build server/]])('a scheduler with %d', (numServers, mark, sentence) => {
  const finding = schedulerFinding('http://s/', { numServers, numCpus: 8, inProgress: 0 });
  expect([finding.mark, finding.sentence]).toEqual([mark, expect.stringMatching(sentence)]);
});
