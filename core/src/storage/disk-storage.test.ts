import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleEntry, storageContract } from '@sccache-ts/fixtures';
import { type CacheKey, digestOf } from '../base/index.js';
import { entryPath, sizeOnDisk, temporaryFolder } from './disk-layout.js';
import { createDiskStorage, type DiskStorageOptions } from './disk-storage.js';
import type { Storage } from './port.js';

let dir: string;
let corrupt: string[];
let open: Storage[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'disk-storage-'));
  corrupt = [];
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((storage) => storage.close()));
  await rm(dir, { recursive: true, force: true });
});

function made(options: Partial<DiskStorageOptions> = {}): Storage {
  const storage = createDiskStorage({ dir, maxBytes: 16 * 1024 * 1024, onCorrupt: (_path, why) => corrupt.push(why), ...options });
  open.push(storage);
  return storage;
}

async function files(): Promise<readonly string[]> {
  const all = await readdir(dir, { recursive: true, withFileTypes: true });
  return all.filter((it) => !it.isDirectory()).map((it) => it.name).sort();
}

async function usage(): Promise<number> {
  let total = 0;
  for (const item of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (item.isFile()) total += sizeOnDisk(await stat(join(item.parentPath, item.name)));
  }
  return total;
}

const keys = (count: number): readonly CacheKey[] => Array.from({ length: count }, (_, at) => digestOf(`key ${at}`));
const a = digestOf('a');

describe('the contract', () => {
  it.each(storageContract)('$name', async ({ check }) => {
    await check(made());
    expect(corrupt).toEqual([]);
  });
});

describe('a disk storage', () => {
  it('outlives its process', async () => {
    await made().put(a, sampleEntry(1000));
    expect(await made().get(a)).toBeDefined();
    expect((await made().status()).size).toBe(await usage());
  });

  it('is private to its user', async () => {
    await made().put(a, sampleEntry(10));
    expect((await stat(entryPath(dir, a))).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(entryPath(dir, a)))).mode & 0o777).toBe(0o700);
  });

  it('makes its folder when it is first written to', async () => {
    const inner = join(dir, 'x', 'y');
    const storage = made({ dir: inner });
    expect(await storage.get(a)).toBeUndefined();
    expect((await storage.status()).size).toBe(0);
    await expect(stat(inner)).rejects.toMatchObject({ code: 'ENOENT' });
    await storage.put(a, sampleEntry(10));
    expect(await storage.get(a)).toBeDefined();
  });

  it('leaves nothing but entries behind', async () => {
    const storage = made();
    for (const key of keys(5)) await storage.put(key, sampleEntry(1000));
    expect(await files()).toEqual([...keys(5)].sort());
  });

  it('names its folder', async () => {
    expect((await made({ maxBytes: 7 }).status())).toEqual({ location: `Local disk: "${dir}"`, size: 0, maxSize: 7 });
  });
});

describe('a full storage', () => {
  /** Eight entries of four blocks each, and the file of uses. */
  const maxBytes = 140 * 1024;

  it('never takes more than it may, and counts what the disk counts', async () => {
    const storage = made({ maxBytes });
    for (const key of keys(40)) {
      await storage.put(key, sampleEntry(9000));
      const real = await usage();
      expect(real).toBeLessThanOrEqual(maxBytes);
      expect((await storage.status()).size).toBe(real);
    }
  });

  it('lets the least used go first', async () => {
    const storage = made({ maxBytes });
    const [first, second, ...rest] = keys(10) as [CacheKey, CacheKey, ...CacheKey[]];
    await storage.put(first, sampleEntry(9000));
    await storage.put(second, sampleEntry(9000));
    for (const key of rest) {
      await storage.put(key, sampleEntry(9000));
      await storage.get(first);
    }
    expect(await storage.get(first)).toBeDefined();
    expect(await storage.get(second)).toBeUndefined();
  });

  it('remembers the order of use over a restart', async () => {
    let now = Date.now() - 1_000_000;
    const nowMs = (): number => (now += 1000);
    const all = keys(8);
    const before = made({ maxBytes, nowMs });
    for (const key of all) await before.put(key, sampleEntry(9000));
    await before.get(all[0] as CacheKey);
    await before.close();
    // What was not used since has the time of its writing, which this test moves back to its own clock.
    for (const key of all.slice(1)) await utimes(entryPath(dir, key), 1, 1);
    const after = made({ maxBytes, nowMs });
    await after.put(digestOf('new'), sampleEntry(30_000));
    expect(await after.get(all[0] as CacheKey)).toBeDefined();
  });

  it('refuses what can never fit, and keeps what it has', async () => {
    const storage = made({ maxBytes });
    await storage.put(a, sampleEntry(1000));
    await expect(storage.put(digestOf('big'), sampleEntry(200_000))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(await storage.get(a)).toBeDefined();
    expect(await files()).toEqual([a]);
  });

  it('spares what another process used since', async () => {
    const [first, ...rest] = keys(7) as [CacheKey, ...CacheKey[]];
    const mine = made({ maxBytes });
    await mine.put(first, sampleEntry(9000));
    for (const key of rest) await mine.put(key, sampleEntry(9000));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const theirs = made({ maxBytes });
    await theirs.get(first);
    await theirs.close();
    for (const key of keys(10).slice(7)) await mine.put(key, sampleEntry(9000));
    expect(await mine.get(first)).toBeDefined();
    expect(await mine.get(rest[0] as CacheKey)).toBeUndefined();
  });

  it('takes over a folder that is bigger than allowed', async () => {
    const roomy = made();
    for (const key of keys(30)) await roomy.put(key, sampleEntry(9000));
    await made({ maxBytes }).put(a, sampleEntry(9000));
    expect(await usage()).toBeLessThanOrEqual(maxBytes);
  });

  it('stays near its limit when two processes fill it', async () => {
    const both = [made({ maxBytes }), made({ maxBytes })] as const;
    await Promise.all(keys(60).map((key, at) => both[at % 2 === 0 ? 0 : 1].put(key, sampleEntry(9000))));
    for (const key of keys(60)) {
      const found = await both[0].get(key);
      if (found !== undefined) expect(Buffer.from(found.files[0]?.bytes ?? []).equals(sampleEntry(9000).files[0]?.bytes ?? Buffer.alloc(0))).toBe(true);
    }
    expect(corrupt).toEqual([]);
    expect(await usage()).toBeLessThanOrEqual(2 * maxBytes);
    await made({ maxBytes }).put(a, sampleEntry(9000));
    expect(await usage()).toBeLessThanOrEqual(maxBytes);
  });

  it('notices after a while what others have added', async () => {
    let now = Date.now();
    const mine = made({ maxBytes, nowMs: () => now });
    await mine.put(a, sampleEntry(9000));
    const others = made();
    for (const key of keys(20)) await others.put(key, sampleEntry(9000));
    now += 11 * 60 * 1000;
    await mine.put(digestOf('b'), sampleEntry(9000));
    expect(await usage()).toBeLessThanOrEqual(maxBytes);
  });
});

describe('a damaged storage', () => {
  it.each<[string, (path: string) => Promise<void>]>([
    ['cut off', async (path) => writeFile(path, (await readFile(path)).subarray(0, 100))],
    ['emptied', (path) => writeFile(path, '')],
    ['foreign', (path) => writeFile(path, 'PK\u0003\u0004 something else')],
    ['flipped', async (path) => {
      const bytes = await readFile(path);
      bytes[bytes.byteLength - 1] = (bytes[bytes.byteLength - 1] ?? 0) ^ 1;
      await writeFile(path, bytes);
    }],
    ['linked', async (path) => {
      await rename(path, join(dir, 'elsewhere'));
      await symlink(join(dir, 'elsewhere'), path);
    }],
  ])('misses, counts and removes an entry that is %s, and can store it again', async (_name, damage) => {
    const storage = made();
    await storage.put(a, sampleEntry(5000));
    await damage(entryPath(dir, a));
    expect(await storage.get(a)).toBeUndefined();
    expect(corrupt).toHaveLength(1);
    await expect(stat(entryPath(dir, a))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await storage.get(a)).toBeUndefined();
    expect(corrupt).toHaveLength(1);
    await storage.put(a, sampleEntry(5000));
    expect(await storage.get(a)).toBeDefined();
    expect((await storage.status()).size).toBe(sizeOnDisk(await stat(entryPath(dir, a))));
  });

  it('misses an entry stored under another key', async () => {
    const storage = made();
    await storage.put(a, sampleEntry(5000));
    const b = digestOf('b');
    await mkdir(dirname(entryPath(dir, b)), { recursive: true });
    await rename(entryPath(dir, a), entryPath(dir, b));
    expect(await storage.get(b)).toBeUndefined();
    expect(corrupt).toHaveLength(1);
  });

  it('lives with a folder in an entry’s place', async () => {
    await mkdir(entryPath(dir, a), { recursive: true });
    const storage = made();
    expect(await storage.get(a)).toBeUndefined();
    await expect(storage.put(a, sampleEntry(10))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(await readdir(temporaryFolder(dir))).toEqual([]);
  });

  it('lives with a file in its folder’s place', async () => {
    const storage = made({ dir: join(dir, 'file') });
    await writeFile(join(dir, 'file'), '');
    expect(await storage.get(a)).toBeUndefined();
    await expect(storage.put(a, sampleEntry(10))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect((await storage.status()).size).toBe(0);
  });

  it('removes what killed writers left, once it is old, and nothing else', async () => {
    await mkdir(temporaryFolder(dir), { recursive: true });
    await writeFile(join(temporaryFolder(dir), 'old'), 'x');
    await utimes(join(temporaryFolder(dir), 'old'), 1, 1);
    await writeFile(join(temporaryFolder(dir), 'new'), 'x');
    await writeFile(join(dir, 'mine'), 'x');
    await made().put(a, sampleEntry(10));
    expect(await files()).toEqual([a, 'mine', 'new'].sort());
  });
});

describe('a read-only storage', () => {
  it('answers, and changes nothing', async () => {
    await made().put(a, sampleEntry(10));
    const b = digestOf('b');
    await mkdir(dirname(entryPath(dir, b)), { recursive: true });
    await writeFile(entryPath(dir, b), 'foreign');
    await utimes(entryPath(dir, a), 1000, 1000);
    const storage = made({ readOnly: true });
    expect(await storage.get(a)).toBeDefined();
    expect(await storage.get(b)).toBeUndefined();
    await expect(storage.put(digestOf('c'), sampleEntry(10))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await storage.close();
    expect((await stat(entryPath(dir, a))).mtimeMs).toBe(1_000_000);
    expect(await files()).toEqual([a, b].sort());
  });
});

describe('cancelling', () => {
  it('neither looks up nor stores', async () => {
    const storage = made();
    await expect(storage.put(a, sampleEntry(10), AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(storage.get(a, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await files()).toEqual([]);
  });
});

describe('a full disk', () => {
  /** A small file system of its own in a private mount namespace, reached through the process that keeps it. */
  async function smallDisk(): Promise<{ path: string; end: () => void } | undefined> {
    const keeper = spawn('unshare', ['-r', '-m', 'sh', '-c', 'mount -t tmpfs -o size=64k tmpfs "$1" && echo ready && exec sleep 300', 'sh', dir], { stdio: ['ignore', 'pipe', 'ignore'] });
    const ready = await Promise.race([once(keeper.stdout, 'data').then(() => true), once(keeper, 'exit').then(() => false), once(keeper, 'error').then(() => false)]);
    return ready ? { path: `/proc/${keeper.pid}/root${dir}`, end: () => keeper.kill('SIGKILL') } : undefined;
  }

  it('is a fault that leaves no debris and no harm', async (context) => {
    const disk = await smallDisk();
    if (disk === undefined) return context.skip('unprivileged mount namespaces are not allowed here');
    try {
      const storage = made({ dir: disk.path });
      await storage.put(a, sampleEntry(10_000));
      await expect(storage.put(digestOf('b'), sampleEntry(200_000))).rejects.toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringContaining('ENOSPC') as string });
      expect(await readdir(temporaryFolder(disk.path))).toEqual([]);
      expect(await storage.get(a)).toBeDefined();
      await storage.put(digestOf('c'), sampleEntry(10_000));
      expect(await storage.get(digestOf('c'))).toBeDefined();
    } finally {
      disk.end();
    }
  });
});

describe('a big entry', () => {
  it('does not hold up the others for long', async () => {
    const storage = made({ maxBytes: 1024 ** 3 });
    const entry = sampleEntry(48_000_000);
    await storage.put(digestOf('warm'), sampleEntry(10));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await storage.put(a, entry);
    await storage.get(a);
    delay.disable();
    // One slice of hashing and one copy into the thread pool; whole, it would be several hundred milliseconds.
    expect(delay.max / 1e6).toBeLessThan(200);
  });
});
