// Knows: which entries there are, how big, and which was used least lately. Refuses to know: the disk.
import type { CacheKey } from '../base/index.js';

export interface IndexedEntry {
  readonly key: CacheKey;
  /** Bytes on disk. */
  readonly size: number;
  /** When it was last used, as far as this process knows: milliseconds since the epoch. */
  readonly usedMs: number;
}

/** Kept in the order of use, oldest first. */
export interface LruIndex {
  readonly size: number;
  readonly total: number;
  /** Puts an entry in as the one used last, in place of an older one with its key. */
  put(entry: IndexedEntry): void;
  touch(key: CacheKey, usedMs: number): void;
  remove(key: CacheKey): void;
  oldest(): IndexedEntry | undefined;
}

/** @param entries in any order */
export function createLruIndex(entries: readonly IndexedEntry[]): LruIndex {
  // A Map keeps the order of insertion; an entry that is used is taken out and put in again.
  const byKey = new Map<CacheKey, IndexedEntry>();
  let total = 0;
  const remove = (key: CacheKey): void => {
    total -= byKey.get(key)?.size ?? 0;
    byKey.delete(key);
  };
  const put = (entry: IndexedEntry): void => {
    remove(entry.key);
    byKey.set(entry.key, entry);
    total += entry.size;
  };
  for (const entry of [...entries].sort((a, b) => a.usedMs - b.usedMs)) put(entry);
  return {
    get size() {
      return byKey.size;
    },
    get total() {
      return total;
    },
    put,
    touch: (key, usedMs) => {
      const entry = byKey.get(key);
      if (entry !== undefined) put({ ...entry, usedMs });
    },
    remove,
    oldest: () => byKey.values().next().value,
  };
}
