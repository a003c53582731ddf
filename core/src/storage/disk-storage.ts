// Knows: entries as files in one folder, the folder's size, and which file goes when it is full.
// Refuses to know: the bytes of an entry (entry-format.ts) and settings.
// Several processes may use one folder: files appear by rename, and whatever another process removed is a miss.
import { rm, stat, utimes } from 'node:fs/promises';
import { type CacheKey, causeChain, Fault, isFault } from '../base/index.js';
import { entryPath, removeAbandoned, scanEntries, temporaryFolder } from './disk-layout.js';
import { decodeEntry, encodeEntry } from './entry-format.js';
import { readRegular, writeUnplaced } from './entry-file.js';
import { createLruIndex, type LruIndex } from './lru-index.js';
import { createPacking, type Packing } from './packing.js';
import type { Entry, Storage, StorageStatus } from './port.js';

export interface DiskStorageOptions {
  /** Absolute. Made when first written to; nothing else may live in it. */
  readonly dir: string;
  /** Entries take no more than this many bytes on disk. */
  readonly maxBytes: number;
  /** zstd's level, 1 to 22; default 3. */
  readonly level?: number;
  /** Never changes the folder: every `put` is Fault STORAGE_FAILED, hits leave no trace. */
  readonly readOnly?: boolean;
  /** Told of every file that stood in an entry's place and was none. */
  readonly onCorrupt?: (path: string, why: string) => void;
  readonly packing?: Packing;
  /** Milliseconds since the epoch; default the wall clock. */
  readonly nowMs?: () => number;
}

/** Times of use are written to disk this long after the first of them. */
const touchAfterMs = 5_000;
/** The folder is read again after this time, because other processes write to it too. */
const rescanAfterMs = 10 * 60 * 1000;
/** How long somebody who asks for the size waits for the first reading of a big folder. */
const statusWaitMs = 1_000;

interface Scanned {
  readonly index: LruIndex;
  readonly atMs: number;
}

export function createDiskStorage(options: DiskStorageOptions): Storage {
  const { dir, maxBytes, readOnly = false, nowMs = Date.now } = options;
  const packing = options.packing ?? createPacking(options.level);
  const touched = new Map<CacheKey, number>();
  let touching: NodeJS.Timeout | undefined;
  let scanned: Scanned | undefined;
  let scanning: Promise<Scanned> | undefined;
  // Changes of the index and of the files it speaks of happen one after the other.
  let queue: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = queue.then(work, work);
    queue = mine.catch(() => undefined);
    return mine;
  };

  const failed = (what: string, path: string, cause: unknown): Fault =>
    isFault(cause) ? cause : new Fault('STORAGE_FAILED', `${path}: cannot ${what}: ${causeChain(cause).join(': ')}`, { cause });

  async function scan(): Promise<Scanned> {
    if (!readOnly) await removeAbandoned(dir, nowMs());
    scanned = { index: createLruIndex(await scanEntries(dir)), atMs: nowMs() };
    for (const [key, usedMs] of touched) scanned.index.touch(key, usedMs);
    return scanned;
  }

  /** The index as it stands; only called in turn, so that nothing is put in place while the folder is read. */
  async function upToDate(): Promise<LruIndex> {
    if (scanned !== undefined && nowMs() - scanned.atMs < rescanAfterMs) return scanned.index;
    scanning ??= scan().finally(() => (scanning = undefined));
    return (await scanning).index;
  }

  async function flushTouches(): Promise<void> {
    clearTimeout(touching);
    touching = undefined;
    const flushing = [...touched];
    touched.clear();
    for (const [key, usedMs] of flushing) {
      // Evicted meanwhile, or a folder that became read-only: the order of eviction is then a little worse, nothing else.
      await utimes(entryPath(dir, key), usedMs / 1000, usedMs / 1000).catch(() => undefined);
    }
  }

  function touch(key: CacheKey): void {
    if (readOnly) return;
    touched.set(key, nowMs());
    scanned?.index.touch(key, nowMs());
    touching ??= setTimeout(() => void flushTouches(), touchAfterMs).unref();
  }

  /** Makes room for `bytes` more. */
  async function evict(index: LruIndex, bytes: number): Promise<void> {
    // Each entry is at most spared once and removed once.
    for (let left = index.size * 2; left > 0 && index.total + bytes > maxBytes; left--) {
      const oldest = index.oldest();
      if (oldest === undefined) return;
      const path = entryPath(dir, oldest.key);
      const seen = await stat(path).catch(() => undefined);
      if (seen !== undefined && seen.mtimeMs > oldest.usedMs + 1 && seen.mtimeMs <= nowMs()) {
        // Another process has used it since.
        index.put({ ...oldest, usedMs: seen.mtimeMs });
        continue;
      }
      await rm(path, { force: true });
      touched.delete(oldest.key);
      index.remove(oldest.key);
    }
  }

  async function dropCorrupt(key: CacheKey, why: string): Promise<undefined> {
    const path = entryPath(dir, key);
    options.onCorrupt?.(path, why);
    if (readOnly) return undefined;
    await inTurn(async () => {
      // A folder or a file that is not ours to remove stays; it is a miss again next time.
      await rm(path, { force: true }).catch(() => undefined);
      scanned?.index.remove(key);
    });
    return undefined;
  }

  async function get(key: CacheKey, signal?: AbortSignal): Promise<Entry | undefined> {
    refuseCancelled(key, signal);
    const path = entryPath(dir, key);
    try {
      const read = await readRegular(path);
      if (read.kind === 'absent') return undefined;
      if (read.kind === 'foreign') return await dropCorrupt(key, read.why);
      const entry = await decodeEntry(key, read.bytes, packing);
      if (entry === 'unknown') return undefined;
      touch(key);
      return entry;
    } catch (thrown) {
      if (isFault(thrown, 'STORAGE_CORRUPT')) return dropCorrupt(key, thrown.message);
      throw failed('read the entry', path, thrown);
    }
  }

  async function put(key: CacheKey, entry: Entry, signal?: AbortSignal): Promise<void> {
    refuseCancelled(key, signal);
    if (readOnly) throw new Fault('STORAGE_FAILED', `${dir}: not written to, because the storage is read-only`);
    const path = entryPath(dir, key);
    try {
      const pieces = await encodeEntry(key, entry, packing);
      refuseCancelled(key, signal);
      const file = await writeUnplaced(temporaryFolder(dir), pieces);
      try {
        if (file.sizeOnDisk > maxBytes) {
          throw new Fault('STORAGE_FAILED', `${path}: ${file.sizeOnDisk} bytes are more than the whole storage may hold (${maxBytes})`);
        }
        await inTurn(async () => {
          const index = await upToDate();
          await evict(index, file.sizeOnDisk);
          await file.place(path);
          index.put({ key, size: file.sizeOnDisk, usedMs: nowMs() });
        });
      } finally {
        await file.discard();
      }
    } catch (thrown) {
      throw failed('store the entry', path, thrown);
    }
  }

  async function status(): Promise<StorageStatus> {
    const wait = new AbortController();
    const index = await Promise.race([
      // A folder that cannot be read has no size; whoever looks up or stores is told why.
      inTurn(upToDate).catch(() => undefined),
      late(statusWaitMs, wait.signal),
    ]).finally(() => wait.abort());
    return { location: `Local disk: ${JSON.stringify(dir)}`, size: (index ?? scanned?.index)?.total, maxSize: maxBytes };
  }

  async function close(): Promise<void> {
    await queue;
    await flushTouches();
  }

  return { get, put, status, close };
}

function refuseCancelled(key: CacheKey, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Fault('CANCELLED', `entry ${key}: cancelled`);
}

function late(ms: number, signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}
