// Knows: how much of a folder's allowance is taken, and which entries go when more is needed. Refuses to know: what entries hold.
// Several processes may use one folder: what another has removed is gone, what another has used lately is spared.
import { rm, stat } from 'node:fs/promises';
import type { CacheKey } from '../base/index.js';
import { entryPath, removeAbandoned, scanEntries } from './disk-layout.js';
import { createTouches } from './disk-touches.js';
import type { Unplaced } from './entry-file.js';
import { createLruIndex, type LruIndex } from './lru-index.js';

export interface DiskRoomOptions {
  readonly dir: string;
  readonly maxBytes: number;
  /** Never changes the folder. */
  readonly readOnly: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
}

export interface DiskRoom {
  /** An entry was used. */
  touch(key: CacheKey): void;
  /** Removes a file that is no entry. */
  drop(key: CacheKey): Promise<void>;
  /** Makes room for a written file, then puts it in place. */
  admit(key: CacheKey, file: Unplaced): Promise<void>;
  /** Bytes on disk; reads the folder when that was not done yet. */
  total(): Promise<number>;
  close(): Promise<void>;
}

/** The folder is read again after this time, because other processes write to it too. */
const rescanAfterMs = 10 * 60 * 1000;

export function createDiskRoom({ dir, maxBytes, readOnly, nowMs }: DiskRoomOptions): DiskRoom {
  const touches = createTouches(dir);
  let scanned: { readonly index: LruIndex; readonly atMs: number } | undefined;
  // Changes of the index and of the files it speaks of happen one after the other.
  let queue: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = queue.then(work, work);
    queue = mine.catch(() => undefined);
    return mine;
  };

  /** The index as it stands; only asked for in turn, so that nothing is put in place while the folder is read. */
  async function upToDate(): Promise<LruIndex> {
    if (scanned !== undefined && nowMs() - scanned.atMs < rescanAfterMs) return scanned.index;
    if (!readOnly) await removeAbandoned(dir, nowMs());
    scanned = { index: createLruIndex(await scanEntries(dir)), atMs: nowMs() };
    for (const [key, usedMs] of touches.pending()) scanned.index.touch(key, usedMs);
    return scanned.index;
  }

  async function makeRoom(index: LruIndex, bytes: number): Promise<void> {
    // Each entry is at most spared once and removed once.
    for (let left = index.size * 2; left > 0 && index.total + bytes > maxBytes; left--) {
      const oldest = index.oldest();
      if (oldest === undefined) return;
      const usedMs = await usedSince(dir, oldest.key);
      if (usedMs !== undefined && usedMs > oldest.usedMs + 1 && usedMs <= nowMs()) {
        index.put({ ...oldest, usedMs });
        continue;
      }
      await rm(entryPath(dir, oldest.key), { force: true });
      touches.forget(oldest.key);
      index.remove(oldest.key);
    }
  }

  return {
    touch(key) {
      if (readOnly) return;
      touches.note(key, nowMs());
      scanned?.index.touch(key, nowMs());
    },
    drop: (key) =>
      inTurn(async () => {
        if (readOnly) return;
        // A folder or a file that is not ours to remove stays; it is a miss again next time.
        await rm(entryPath(dir, key), { force: true }).catch(() => undefined);
        scanned?.index.remove(key);
      }),
    admit: (key, file) =>
      inTurn(async () => {
        const index = await upToDate();
        await makeRoom(index, file.sizeOnDisk);
        await file.place(entryPath(dir, key));
        index.put({ key, size: file.sizeOnDisk, usedMs: nowMs() });
      }),
    total: () => inTurn(async () => (await upToDate()).total),
    async close() {
      await queue;
      await touches.flush();
    },
  };
}

/** When the file says that its entry was last used; undefined when it is gone. */
async function usedSince(dir: string, key: CacheKey): Promise<number | undefined> {
  const found = await stat(entryPath(dir, key)).catch(() => undefined);
  return found?.mtimeMs;
}
