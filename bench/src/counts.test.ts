// Knows: the statistics of peers by example.
import { describe, expect, it } from 'vitest';
import { parseCcacheStats } from './counts.js';

describe('statistics of ccache', () => {
  it.each([
    ['cache_miss\t3\ndirect_cache_hit\t4\npreprocessed_cache_hit\t2\ndirect_cache_miss\t9\n', { hits: 6, misses: 3 }],
    ['stats_updated_timestamp\t0\n', { hits: 0, misses: 0 }],
  ])('%j', (text, expected) => expect(parseCcacheStats(text)).toEqual(expected));
});
