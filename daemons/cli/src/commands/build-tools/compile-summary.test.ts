import { describe, expect, it } from 'vitest';
import type { StatisticsJson } from '@sccache-ts/client';
import { compileSummary } from './compile-summary.js';

const none = { counts: {}, adv_counts: {} };
const numbers = (more: Partial<StatisticsJson> = {}): StatisticsJson => ({
  compile_requests: 0, requests_executed: 0, requests_not_cacheable: 0, requests_not_compile: 0, requests_unsupported_compiler: 0, non_cacheable_compilations: 0,
  cache_hits: none, cache_misses: none, cache_errors: none, dist_compiles: {}, ...more,
} as StatisticsJson);
const after = numbers({
  compile_requests: 12, requests_executed: 9, requests_not_cacheable: 2, requests_not_compile: 1, non_cacheable_compilations: 1,
  cache_hits: { counts: { 'C/C++': 3, Rust: 1 }, adv_counts: {} }, cache_misses: { counts: { 'C/C++': 4 }, adv_counts: {} }, dist_compiles: { 'a:1': 2, 'b:1': 1 },
});

describe('one line for a build', () => {
  it('counts what came since', () => {
    expect(compileSummary('none', after)).toBe('sccache-ts: 4 hits, 5 misses, 3 compiled on build servers, 3 declined');
    const more = { ...after, compile_requests: 13, requests_executed: 10, cache_hits: { counts: { 'C/C++': 4, Rust: 1 }, adv_counts: {} } };
    expect(compileSummary(after, more)).toBe('sccache-ts: 1 hits, 0 misses, 0 compiled on build servers, 0 declined');
  });

  it('counts all when the numbers began anew', () => {
    expect(compileSummary({ ...after, compile_requests: 100 }, after)).toContain('4 hits');
  });

  it('says nothing when nothing was compiled, or nobody can tell', () => {
    expect(compileSummary(after, after)).toBeUndefined();
    expect(compileSummary(numbers(), 'none')).toBeUndefined();
    expect(compileSummary(numbers(), 'silent')).toBeUndefined();
    expect(compileSummary('silent', after)).toBeUndefined();
  });
});
