import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryUpkeep } from './memory-upkeep.js';

describe('memory upkeep', () => {
  let resident = 0;
  let collected = 0;
  beforeEach(() => {
    [resident, collected] = [200, 0];
    vi.useFakeTimers();
  });
  afterEach(() => void vi.useRealTimers());
  const make = () => createMemoryUpkeep({ bytes: 100, every: 10, quietMs: 1000, resident: () => resident, collect: () => void collected++ });

  it('collects after so many deeds, and when there is quiet after some', () => {
    const upkeep = make();
    for (let deed = 0; deed < 25; deed++) upkeep.note();
    expect(collected).toBe(2);
    vi.advanceTimersByTime(999);
    expect(collected).toBe(2);
    vi.advanceTimersByTime(2);
    expect(collected).toBe(3);
    vi.advanceTimersByTime(100_000);
    expect(collected).toBe(3);
  });

  it('leaves small processes alone', () => {
    resident = 100;
    const upkeep = make();
    for (let deed = 0; deed < 25; deed++) upkeep.note();
    vi.advanceTimersByTime(5000);
    expect(collected).toBe(0);
    upkeep.close();
  });
});

it('really gives memory back', () => {
  let garbage: unknown[] | undefined = Array.from({ length: 300_000 }, (_, at) => ({ at }));
  expect(garbage).toHaveLength(300_000);
  garbage = undefined;
  const before = process.memoryUsage().heapUsed;
  const upkeep = createMemoryUpkeep({ bytes: 1, every: 1, quietMs: 1000 });
  upkeep.note();
  expect(process.memoryUsage().heapUsed).toBeLessThan(before);
  upkeep.close();
});
