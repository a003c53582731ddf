import { chmod, copyFile, mkdtemp, open as openFile, readFile, rename, rm, stat, truncate, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as nap } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleEntry } from '@sccache-ts/fixtures';
import { digestOf } from '../base/index.js';
import { entryPath } from './disk-layout.js';
import { createDiskStorage, type DiskStorageOptions } from './disk-storage.js';
import { createPacking } from './packing.js';
import type { Located, Storage } from './port.js';

let dir: string;
let corrupt: string[];
let open: Storage[];
/** How many bodies were checked: each is unpacked once it is. */
let checked: number;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'disk-locate-'));
  [corrupt, open, checked] = [[], [], 0];
});
afterEach(async () => {
  await Promise.all(open.map((storage) => storage.close()));
  await rm(dir, { recursive: true, force: true });
});

function made(options: Partial<DiskStorageOptions> = {}): Storage {
  const packing = createPacking();
  const storage = createDiskStorage({
    dir,
    maxBytes: 16 * 1024 ** 2,
    packing: { ...packing, unpack: (packed, length) => (checked++, packing.unpack(packed, length)) },
    onCorrupt: (_path, why) => corrupt.push(why),
    ...options,
  });
  open.push(storage);
  return storage;
}

const a = digestOf('a');
const located = async (storage: Storage): Promise<Located | undefined> => storage.locate?.(a);
/** Files change their times in steps; what happens in the same step cannot be seen. */
const oldEnough = (): Promise<void> => nap(40);

async function content({ path, files }: Located): Promise<readonly Buffer[]> {
  const bytes = await readFile(path);
  return files.map(({ offset, length }) => bytes.subarray(offset, offset + length));
}

describe('an entry that was put', () => {
  it('is located without being read', async () => {
    const storage = made();
    const entry = sampleEntry(10_000);
    await storage.put(a, entry);
    const found = await located(storage);
    expect(checked).toBe(0);
    expect(found).toMatchObject({ path: entryPath(dir, a), compileMs: 12, files: [{ role: 'obj', mode: 0o644, length: 10_000, offset: 4096 }] });
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(entryPath(dir, a), { bigint: true });
    expect(found?.state).toEqual({ dev, ino, size, mtimeNs, ctimeNs });
    expect((await content(found as Located))[0]?.equals(entry.files[0]?.bytes ?? Buffer.alloc(0))).toBe(true);
    expect(Buffer.from(found?.stderr ?? []).toString()).toBe('a.c:1: warning: w\n');
  });

  it('is located without being read after its uses were written down', async () => {
    const storage = made();
    await storage.put(a, sampleEntry(10_000));
    storage.used?.(a);
    await storage.close();
    expect(await located(storage)).toBeDefined();
    expect(checked).toBe(0);
  });

  it('is not changed through what was given or found', async () => {
    const storage = made();
    const given = sampleEntry(100);
    await storage.put(a, given);
    given.stderr.fill(0);
    (await located(storage))?.stderr.fill(0);
    expect(Buffer.from((await located(storage))?.stderr ?? []).toString()).toBe('a.c:1: warning: w\n');
  });

  it('is another after the next put', async () => {
    const storage = made();
    await storage.put(a, sampleEntry(100, 1));
    await located(storage);
    await storage.put(a, sampleEntry(200, 2));
    expect((await located(storage))?.files[0]?.length).toBe(200);
    await storage.put(a, { ...sampleEntry(200, 2), packed: true });
    expect(await located(storage)).toBeUndefined();
    expect(corrupt).toEqual([]);
  });
});

describe('an entry of another process', () => {
  it('is checked once', async () => {
    await made().put(a, sampleEntry(10_000));
    await oldEnough();
    const storage = made();
    const first = await located(storage);
    expect(first).toBeDefined();
    expect(checked).toBe(3);
    expect(await located(storage)).toEqual(first);
    expect(checked).toBe(3);
  });

  it('is checked once when it was looked up before', async () => {
    await made().put(a, sampleEntry(10_000));
    await oldEnough();
    const storage = made();
    await storage.get(a);
    expect(await located(storage)).toBeDefined();
    expect(checked).toBe(3);
  });

  it('is checked again while it is so young that it may change unseen', async () => {
    await made().put(a, sampleEntry(10_000));
    const { ctimeMs } = await stat(entryPath(dir, a));
    let now = ctimeMs + 10;
    const storage = made({ nowMs: () => now });
    for (let at = 1; at <= 3; at++) {
      expect(await located(storage)).toBeDefined();
      expect(checked).toBe(3 * at);
    }
    now += 20;
    await located(storage);
    await located(storage);
    expect(checked).toBe(12);
  });

  it('is checked each time when its streams are long', async () => {
    await made().put(a, { ...sampleEntry(10), stderr: Buffer.alloc(70_000, 'w') });
    await oldEnough();
    const storage = made();
    expect((await located(storage))?.stderr.byteLength).toBe(70_000);
    expect((await located(storage))?.stderr.byteLength).toBe(70_000);
    expect(checked).toBe(6);
  });
});

describe('a file that changed since', () => {
  const flip = async (path: string, from: 'beginning' | 'body'): Promise<void> => {
    const at = from === 'beginning' ? 3 : 5000;
    const handle = await openFile(path, 'r+');
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at);
    await handle.write(Buffer.of((buffer[0] ?? 0) ^ 1), 0, 1, at);
    await handle.close();
  };

  it.each<[string, (path: string) => Promise<void>]>([
    ['a byte of a body', (path) => flip(path, 'body')],
    ['a byte of the head', (path) => flip(path, 'beginning')],
    ['its length', (path) => truncate(path, 8192)],
    ['nothing left', (path) => truncate(path, 0)],
    ['a body, with its time set back', async (path) => {
      const { atime, mtime } = await stat(path);
      await flip(path, 'body');
      await utimes(path, atime, mtime);
    }],
  ])('is no entry any more: %s', async (_name, change) => {
    const storage = made();
    await storage.put(a, sampleEntry(10_000));
    expect(await located(storage)).toBeDefined();
    await oldEnough();
    await change(entryPath(dir, a));
    expect(await located(storage)).toBeUndefined();
    expect(corrupt).toHaveLength(1);
    await expect(stat(entryPath(dir, a))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await storage.get(a)).toBeUndefined();
  });

  it.each<[string, (path: string) => Promise<void>]>([
    ['by a copy of itself', async (path) => {
      await copyFile(path, join(dir, 'copy'));
      await rename(join(dir, 'copy'), path);
    }],
    ['in its times', (path) => utimes(path, 1, 1)],
    ['in its mode', (path) => chmod(path, 0o400)],
  ])('is checked anew: %s', async (_name, change) => {
    const storage = made();
    await storage.put(a, sampleEntry(10_000));
    const before = await located(storage);
    await oldEnough();
    await change(entryPath(dir, a));
    const after = await located(storage);
    expect(checked).toBe(3);
    expect(after).toMatchObject({ path: before?.path, files: before?.files });
    expect(after?.state).not.toEqual(before?.state);
  });

  it('is nowhere, without a word, when it is gone', async () => {
    const storage = made();
    await storage.put(a, sampleEntry(10_000));
    await rm(entryPath(dir, a));
    expect(await located(storage)).toBeUndefined();
    expect(corrupt).toEqual([]);
  });
});

describe('what lies otherwise', () => {
  it('is not located: absent or packed', async () => {
    const storage = made();
    expect(await located(storage)).toBeUndefined();
    await storage.put(a, { ...sampleEntry(10_000), packed: true });
    expect(await located(storage)).toBeUndefined();
    expect(await storage.get(a)).toBeDefined();
    expect(corrupt).toEqual([]);
  });

  it('is not located: packed bodies under a plain name', async () => {
    await made().put(a, { ...sampleEntry(10_000), stderr: Buffer.alloc(5000, 'w'), packed: true });
    await rename(entryPath(dir, a, 'packed'), entryPath(dir, a));
    expect(await located(made())).toBeUndefined();
    expect(corrupt).toEqual([]);
  });

  it('is not looked for when it was cancelled', async () => {
    const storage = made();
    await storage.put(a, sampleEntry(10));
    await expect(storage.locate?.(a, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('is located in a folder that is only read', async () => {
    await made().put(a, sampleEntry(10_000));
    await oldEnough();
    const storage = made({ readOnly: true });
    expect(await located(storage)).toEqual(await located(storage));
    expect(checked).toBe(3);
  });
});

describe('use', () => {
  const maxBytes = 140 * 1024;
  it.each<[string, (storage: Storage) => unknown]>([['locating', (storage) => located(storage)], ['noting a use', (storage) => storage.used?.(a)]])('%s keeps an entry', async (_name, use) => {
    const storage = made({ maxBytes });
    await storage.put(a, sampleEntry(9000));
    for (let at = 0; at < 20; at++) {
      await storage.put(digestOf(`other ${at}`), sampleEntry(9000));
      await use(storage);
    }
    expect(await storage.get(a)).toBeDefined();
    expect(await storage.get(digestOf('other 3'))).toBeUndefined();
  });
});
