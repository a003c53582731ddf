import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as nap } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CacheKey, digestOf } from '../base/index.js';
import { entryPath, type EntryState, sizeOnDisk, temporaryFolder } from './disk-layout.js';
import { createDiskStorage, type DiskStorageOptions } from './disk-storage.js';
import { createPacking, type Packing } from './packing.js';
import type { Entry, Storage } from './port.js';

let dir: string;
let corrupt: string[];
let open: Storage[];
/** Of the wall clock, which stands still for the storage until a test turns it. */
let turnedMs: number;
let stoppedMs: number;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'disk-states-'));
  [corrupt, open, turnedMs, stoppedMs] = [[], [], 0, Date.now()];
});
afterEach(async () => {
  await Promise.all(open.map((storage) => storage.close()));
  await rm(dir, { recursive: true, force: true });
});

const nowMs = (): number => stoppedMs + turnedMs;

function made(options: Partial<DiskStorageOptions> = {}): Storage {
  const storage = createDiskStorage({ dir, maxBytes: 16 * 1024 ** 2, nowMs, onCorrupt: (_path, why) => corrupt.push(why), ...options });
  open.push(storage);
  return storage;
}

const keys = (count: number): readonly CacheKey[] => Array.from({ length: count }, (_, at) => digestOf(`key ${at}`));
const a = digestOf('a');

/** Plain it takes 24576 bytes on disk, packed 4096. */
function entry(seed = 'x', packed?: boolean): Entry {
  const bytes = Buffer.alloc(20_000, `object ${seed}\n`);
  const made = { files: [{ role: 'obj', mode: 0o644, bytes }], stdout: Buffer.alloc(0), stderr: Buffer.from('w\n'), compileMs: 1 };
  return packed === undefined ? made : { ...made, packed };
}
const plainSize = 24_576;

async function holds(storage: Storage, key: CacheKey, seed = 'x'): Promise<boolean> {
  const found = await storage.get(key);
  return found !== undefined && Buffer.compare(found.files[0]?.bytes ?? Buffer.alloc(0), entry(seed).files[0]?.bytes ?? Buffer.alloc(0)) === 0;
}

async function statesOf(key: CacheKey): Promise<readonly EntryState[]> {
  const there = async (state: EntryState): Promise<boolean> => stat(entryPath(dir, key, state)).then(() => true, () => false);
  return [...((await there('plain')) ? ['plain' as const] : []), ...((await there('packed')) ? ['packed' as const] : [])];
}

async function usage(): Promise<number> {
  let total = 0;
  for (const item of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (item.isFile()) total += sizeOnDisk(await stat(join(item.parentPath, item.name)));
  }
  return total;
}

async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  for (const from = Date.now(); Date.now() - from < 15_000; await nap(20)) if (await check()) return;
  throw new Error(`waited in vain until ${what}`);
}

const isIn = (key: CacheKey, state: EntryState) => async (): Promise<boolean> => (await statesOf(key)).join() === state;

/** Longer than the storage waits before it looks whether it is quiet. */
const aWhileMs = 700;

describe('plain entries', () => {
  it('are packed, those used least lately first, once nobody asks, until the rest is within the budget', async () => {
    const storage = made({ plainBytes: 4 * plainSize + 1000 });
    const all = keys(7);
    for (const key of all) {
      turnedMs += 10;
      await storage.put(key, entry(key));
    }
    turnedMs += 10;
    await storage.get(all[0] as CacheKey);
    await nap(aWhileMs);
    for (const key of all) expect(await statesOf(key)).toEqual(['plain']);
    turnedMs += 2_000;
    for (const at of [1, 2, 3]) await until(isIn(all[at] as CacheKey, 'packed'), `entry ${at} is packed`);
    await nap(aWhileMs);
    for (const at of [0, 4, 5, 6]) expect(await statesOf(all[at] as CacheKey), `entry ${at}`).toEqual(['plain']);
    expect((await storage.status()).size).toBe(await usage());
    for (const key of all) expect(await holds(storage, key, key)).toBe(true);
    for (const key of all) expect(await holds(made(), key, key)).toBe(true);
    expect(corrupt).toEqual([]);
  });

  it('keep the time of their last use when they are packed', async () => {
    const storage = made({ plainBytes: plainSize });
    const [first, second] = keys(2) as [CacheKey, CacheKey];
    await storage.put(first, entry());
    const putMs = nowMs();
    turnedMs += 3_000_000;
    await storage.put(second, entry());
    turnedMs += 2_000;
    await until(isIn(first, 'packed'), 'the first is packed');
    expect((await stat(entryPath(dir, first, 'packed'))).mtimeMs).toBeCloseTo(putMs, -4);
  });

  it('stay as they are once the storage is closed', async () => {
    const storage = made({ plainBytes: plainSize });
    for (const key of keys(4)) await storage.put(key, entry());
    await storage.close();
    turnedMs += 2_000;
    await nap(aWhileMs);
    for (const key of keys(4)) expect(await statesOf(key)).toEqual(['plain']);
  });

  it('are packed at once where none may be plain', async () => {
    const storage = made({ plainBytes: 0 });
    await storage.put(a, entry());
    expect(await statesOf(a)).toEqual(['packed']);
    expect(await holds(storage, a)).toBe(true);
  });

  it('that are stored anew while they are packed stay what was stored', async () => {
    const real = createPacking();
    let go: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let packing = false;
    const slow: Packing = { ...real, pack: (bytes) => ((packing = true), gate.then(() => real.pack(bytes))) };
    const storage = made({ plainBytes: plainSize, packing: slow });
    await storage.put(a, entry('old'));
    await storage.put(digestOf('b'), entry());
    turnedMs += 2_000;
    await until(() => Promise.resolve(packing), 'it is being packed');
    await storage.put(a, entry('new'));
    go?.();
    turnedMs += 2_000;
    await until(isIn(digestOf('b'), 'packed'), 'the other is packed');
    expect(await statesOf(a)).toEqual(['plain']);
    expect(await holds(storage, a, 'new')).toBe(true);
    expect(await holds(made(), a, 'new')).toBe(true);
    expect((await storage.status()).size).toBe(await usage());
    expect(await readdir(temporaryFolder(dir))).toEqual([]);
  });

  it('that turn out to be none when they are packed are dropped, and the others go on', async () => {
    const storage = made({ plainBytes: plainSize });
    const [first, second, third] = keys(3) as [CacheKey, CacheKey, CacheKey];
    for (const key of [first, second, third]) await storage.put(key, entry());
    await copyFile(entryPath(dir, second), entryPath(dir, first));
    turnedMs += 2_000;
    await until(isIn(second, 'packed'), 'the second is packed');
    expect(await statesOf(first)).toEqual([]);
    expect(corrupt).toHaveLength(1);
    expect(await statesOf(third)).toEqual(['plain']);
  });
});

describe('a packed entry', () => {
  async function packedOne(storage: Storage): Promise<void> {
    await storage.put(a, entry());
    await storage.put(digestOf('b'), entry());
    turnedMs += 2_000;
    await until(isIn(a, 'packed'), 'it is packed');
  }

  it('is plain again after its second use', async () => {
    const storage = made({ plainBytes: plainSize });
    await packedOne(storage);
    expect(await storage.locate?.(a)).toBeUndefined();
    expect(await holds(storage, a)).toBe(true);
    turnedMs += 2_000;
    await nap(aWhileMs);
    expect(await statesOf(a)).toEqual(['packed']);
    storage.used?.(a);
    await nap(aWhileMs);
    turnedMs += 2_000;
    await until(isIn(a, 'plain'), 'it is plain');
    expect(await holds(storage, a)).toBe(true);
    // Only one of the two may be plain.
    turnedMs += 2_000;
    await until(isIn(digestOf('b'), 'packed'), 'the other is packed');
    expect((await storage.status()).size).toBe(await usage());
  });

  it('stays one, when it was given as one', async () => {
    const storage = made();
    await storage.put(a, entry('x', true));
    expect(await statesOf(a)).toEqual(['packed']);
    for (let at = 0; at < 6; at++) {
      expect(await storage.get(a)).toMatchObject({ packed: true });
      storage.used?.(a);
    }
    turnedMs += 2_000;
    await nap(aWhileMs);
    expect(await statesOf(a)).toEqual(['packed']);
  });

  it.each([[true, false], [false, true]])('and a plain one take each other’s place: packed %s, then %s', async (before, after) => {
    const storage = made();
    await storage.put(a, entry('x', before));
    await storage.put(a, entry('y', after));
    expect(await statesOf(a)).toEqual([after ? 'packed' : 'plain']);
    expect(await holds(storage, a, 'y')).toBe(true);
    expect((await storage.status()).size).toBe(await usage());
  });

  it('that is damaged is a miss, is told of and goes', async () => {
    const storage = made();
    await storage.put(a, entry('x', true));
    const path = entryPath(dir, a, 'packed');
    const bytes = await readFile(path);
    bytes[bytes.byteLength - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await rm(path);
    await writeFile(path, bytes);
    expect(await storage.get(a)).toBeUndefined();
    expect(corrupt).toHaveLength(1);
    expect(await statesOf(a)).toEqual([]);
    expect((await storage.status()).size).toBe(0);
  });
});

describe('what a crash leaves', () => {
  async function bothStates(): Promise<void> {
    const aside = join(dir, 'aside');
    const storage = made();
    await storage.put(a, entry('packed', true));
    await copyFile(entryPath(dir, a, 'packed'), aside);
    await storage.put(a, entry('plain'));
    await copyFile(aside, entryPath(dir, a, 'packed'));
    await rm(aside);
    expect(await statesOf(a)).toEqual(['plain', 'packed']);
  }

  it('in both states is answered from the plain one and counted as both', async () => {
    await bothStates();
    const storage = made();
    expect((await storage.status()).size).toBe(await usage());
    expect(await holds(storage, a, 'plain')).toBe(true);
    expect(await statesOf(a)).toEqual(['plain', 'packed']);
  });

  it('in both states becomes one once nobody can be about to do it', async () => {
    await bothStates();
    turnedMs += 120_000;
    const storage = made();
    expect((await storage.status()).size).toBe(plainSize);
    expect(await statesOf(a)).toEqual(['plain']);
    expect(await holds(storage, a, 'plain')).toBe(true);
  });

  it('in both states goes as a whole when room is needed', async () => {
    await bothStates();
    turnedMs += 1_000;
    const storage = made({ maxBytes: 2 * plainSize, plainBytes: 2 * plainSize });
    for (const key of keys(2)) await storage.put(key, entry());
    expect(await statesOf(a)).toEqual([]);
    expect(await usage()).toBeLessThanOrEqual(2 * plainSize);
  });
});

describe('eviction', () => {
  it('counts both states and goes by use alone', async () => {
    const maxBytes = 5 * plainSize;
    const storage = made({ maxBytes, plainBytes: maxBytes });
    const [first, second, third, ...rest] = keys(20) as [CacheKey, CacheKey, CacheKey, ...CacheKey[]];
    for (const [key, packed] of [[first, true], [second, false], [third, true]] as const) {
      turnedMs += 10;
      await storage.put(key, entry('x', packed));
    }
    for (const key of rest) {
      turnedMs += 10;
      await storage.get(third);
      turnedMs += 10;
      await storage.put(key, entry());
      expect((await storage.status()).size).toBe(await usage());
      expect(await usage()).toBeLessThanOrEqual(maxBytes);
    }
    expect(await statesOf(first)).toEqual([]);
    expect(await statesOf(second)).toEqual([]);
    expect(await statesOf(third)).toEqual(['packed']);
  });
});

describe('the file of uses', () => {
  it('takes its share of the room', async () => {
    const maxBytes = 3 * plainSize + 2048;
    const before = made({ maxBytes, plainBytes: maxBytes });
    await before.put(a, entry());
    await before.get(a);
    await before.close();
    const after = made({ maxBytes, plainBytes: maxBytes });
    for (const key of keys(4)) {
      await after.put(key, entry());
      expect(await usage()).toBeLessThanOrEqual(maxBytes);
      expect((await after.status()).size).toBe(await usage());
    }
  });
});

describe('two storages on one folder', () => {
  it('pack and unpack side by side and lose nothing', async () => {
    const both = [made({ plainBytes: 3 * plainSize }), made({ plainBytes: 3 * plainSize })] as const;
    const all = keys(16);
    for (const [at, key] of all.entries()) await both[at % 2 === 0 ? 0 : 1].put(key, entry(key));
    // Each knows of all.
    turnedMs += 11 * 60_000;
    for (const storage of both) await storage.status();
    turnedMs += 2_000;
    const packed = async (): Promise<number> => (await Promise.all(all.map(statesOf))).filter((it) => it.join() === 'packed').length;
    for (const storage of both) for (const key of all.slice(0, 4)) await storage.get(key);
    turnedMs += 2_000;
    await until(async () => (await packed()) >= 10, 'most are packed');
    await nap(aWhileMs);
    for (const storage of both) for (const key of all) expect(await holds(storage, key, key)).toBe(true);
    for (const key of all) expect(await statesOf(key)).toHaveLength(1);
    expect(corrupt).toEqual([]);
  });

  it('find what the other has packed', async () => {
    const mine = made();
    const theirs = made();
    await mine.put(a, entry());
    expect(await mine.locate?.(a)).toBeDefined();
    await theirs.put(a, entry('y', true));
    expect(await mine.locate?.(a)).toBeUndefined();
    expect(await holds(mine, a, 'y')).toBe(true);
    // What this one still takes for a plain entry is not waited for.
    turnedMs += 2_000;
    const small = made({ plainBytes: plainSize });
    for (const key of keys(2)) await small.put(key, entry());
    await theirs.put(keys(2)[0] as CacheKey, entry('y', true));
    turnedMs += 2_000;
    await nap(aWhileMs);
    await small.put(digestOf('one more'), entry());
    turnedMs += 2_000;
    await until(isIn(keys(2)[1] as CacheKey, 'packed'), 'the next one is packed');
    expect(corrupt).toEqual([]);
  });
});

describe('a read-only storage', () => {
  it('neither packs nor makes plain', async () => {
    const writer = made();
    for (const key of keys(3)) await writer.put(key, entry());
    await writer.put(a, entry('x', true));
    await writer.close();
    const reader = made({ readOnly: true, plainBytes: plainSize });
    await reader.status();
    for (let at = 0; at < 3; at++) for (const key of [...keys(3), a]) expect(await reader.get(key)).toBeDefined();
    turnedMs += 2_000;
    await nap(aWhileMs);
    for (const key of keys(3)) expect(await statesOf(key)).toEqual(['plain']);
    expect(await statesOf(a)).toEqual(['packed']);
  });
});
