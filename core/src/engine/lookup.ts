// Knows: asking the storage, and that no answer is a miss. Refuses to know: what is done with an entry.
import { type CacheKey, isFault } from '../base/index.js';
import type { Entry, Located, Storage } from '../storage/index.js';
import type { CompileReport } from './report.js';
import type { AskedAny } from './work.js';

export interface LookedUp {
  /** Where the entry lies, when it lies there as it is; otherwise it may be in `entry`. */
  readonly located: Located | undefined;
  readonly entry: Entry | undefined;
  readonly report: Pick<CompileReport, 'lookupMs' | 'lookupFault'>;
}

const nowhere = { located: undefined, entry: undefined };

/** Never throws for the storage's sake. @param place whether it is enough to know where the entry lies */
export async function lookUp(asked: AskedAny, key: CacheKey, { storage, place }: { readonly storage: Storage; readonly place: boolean }): Promise<LookedUp> {
  if (asked.controls.noCache || asked.controls.recache) return { ...nowhere, report: {} };
  const from = performance.now();
  try {
    const located = place ? await storage.locate?.(key, asked.front.signal) : undefined;
    const entry = located === undefined ? await storage.get(key, asked.front.signal) : undefined;
    return { located, entry, report: { lookupMs: performance.now() - from } };
  } catch (thrown) {
    const lookupFault = isFault(thrown, 'STORAGE_TIMEOUT') ? 'timeout' : 'error';
    return { ...nowhere, report: { lookupMs: performance.now() - from, lookupFault } };
  }
}
