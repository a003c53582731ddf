// Knows: which entries a folder holds and how much they take, and which go when more room is needed. Refuses to know: what puts
// files in place, and when. Several processes may use one folder: what another has removed is gone, what another has used lately is spared.
import { rm, stat } from 'node:fs/promises';
import type { CacheKey } from '../base/index.js';
import { entryPath, removeAbandoned, removeDouble, scanEntries, sizeOnDisk } from './disk-layout.js';
import { createUses } from './disk-uses.js';
import { createLruIndex, type IndexedEntry, type LruIndex } from './lru-index.js';

export interface DiskIndexOptions {
  readonly dir: string;
  readonly maxBytes: number;
  /** Never changes the folder. */
  readonly readOnly: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
}

/** Who asks for anything that has to wait sees to it that nothing is put in place or removed meanwhile. */
export interface DiskIndex {
  /** Reads the folder, when that was not done or is long ago. */
  upToDate(): Promise<LruIndex>;
  /** As the folder was read last. */
  known(): LruIndex | undefined;
  touch(key: CacheKey): void;
  /** Removes entries until there is room for so many bytes. */
  makeRoom(bytes: number): Promise<void>;
  /** What another process has made of an entry; as the one used last, so that who looks for the oldest goes on to others. */
  correct(key: CacheKey): Promise<void>;
  /** Bytes on disk. */
  taken(): Promise<number>;
  flush(): Promise<void>;
}

/** The folder is read again after this time, because other processes write to it too. */
const rescanAfterMs = 10 * 60 * 1000;

export function createDiskIndex({ dir, maxBytes, readOnly, nowMs }: DiskIndexOptions): DiskIndex {
  const uses = createUses(dir, maxBytes);
  let scanned: { readonly index: LruIndex; readonly atMs: number } | undefined;

  async function upToDate(): Promise<LruIndex> {
    if (scanned !== undefined && nowMs() - scanned.atMs < rescanAfterMs) return scanned.index;
    if (!readOnly) await removeAbandoned(dir, nowMs());
    const index = await readIndex(dir, await uses.all());
    if (!readOnly) await removeDoubles(dir, index, nowMs());
    scanned = { index, atMs: nowMs() };
    return index;
  }

  async function makeRoom(bytes: number): Promise<void> {
    const index = await upToDate();
    const isTooMuch = (): boolean => index.total + uses.sizeOnDisk + bytes > maxBytes;
    if (!isTooMuch()) return;
    for (const [key, usedMs] of await uses.news()) spare(index, index.get(key), { usedMs, nowMs: nowMs() });
    // Each entry is at most spared once and removed once.
    for (let left = index.size * 2; left > 0 && isTooMuch(); left--) {
      const oldest = index.oldest();
      if (oldest === undefined) return;
      if (spare(index, oldest, { usedMs: await writtenAt(dir, oldest), nowMs: nowMs() })) continue;
      await removeFiles(dir, oldest);
      uses.forget(oldest.key);
      index.remove(oldest.key);
    }
  }

  return {
    upToDate,
    known: () => scanned?.index,
    touch(key) {
      uses.note(key, nowMs());
      scanned?.index.touch(key, nowMs());
    },
    makeRoom,
    async correct(key) {
      const index = await upToDate();
      const entry = index.get(key);
      if (entry === undefined) return;
      const [plain, packed] = await Promise.all([sizeAt(entryPath(dir, key, 'plain')), sizeAt(entryPath(dir, key, 'packed'))]);
      if (plain + packed > 0) index.put({ ...entry, plain, packed });
      else index.remove(key);
    },
    taken: async () => (await upToDate()).total + uses.sizeOnDisk,
    flush: () => uses.flush(),
  };
}

async function readIndex(dir: string, uses: Iterable<readonly [CacheKey, number]>): Promise<LruIndex> {
  const lastUse = new Map(uses);
  const entries = await scanEntries(dir);
  return createLruIndex(entries.map((entry) => ({ ...entry, usedMs: Math.max(entry.usedMs, lastUse.get(entry.key) ?? 0) })));
}

async function removeDoubles(dir: string, index: LruIndex, nowMs: number): Promise<void> {
  for (const entry of [...index.entries()].filter((it) => it.plain > 0 && it.packed > 0)) {
    if (await removeDouble(dir, entry.key, nowMs)) index.replace({ ...entry, packed: 0 });
  }
}

async function removeFiles(dir: string, { key, plain, packed }: IndexedEntry): Promise<void> {
  if (plain > 0) await rm(entryPath(dir, key, 'plain'), { force: true });
  if (packed > 0) await rm(entryPath(dir, key, 'packed'), { force: true });
}

/** Moves an entry to the end of the order when it was used later than known. Times to come are not believed. */
function spare(index: LruIndex, entry: IndexedEntry | undefined, { usedMs, nowMs }: { readonly usedMs: number; readonly nowMs: number }): boolean {
  if (entry === undefined || usedMs <= entry.usedMs + 1 || usedMs > nowMs) return false;
  index.touch(entry.key, usedMs);
  return true;
}

async function sizeAt(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? 0 : sizeOnDisk(found);
}

/** When somebody wrote the entry's file; 0 when it is gone. */
async function writtenAt(dir: string, { key, plain }: IndexedEntry): Promise<number> {
  const found = await stat(entryPath(dir, key, plain > 0 ? 'plain' : 'packed')).catch(() => undefined);
  return found?.mtimeMs ?? 0;
}
