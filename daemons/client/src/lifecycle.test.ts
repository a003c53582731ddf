import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLifecycle, type Lifecycle } from './lifecycle.js';
import { isNewer } from './version.js';

describe('lifecycle', () => {
  let events: string[];
  let idleTimeoutMs: number;
  const make = (ms: number): Lifecycle => {
    idleTimeoutMs = ms;
    const life = createLifecycle({ idleTimeoutMs: () => idleTimeoutMs, drainMs: 100, close: () => events.push('close'), abandon: () => events.push('abandon') });
    void life.ended.then(() => events.push('ended'));
    return life;
  };
  beforeEach(() => {
    events = [];
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('ends after idling, counted from the end of the last session', async () => {
    const life = make(1000);
    await vi.advanceTimersByTimeAsync(900);
    const leave = life.enter();
    await vi.advanceTimersByTimeAsync(5000);
    expect([events, life.active]).toEqual([[], 1]);
    leave();
    leave();
    expect(life.active).toBe(0);
    await vi.advanceTimersByTimeAsync(999);
    expect(events).toEqual([]);
    await vi.advanceTimersByTimeAsync(2);
    expect(events).toEqual(['close', 'ended']);
  });
  it('never ends while a build goes on, however long its compiles take', async () => {
    const life = make(1000);
    for (let compiles = 0; compiles < 5; compiles++) {
      const leave = life.enter();
      await vi.advanceTimersByTimeAsync(10_000);
      leave();
      await vi.advanceTimersByTimeAsync(900);
    }
    expect(events).toEqual([]);
  });
  it('waits as long as the settings say now', async () => {
    const life = make(1000);
    idleTimeoutMs = 5000;
    life.settingsChanged();
    await vi.advanceTimersByTimeAsync(4999);
    expect(events).toEqual([]);
    idleTimeoutMs = 0;
    life.settingsChanged();
    await vi.advanceTimersByTimeAsync(1e9);
    expect(events).toEqual([]);
    idleTimeoutMs = 10;
    life.settingsChanged();
    await vi.advanceTimersByTimeAsync(11);
    expect(events).toEqual(['close', 'ended']);
  });
  it('never idles away with 0', async () => {
    make(0);
    await vi.advanceTimersByTimeAsync(1e9);
    expect(events).toEqual([]);
  });
  it('retires when the last session is done, however long it takes', async () => {
    const life = make(0);
    const leave = life.enter();
    life.retire();
    await vi.advanceTimersByTimeAsync(1e6);
    expect(events).toEqual(['close']);
    leave();
    await vi.advanceTimersByTimeAsync(0);
    expect(events).toEqual(['close', 'ended']);
  });
  it('stops after the time to drain, whatever still runs', async () => {
    const life = make(0);
    life.enter();
    life.stop();
    life.stop();
    await vi.advanceTimersByTimeAsync(99);
    expect(events).toEqual(['close']);
    await vi.advanceTimersByTimeAsync(1);
    expect(events).toEqual(['close', 'abandon', 'ended']);
  });
  it('stops at once when nothing runs', async () => {
    make(1000).stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(events).toEqual(['close', 'ended']);
  });
});

it.each([
  ['0.2.0', '0.1.9', true],
  ['0.10.0', '0.9.0', true],
  ['0.1.0', '0.1.0', false],
  ['0.1.0', '0.1.1', false],
  ['1.0', '1.0.0', false],
  ['1.0.1', '1.0', true],
  ['', '0.1.0', false],
])('version %s is newer than %s: %s', (version, than, newer) => {
  expect(isNewer(version, than)).toBe(newer);
});
