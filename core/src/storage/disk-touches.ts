// Knows: that an entry's file carries the time of its last use, written a little later and many at once. Refuses to know: eviction.
import { utimes } from 'node:fs/promises';
import type { CacheKey } from '../base/index.js';
import { entryPath } from './disk-layout.js';

export interface Touches {
  /** Notes that an entry was used. @param usedMs milliseconds since the epoch */
  note(key: CacheKey, usedMs: number): void;
  /** The entry is gone. */
  forget(key: CacheKey): void;
  /** Those not yet on disk. */
  pending(): Iterable<readonly [CacheKey, number]>;
  flush(): Promise<void>;
}

/** Times of use are written this long after the first of them. */
const writeAfterMs = 5_000;

export function createTouches(dir: string): Touches {
  const noted = new Map<CacheKey, number>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const writing = [...noted];
    noted.clear();
    for (const [key, usedMs] of writing) {
      // Evicted meanwhile, or a folder that became read-only: the order of eviction is then a little worse, nothing else.
      await utimes(entryPath(dir, key), usedMs / 1000, usedMs / 1000).catch(() => undefined);
    }
  }

  return {
    note(key, usedMs) {
      noted.set(key, usedMs);
      timer ??= setTimeout(() => void flush(), writeAfterMs).unref();
    },
    forget: (key) => void noted.delete(key),
    pending: () => noted,
    flush,
  };
}
