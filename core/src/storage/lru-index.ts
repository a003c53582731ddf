// Knows: which entries there are, how big, in which state, and which was used least lately. Refuses to know: the disk.
import type { CacheKey } from '../base/index.js';

export interface IndexedEntry {
  readonly key: CacheKey;
  /** Bytes on disk in each state; 0: not there in this one. */
  readonly plain: number;
  readonly packed: number;
  /** When it was last used, as far as this process knows: milliseconds since the epoch. */
  readonly usedMs: number;
}

/** Kept in the order of use, oldest first. */
export interface LruIndex {
  readonly size: number;
  readonly total: number;
  /** What the plain ones among them take. */
  readonly plainTotal: number;
  get(key: CacheKey): IndexedEntry | undefined;
  /** Puts an entry in as the one used last, in place of an older one with its key. */
  put(entry: IndexedEntry): void;
  /** Puts another description in place of one that is there; the order stays, but among the plain ones a new one counts as used last. */
  replace(entry: IndexedEntry): void;
  touch(key: CacheKey, usedMs: number): void;
  remove(key: CacheKey): void;
  oldest(): IndexedEntry | undefined;
  oldestPlain(): IndexedEntry | undefined;
  entries(): Iterable<IndexedEntry>;
}

/** @param entries in any order */
export function createLruIndex(entries: readonly IndexedEntry[]): LruIndex {
  // A Map keeps the order of insertion; an entry that is used is taken out and put in again.
  const byKey = new Map<CacheKey, IndexedEntry>();
  const plainKeys = new Set<CacheKey>();
  let total = 0;
  let plainTotal = 0;
  const count = (entry: IndexedEntry | undefined, sign: 1 | -1): void => {
    if (entry === undefined) return;
    total += sign * (entry.plain + entry.packed);
    plainTotal += sign * entry.plain;
  };
  const remove = (key: CacheKey): void => {
    count(byKey.get(key), -1);
    byKey.delete(key);
    plainKeys.delete(key);
  };
  const replace = (entry: IndexedEntry): void => {
    count(byKey.get(entry.key), -1);
    count(entry, 1);
    byKey.set(entry.key, entry);
    if (entry.plain > 0) plainKeys.add(entry.key);
    else plainKeys.delete(entry.key);
  };
  const put = (entry: IndexedEntry): void => {
    remove(entry.key);
    replace(entry);
  };
  const first = <T>(items: Iterable<T>): T | undefined => {
    for (const item of items) return item;
    return undefined;
  };
  for (const entry of [...entries].sort((a, b) => a.usedMs - b.usedMs)) put(entry);
  return {
    get size() {
      return byKey.size;
    },
    get total() {
      return total;
    },
    get plainTotal() {
      return plainTotal;
    },
    get: (key) => byKey.get(key),
    put,
    replace: (entry) => {
      if (byKey.has(entry.key)) replace(entry);
    },
    touch: (key, usedMs) => {
      const entry = byKey.get(key);
      if (entry !== undefined) put({ ...entry, usedMs });
    },
    remove,
    oldest: () => first(byKey.values()),
    oldestPlain: () => {
      const key = first(plainKeys);
      return key && byKey.get(key);
    },
    entries: () => byKey.values(),
  };
}
