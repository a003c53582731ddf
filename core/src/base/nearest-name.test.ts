import { describe, expect, it } from 'vitest';
import { nearestName } from './nearest-name.js';

const known = ['scheduler_url', 'cache_dir', 'toolchains', 'toolchain_cache_size', 'auth', 'type'];

describe('nearestName', () => {
  it.each([
    ['sheduler_url', 'scheduler_url'],
    ['scheduler-url', 'scheduler_url'],
    ['SchedulerUrl', 'scheduler_url'],
    ['cahce_dir', 'cache_dir'],
    ['toolchain', 'toolchains'],
    ['tpye', 'type'],
    ['oauth', 'auth'],
    ['colour', undefined],
    ['x', undefined],
    ['', undefined],
  ])('%s -> %s', (word, expected) => {
    expect(nearestName(word, known)).toBe(expected);
  });

  it('stays cheap for absurd words', () => {
    expect(nearestName('a'.repeat(100_000), known)).toBeUndefined();
  });
});
