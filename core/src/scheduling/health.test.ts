import { describe, expect, it } from 'vitest';
import { afterFailure, type Failures, healthOf, longestRestMs } from './health.js';

describe('health', () => {
  it('rests longer after each failed probe, up to a bound', () => {
    const rests: number[] = [];
    let failures: Failures | undefined;
    let at = 0;
    for (let number = 0; number < 30; number++) {
      const before: Failures | undefined = failures && { ...failures, probe: number };
      failures = afterFailure(before, { number, allocatedAt: at }, at + 1);
      rests.push(failures.retryAt - (at + 1));
      at = failures.retryAt;
    }
    expect(rests.slice(0, 5)).toEqual([2_000, 4_000, 8_000, 16_000, 32_000]);
    expect(rests.at(-1)).toBe(longestRestMs);
  });

  it('counts a burst of jobs that were all on their way as one failure', () => {
    const first = afterFailure(undefined, { number: 1, allocatedAt: 0 }, 10);
    expect(afterFailure(first, { number: 2, allocatedAt: 5 }, 11)).toBe(first);
    expect(afterFailure(first, { number: 3, allocatedAt: 10 }, 12)).toBe(first);
  });

  it.each<[string, Failures | undefined, number, string]>([
    ['never failed', undefined, 0, 'well'],
    ['failed a moment ago', { count: 1, lastAt: 0, retryAt: 2_000, probe: undefined }, 1_999, 'resting'],
    ['may be tried', { count: 1, lastAt: 0, retryAt: 2_000, probe: undefined }, 2_000, 'due'],
    ['is being tried', { count: 1, lastAt: 0, retryAt: 2_000, probe: 7 }, 9_000, 'resting'],
  ])('%s', (_what, failures, at, health) => {
    expect(healthOf(failures, at)).toBe(health);
  });
});
