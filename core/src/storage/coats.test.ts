import { describe, expect, it } from 'vitest';
import { sampleEntry, storageContract } from '@sccache-ts/fixtures';
import { digestOf, Fault } from '../base/index.js';
import { counting } from './counting.js';
import { deadline } from './deadline.js';
import { createMemoryStorage } from './memory-storage.js';
import type { Located, Storage } from './port.js';
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

const located: Located = {
  path: '/entry', state: { dev: 1n, ino: 2n, size: 3n, mtimeNs: 4n, ctimeNs: 5n }, files: [], stdout: new Uint8Array(0), stderr: new Uint8Array(0), compileMs: 1,
};

describe.each<[string, (storage: Storage) => Storage]>([
  ['deadline', (storage) => deadline(storage, 10_000)],
  ['counting', (storage) => counting(storage)],
  ['readOnly', readOnly],
])('%s', (_name, coat) => {
  it('locates and notes uses where the storage does', async () => {
    const used: string[] = [];
    const asked: (AbortSignal | undefined)[] = [];
    const locate: Storage['locate'] = (key, signal) => (asked.push(signal), Promise.resolve(key === a ? located : undefined));
    const storage = coat({ ...createMemoryStorage(), locate, used: (key) => void used.push(key) });
    const caller = new AbortController();
    expect(await storage.locate?.(a, caller.signal)).toBe(located);
    expect(await storage.locate?.(digestOf('b'))).toBeUndefined();
    caller.abort();
    expect(asked[0]?.aborted).toBe(true);
    storage.used?.(a);
    expect(used).toEqual([a]);
  });

  it('does neither where the storage does not', () => {
    const storage = coat(createMemoryStorage());
    expect([storage.locate, storage.used]).toEqual([undefined, undefined]);
  });
});

describe('deadline', () => {
  it('gives up and aborts what it began', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const deaf: Storage = {
      get: (_key, signal) => (signals.push(signal), never()),
      put: (_key, _entry, signal) => (signals.push(signal), never()),
      locate: (_key, signal) => (signals.push(signal), never()),
      status: never,
      close: () => Promise.resolve(),
    };
    const storage = deadline(deaf, 20);
    await expect(storage.get(a)).rejects.toMatchObject({ code: 'STORAGE_TIMEOUT' });
    await expect(storage.put(a, sampleEntry(1))).rejects.toMatchObject({ code: 'STORAGE_TIMEOUT' });
    await expect(storage.locate?.(a)).rejects.toMatchObject({ code: 'STORAGE_TIMEOUT' });
    await expect(storage.status()).rejects.toMatchObject({ code: 'STORAGE_TIMEOUT' });
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true, true]);
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

  it('counts what is located as hits, and the rest only when it is asked for', async () => {
    let now = 0;
    const answers = [undefined, located];
    const storage = counting({ ...createMemoryStorage(), locate: () => ((now += 3), Promise.resolve(answers.pop())) }, () => now);
    await storage.locate?.(a);
    await storage.locate?.(a);
    expect(storage.counts()).toMatchObject({ hits: 1, misses: 0, hitMs: 3 });
    await storage.get(a);
    expect(storage.counts()).toMatchObject({ hits: 1, misses: 1 });
  });

  it.each([
    ['STORAGE_FAILED', 1],
    ['CANCELLED', 0],
  ] as const)('counts %s as %d', async (code, count) => {
    const broken = (): Promise<never> => Promise.reject(new Fault(code, 'x'));
    const storage = counting({ ...createMemoryStorage(), get: broken, put: broken, locate: broken });
    await expect(storage.get(a)).rejects.toThrow();
    await expect(storage.locate?.(a)).rejects.toThrow();
    await expect(storage.put(a, sampleEntry(1))).rejects.toThrow();
    expect(storage.counts()).toMatchObject({ readFaults: 2 * count, writeFaults: count });
  });
});
