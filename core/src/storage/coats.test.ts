import { describe, expect, it } from 'vitest';
import { sampleEntry, storageContract } from '@sccache-ts/fixtures';
import { digestOf, Fault } from '../base/index.js';
import { counting } from './counting.js';
import { deadline } from './deadline.js';
import { createMemoryStorage } from './memory-storage.js';
import type { Storage } from './port.js';
import { readOnly } from './read-only.js';

const a = digestOf('a');
const never = (): Promise<never> => new Promise(() => undefined);

describe.each<[string, () => Storage]>([
  ['memory', createMemoryStorage],
  ['deadline', () => deadline(createMemoryStorage(), 10_000)],
  ['counting', () => counting(createMemoryStorage())],
])('%s keeps the contract', (_name, make) => {
  it.each(storageContract)('$name', async ({ check }) => check(make()));
});

describe('deadline', () => {
  it('gives up and aborts what it began', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const deaf: Storage = {
      get: (_key, signal) => (signals.push(signal), never()),
      put: (_key, _entry, signal) => (signals.push(signal), never()),
      status: never,
      close: () => Promise.resolve(),
    };
    const storage = deadline(deaf, 20);
    await expect(storage.get(a)).rejects.toMatchObject({ code: 'STORAGE_TIMEOUT' });
    await expect(storage.put(a, sampleEntry(1))).rejects.toMatchObject({ code: 'STORAGE_TIMEOUT' });
    await expect(storage.status()).rejects.toMatchObject({ code: 'STORAGE_TIMEOUT' });
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
  });

  it('passes the caller’s own abort on', async () => {
    const caller = new AbortController();
    const listening: Storage = {
      ...createMemoryStorage(),
      get: (_key, signal) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Fault('CANCELLED', 'cancelled')))),
    };
    const asked = deadline(listening, 10_000).get(a, caller.signal);
    caller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('readOnly', () => {
  it('answers and refuses', async () => {
    const inner = createMemoryStorage();
    await inner.put(a, sampleEntry(1));
    const storage = readOnly(inner);
    expect(await storage.get(a)).toBeDefined();
    await expect(storage.put(digestOf('b'), sampleEntry(1))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(await inner.get(digestOf('b'))).toBeUndefined();
  });
});

describe('counting', () => {
  it('counts hits, misses, writes and faults, and how long they took', async () => {
    let now = 0;
    const inner = createMemoryStorage();
    const slow: Storage = { ...inner, get: (key) => ((now += 5), inner.get(key)), put: (key, entry) => ((now += 7), inner.put(key, entry)) };
    const storage = counting(slow, () => now);
    await storage.get(a);
    await storage.put(a, sampleEntry(1));
    await storage.get(a);
    expect(storage.counts()).toEqual({ hits: 1, misses: 1, writes: 1, readFaults: 0, writeFaults: 0, hitMs: 5, writeMs: 7 });
  });

  it.each([
    ['STORAGE_FAILED', 1],
    ['CANCELLED', 0],
  ] as const)('counts %s as %d', async (code, count) => {
    const broken = (): Promise<never> => Promise.reject(new Fault(code, 'x'));
    const storage = counting({ ...createMemoryStorage(), get: broken, put: broken });
    await expect(storage.get(a)).rejects.toThrow();
    await expect(storage.put(a, sampleEntry(1))).rejects.toThrow();
    expect(storage.counts()).toMatchObject({ readFaults: count, writeFaults: count });
  });
});
