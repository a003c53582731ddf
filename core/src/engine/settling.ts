// Knows: that a result which is just being written down is worth waiting for a moment. Refuses to know: what is written, and where.
import type { CacheKey } from '../base/index.js';

export interface Settling {
  /** Work that ends with something being found under a key. */
  note<Result>(key: CacheKey, work: Promise<Result>): Promise<Result>;
  /** Resolves when no such work is under way, or has taken too long. Never rejects. */
  wait(key: CacheKey): Promise<void>;
}

/** Far longer than writing takes; a disk that hangs holds up nobody for longer. */
const patienceMs = 2_000;

export function createSettling(): Settling {
  const underWay = new Map<CacheKey, Promise<unknown>>();
  return {
    note(key, work) {
      underWay.set(key, work);
      const done = (): void => {
        if (underWay.get(key) === work) underWay.delete(key);
      };
      work.then(done, done);
      return work;
    },
    async wait(key) {
      const work = underWay.get(key);
      if (work === undefined) return;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patienceMs);
      });
      // How it ended is told to who began it.
      await Promise.race([work.catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}
