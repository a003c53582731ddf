// Knows: how often a storage was asked and what came of it. Refuses to know: the storage, and who reads the counts.
import { isFault } from '../base/index.js';
import { placesOf } from './places.js';
import type { Storage } from './port.js';

export interface StorageCounts {
  readonly hits: number;
  readonly misses: number;
  readonly writes: number;
  /** Lookups and stores that ended in a fault, those that were cancelled left out. */
  readonly readFaults: number;
  readonly writeFaults: number;
  /** Time spent in successful lookups and stores, in milliseconds. */
  readonly hitMs: number;
  readonly writeMs: number;
}

export interface CountingStorage extends Storage {
  counts(): StorageCounts;
}

const none: StorageCounts = { hits: 0, misses: 0, writes: 0, readFaults: 0, writeFaults: 0, hitMs: 0, writeMs: 0 };

/** A coat that counts; an entry that is located is a hit, one that is not will be asked for. @param nowMs a clock that never goes back, in milliseconds */
export function counting(storage: Storage, nowMs: () => number = () => performance.now()): CountingStorage {
  const counts = { ...none };
  async function looking<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
    const from = nowMs();
    try {
      const found = await look();
      if (found !== undefined) {
        counts.hits++;
        counts.hitMs += nowMs() - from;
      }
      return found;
    } catch (thrown) {
      if (!isFault(thrown, 'CANCELLED')) counts.readFaults++;
      throw thrown;
    }
  }
  return {
    async get(key, signal) {
      const entry = await looking(() => storage.get(key, signal));
      if (entry === undefined) counts.misses++;
      return entry;
    },
    ...placesOf(storage, (key, signal) => looking(async () => storage.locate?.(key, signal))),
    async put(key, entry, signal) {
      const from = nowMs();
      try {
        await storage.put(key, entry, signal);
        counts.writes++;
        counts.writeMs += nowMs() - from;
      } catch (thrown) {
        if (!isFault(thrown, 'CANCELLED')) counts.writeFaults++;
        throw thrown;
      }
    },
    status: () => storage.status(),
    close: () => storage.close(),
    counts: () => ({ ...counts }),
  };
}
