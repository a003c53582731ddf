// Knows: that nobody waits for a storage longer than so long. Refuses to know: the storage.
import { Fault } from '../base/index.js';
import type { Storage } from './port.js';

/** A coat: `get`, `put` and `status` that take longer than `ms` milliseconds are Fault STORAGE_TIMEOUT, and what they began is aborted. */
export function deadline(storage: Storage, ms: number): Storage {
  async function within<T>(what: string, signal: AbortSignal | undefined, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
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
    get: (key, signal) => within(`the lookup of ${key}`, signal, (either) => storage.get(key, either)),
    put: (key, entry, signal) => within(`the store of ${key}`, signal, (either) => storage.put(key, entry, either)),
    status: () => within('the question for its size', undefined, () => storage.status()),
    close: () => storage.close(),
  };
}
