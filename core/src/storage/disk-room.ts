// Knows: how files get into their places and out of them, one after the other, within the folder's allowance.
// Refuses to know: what entries hold, and which go when room is needed (disk-index.ts).
import { rm } from 'node:fs/promises';
import type { CacheKey, FileState } from '../base/index.js';
import { createDiskIndex, type DiskIndexOptions } from './disk-index.js';
import { entryPath, type EntryState } from './disk-layout.js';
import type { Unplaced } from './entry-file.js';
import { isSameState, stateAt } from './file-states.js';
import type { IndexedEntry } from './lru-index.js';

export interface DiskRoomOptions extends DiskIndexOptions {
  /** Plain entries beyond this are to be packed. */
  readonly plainBytes: number;
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
  /** As far as the folder was read. */
  known(key: CacheKey): IndexedEntry | undefined;
  /** Looks again what an entry is on disk. */
  correct(key: CacheKey): Promise<void>;
  /** Bytes on disk; reads the folder when that was not done yet. */
  total(): Promise<number>;
  close(): Promise<void>;
}

const otherState = (state: EntryState): EntryState => (state === 'plain' ? 'packed' : 'plain');

export function createDiskRoom(options: DiskRoomOptions): DiskRoom {
  const { dir, plainBytes, readOnly, nowMs } = options;
  const entries = createDiskIndex(options);
  const inTurn = createTurns();

  async function drop(key: CacheKey, state: EntryState): Promise<void> {
    // A folder or a file that is not ours to remove stays; it is a miss again next time.
    await rm(entryPath(dir, key, state), { force: true }).catch(() => undefined);
    const index = entries.known();
    const entry = index?.get(key);
    if (entry === undefined) return;
    if (entry[otherState(state)] > 0) index?.replace({ ...entry, [state]: 0 });
    else index?.remove(key);
  }

  async function admit(key: CacheKey, file: Unplaced, state: EntryState): Promise<FileState> {
    await entries.makeRoom(file.sizeOnDisk);
    const index = await entries.upToDate();
    const placed = await file.place(entryPath(dir, key, state));
    const other = otherState(state);
    if ((index.get(key)?.[other] ?? 0) > 0) await rm(entryPath(dir, key, other), { force: true });
    index.put({ key, plain: 0, packed: 0, [state]: file.sizeOnDisk, usedMs: nowMs() });
    return placed;
  }

  async function exchange(key: CacheKey, { from, state, file }: Exchange): Promise<boolean> {
    await entries.makeRoom(Math.max(0, file.sizeOnDisk - (entries.known()?.get(key)?.[from] ?? 0)));
    const index = await entries.upToDate();
    const entry = index.get(key);
    const there = stateAt(entryPath(dir, key, from));
    if (entry === undefined || there === undefined || !isSameState(there, state)) {
      await entries.correct(key);
      return false;
    }
    await file.place(entryPath(dir, key, otherState(from)));
    await rm(entryPath(dir, key, from), { force: true });
    index.replace({ ...entry, plain: 0, packed: 0, [otherState(from)]: file.sizeOnDisk });
    return true;
  }

  return {
    touch: (key) => (readOnly ? undefined : entries.touch(key)),
    drop: (key, state) => (readOnly ? Promise.resolve() : inTurn(() => drop(key, state))),
    admit: (key, file, state) => inTurn(() => admit(key, file, state)),
    exchange: (key, it) => inTurn(() => exchange(key, it)),
    excess: () => {
      const index = entries.known();
      return index !== undefined && index.plainTotal > plainBytes ? index.oldestPlain() : undefined;
    },
    known: (key) => entries.known()?.get(key),
    correct: (key) => inTurn(() => entries.correct(key)),
    total: () => inTurn(() => entries.taken()),
    close: () => inTurn(() => entries.flush()),
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
