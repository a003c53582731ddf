// Knows: that nobody waits for a storage longer than so long. Refuses to know: the storage.
import { Fault } from '../base/index.js';
import { placesOf } from './places.js';
import type { Storage } from './port.js';

/**
 * A coat: `get`, `locate` and `status` that take longer than `ms` milliseconds, and `put` that takes longer than `putMs`, are Fault
 * STORAGE_TIMEOUT, and what they began is aborted. Nobody waits for a `put`, so it may have more time.
 */
export function deadline(storage: Storage, ms: number, putMs = ms): Storage {
  interface Asked {
    readonly what: string;
    readonly ms: number;
    readonly signal?: AbortSignal | undefined;
  }
  async function within<T>({ what, ms, signal }: Asked, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        late.abort();
        reject(new Fault('STORAGE_TIMEOUT', `storage: no answer to ${what} in ${ms} ms`));
      }, ms);
    });
    try {
      return await Promise.race([ask(signal === undefined ? late.signal : AbortSignal.any([late.signal, signal])), over]);
    } finally {
      clearTimeout(timer);
    }
  }
  return {
    get: (key, signal) => within({ what: `the lookup of ${key}`, ms, signal }, (either) => storage.get(key, either)),
    put: (key, entry, signal) => within({ what: `the store of ${key}`, ms: putMs, signal }, (either) => storage.put(key, entry, either)),
    ...placesOf(storage, (key, signal) => within({ what: `the place of ${key}`, ms, signal }, async (either) => storage.locate?.(key, either))),
    status: () => within({ what: 'the question for its size', ms }, () => storage.status()),
    close: () => storage.close(),
  };
}
