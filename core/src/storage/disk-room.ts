// Knows: how much of a folder's allowance is taken, and which entries go when more is needed. Refuses to know: what entries hold.
// Several processes may use one folder: what another has removed is gone, what another has used lately is spared.
import { rm, stat } from 'node:fs/promises';
import type { CacheKey, FileState } from '../base/index.js';
import { entryPath, type EntryState, removeAbandoned, removeDouble, scanEntries, sizeOnDisk } from './disk-layout.js';
import { createUses } from './disk-uses.js';
import type { Unplaced } from './entry-file.js';
import { isSameState, stateAt } from './file-states.js';
import { createLruIndex, type IndexedEntry, type LruIndex } from './lru-index.js';

export interface DiskRoomOptions {
  readonly dir: string;
  readonly maxBytes: number;
  /** Plain entries beyond this are to be packed. */
  readonly plainBytes: number;
  /** Never changes the folder. */
  readonly readOnly: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
}

/** One entry's file in another state, to take the place of the one that it was made from. */
export interface Exchange {
  readonly from: EntryState;
  /** Which the old file was in when it was read. */
  readonly state: FileState;
  readonly file: Unplaced;
}

export interface DiskRoom {
  /** An entry was used. */
  touch(key: CacheKey): void;
  /** Removes a file that is no entry. */
  drop(key: CacheKey, state: EntryState): Promise<void>;
  /** Makes room for a written file, then puts it in place of all that the entry had. @returns which state it is in there */
  admit(key: CacheKey, file: Unplaced, state: EntryState): Promise<FileState>;
  /** Puts a file in the other state in place, unless the entry is gone or another by now. */
  exchange(key: CacheKey, exchange: Exchange): Promise<boolean>;
  /** The plain entry used least lately, when they are too many; as far as the folder was read. */
  excess(): IndexedEntry | undefined;
  /** Looks again what an entry is on disk. */
  correct(key: CacheKey): Promise<void>;
  /** As far as the folder was read. */
  known(key: CacheKey): IndexedEntry | undefined;
  /** Bytes on disk; reads the folder when that was not done yet. */
  total(): Promise<number>;
  close(): Promise<void>;
}

/** The folder is read again after this time, because other processes write to it too. */
const rescanAfterMs = 10 * 60 * 1000;

const otherState = (state: EntryState): EntryState => (state === 'plain' ? 'packed' : 'plain');

export function createDiskRoom({ dir, maxBytes, plainBytes, readOnly, nowMs }: DiskRoomOptions): DiskRoom {
  const uses = createUses(dir, maxBytes);
  let scanned: { readonly index: LruIndex; readonly atMs: number } | undefined;
  const inTurn = createTurns();

  /** The index as it stands; only asked for in turn, so that nothing is put in place while the folder is read. */
  async function upToDate(): Promise<LruIndex> {
    if (scanned !== undefined && nowMs() - scanned.atMs < rescanAfterMs) return scanned.index;
    if (!readOnly) await removeAbandoned(dir, nowMs());
    const index = await readIndex(dir, await uses.all());
    for (const entry of readOnly ? [] : [...index.entries()].filter((it) => it.plain > 0 && it.packed > 0)) {
      if (await removeDouble(dir, entry.key, nowMs())) index.replace({ ...entry, packed: 0 });
    }
    scanned = { index, atMs: nowMs() };
    return index;
  }

  const taken = (index: LruIndex): number => index.total + uses.sizeOnDisk;

  async function makeRoom(index: LruIndex, bytes: number): Promise<void> {
    if (taken(index) + bytes <= maxBytes) return;
    for (const [key, usedMs] of await uses.news()) spare(index, index.get(key), usedMs);
    // Each entry is at most spared once and removed once.
    for (let left = index.size * 2; left > 0 && taken(index) + bytes > maxBytes; left--) {
      const oldest = index.oldest();
      if (oldest === undefined) return;
      if (spare(index, oldest, await writtenSince(dir, oldest))) continue;
      for (const state of ['plain', 'packed'] as const) {
        if (oldest[state] > 0) await rm(entryPath(dir, oldest.key, state), { force: true });
      }
      uses.forget(oldest.key);
      index.remove(oldest.key);
    }
  }

  /** Moves an entry to the end of the order when it was used later than known. Times to come are not believed. */
  function spare(index: LruIndex, entry: IndexedEntry | undefined, usedMs: number): boolean {
    if (entry === undefined || usedMs <= entry.usedMs + 1 || usedMs > nowMs()) return false;
    index.touch(entry.key, usedMs);
    return true;
  }

  async function exchange(key: CacheKey, { from, state, file }: Exchange): Promise<boolean> {
    const index = await upToDate();
    const size = file.sizeOnDisk;
    await makeRoom(index, Math.max(0, size - (index.get(key)?.[from] ?? 0)));
    const entry = index.get(key);
    const there = stateAt(entryPath(dir, key, from));
    if (entry === undefined || there === undefined || !isSameState(there, state)) {
      await correct(index, key);
      return false;
    }
    await file.place(entryPath(dir, key, otherState(from)));
    await rm(entryPath(dir, key, from), { force: true });
    index.replace({ ...entry, plain: from === 'plain' ? 0 : size, packed: from === 'plain' ? size : 0 });
    return true;
  }

  /** What another process has made of an entry; as the one used last, so that who looks for the oldest goes on to others. */
  async function correct(index: LruIndex, key: CacheKey): Promise<void> {
    const entry = index.get(key);
    if (entry === undefined) return;
    const [plain, packed] = await Promise.all([sizeAt(entryPath(dir, key, 'plain')), sizeAt(entryPath(dir, key, 'packed'))]);
    if (plain + packed > 0) index.put({ ...entry, plain, packed });
    else index.remove(key);
  }

  return {
    touch(key) {
      if (readOnly) return;
      uses.note(key, nowMs());
      scanned?.index.touch(key, nowMs());
    },
    drop: (key, state) =>
      inTurn(async () => {
        if (readOnly) return;
        // A folder or a file that is not ours to remove stays; it is a miss again next time.
        await rm(entryPath(dir, key, state), { force: true }).catch(() => undefined);
        const entry = scanned?.index.get(key);
        if (entry === undefined) return;
        if (entry[otherState(state)] > 0) scanned?.index.replace({ ...entry, [state]: 0 });
        else scanned?.index.remove(key);
      }),
    admit: (key, file, state) =>
      inTurn(async () => {
        const index = await upToDate();
        await makeRoom(index, file.sizeOnDisk);
        const placed = await file.place(entryPath(dir, key, state));
        const other = otherState(state);
        if ((index.get(key)?.[other] ?? 0) > 0) await rm(entryPath(dir, key, other), { force: true });
        index.put({ key, plain: 0, packed: 0, [state]: file.sizeOnDisk, usedMs: nowMs() });
        return placed;
      }),
    exchange: (key, it) => inTurn(() => exchange(key, it)),
    excess: () => (scanned !== undefined && scanned.index.plainTotal > plainBytes ? scanned.index.oldestPlain() : undefined),
    correct: (key) => inTurn(async () => correct(await upToDate(), key)),
    known: (key) => scanned?.index.get(key),
    total: () => inTurn(async () => taken(await upToDate())),
    async close() {
      await inTurn(() => uses.flush());
    },
  };
}

/** Changes of the index and of the files it speaks of happen one after the other. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let queue: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = queue.then(work, work);
    queue = mine.catch(() => undefined);
    return mine;
  };
}

async function readIndex(dir: string, uses: Iterable<readonly [CacheKey, number]>): Promise<LruIndex> {
  const lastUse = new Map(uses);
  const entries = await scanEntries(dir);
  return createLruIndex(entries.map((entry) => ({ ...entry, usedMs: Math.max(entry.usedMs, lastUse.get(entry.key) ?? 0) })));
}

async function sizeAt(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? 0 : sizeOnDisk(found);
}

/** When somebody wrote the entry's file; 0 when it is gone. */
async function writtenSince(dir: string, { key, plain }: IndexedEntry): Promise<number> {
  const found = await stat(entryPath(dir, key, plain > 0 ? 'plain' : 'packed')).catch(() => undefined);
  return found?.mtimeMs ?? 0;
}
