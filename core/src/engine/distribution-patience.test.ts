import { describe, expect, it } from 'vitest';
import { createPatience } from './distribution-patience.js';

function clocked() {
  let now = 1_000;
  return { patience: createPatience({ clockMs: () => now, firstMs: 30, longestMs: 200 }), pass: (ms: number) => (now += ms) };
}

describe('patience', () => {
  it('lets everybody ask while nothing has failed', () => {
    const { patience } = clocked();
    expect([patience.mayTry(), patience.mayTry(), patience.leftMs()]).toEqual([true, true, 0]);
  });

  it('grows, is half-open in between, and ends with success', () => {
    const { patience, pass } = clocked();
    for (const pause of [30, 60, 120, 200, 200]) {
      patience.failed();
      expect(patience.leftMs()).toBe(pause);
      expect(patience.mayTry()).toBe(false);
      pass(pause);
      expect([patience.mayTry(), patience.mayTry()]).toEqual([true, false]);
    }
    patience.worked();
    expect([patience.mayTry(), patience.mayTry()]).toEqual([true, true]);
    patience.failed();
    expect(patience.leftMs()).toBe(30);
  });

  it('counts those who fail together once', () => {
    const { patience } = clocked();
    for (let i = 0; i < 50; i++) patience.failed();
    expect(patience.leftMs()).toBe(30);
  });

  it('does not wait for ever for one who never tells', () => {
    const { patience, pass } = clocked();
    patience.failed();
    pass(30);
    expect(patience.mayTry()).toBe(true);
    pass(30);
    expect(patience.mayTry()).toBe(true);
  });
});
