import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createQuietWork, type QuietWork } from './quiet-work.js';

let now: number;
let left: number;
let done: number[];
let work: QuietWork;
let step: () => Promise<void>;

beforeEach(() => {
  vi.useFakeTimers();
  [now, left, done] = [1_000_000, 3, []];
  step = () => {
    left--;
    done.push(now);
    return Promise.resolve();
  };
  work = createQuietWork({ isThereWork: () => left > 0, step: () => step(), nowMs: () => now });
});
afterEach(async () => {
  await work.close();
  vi.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 50) {
    now += 50;
    await vi.advanceTimersByTimeAsync(50);
  }
}

describe('quiet work', () => {
  it('waits until nobody was served for a second', async () => {
    const over = work.began();
    await pass(5_000);
    over();
    await pass(900);
    work.began()();
    await pass(900);
    expect(done).toEqual([]);
    await pass(500);
    expect(done).toHaveLength(3);
  });

  it('stops at once when somebody comes, and goes on later', async () => {
    let over: (() => void) | undefined;
    step = () => {
      left--;
      done.push(now);
      over = work.began();
      return Promise.resolve();
    };
    work.wake();
    await pass(2_000);
    expect(done).toHaveLength(1);
    over?.();
    await pass(2_000);
    expect(done).toHaveLength(2);
  });

  it('takes a break when a slice of time is over', async () => {
    left = 4;
    step = () => {
      left--;
      done.push(now);
      clock += 40;
      return Promise.resolve();
    };
    let clock = 0;
    const clocked = vi.spyOn(performance, 'now').mockImplementation(() => clock);
    now += 2_000;
    work.wake();
    await pass(2_000);
    clocked.mockRestore();
    expect(done.map((at) => at - (done[0] ?? 0))).toEqual([0, 0, 250, 250]);
  });

  it('rests longer after a failure, and less when somebody was served since', async () => {
    let failures = 0;
    step = () => {
      failures++;
      return Promise.reject(new Error('no'));
    };
    work.wake();
    await pass(50_000);
    expect(failures).toBe(1);
    await pass(20_000);
    expect(failures).toBe(2);
    work.began()();
    await pass(2_000);
    expect(failures).toBe(3);
  });

  it('goes on when the clock was set back', async () => {
    work.began()();
    now -= 1_000_000;
    await pass(500);
    expect(done).toHaveLength(3);
  });

  it('is over when it is closed, after the step under way', async () => {
    let finish: (() => void) | undefined;
    step = () => {
      left--;
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    work.wake();
    await pass(2_000);
    let closed = false;
    const closing = work.close().then(() => (closed = true));
    await pass(500);
    expect(closed).toBe(false);
    finish?.();
    await closing;
    work.wake();
    await pass(5_000);
    expect(left).toBe(2);
  });

  it('has no timer without work', () => {
    left = 0;
    work.began()();
    work.wake();
    expect(vi.getTimerCount()).toBe(0);
  });
});
