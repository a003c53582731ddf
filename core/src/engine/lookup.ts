// Knows: asking the storage, and that no answer is a miss. Refuses to know: what is done with an entry.
import { isFault } from '../base/index.js';
import type { Entry, Storage } from '../storage/index.js';
import type { CompileReport } from './report.js';
import type { Work } from './work.js';

export interface LookedUp {
  readonly entry: Entry | undefined;
  readonly report: Pick<CompileReport, 'lookupMs' | 'lookupFault'>;
}

/** Never throws for the storage's sake. */
export async function lookUp(work: Work, storage: Storage): Promise<LookedUp> {
  if (work.controls.noCache || work.controls.recache) return { entry: undefined, report: {} };
  const from = performance.now();
  try {
    const entry = await storage.get(work.key, work.front.signal);
    return { entry, report: { lookupMs: performance.now() - from } };
  } catch (thrown) {
    const lookupFault = isFault(thrown, 'STORAGE_TIMEOUT') ? 'timeout' : 'error';
    return { entry: undefined, report: { lookupMs: performance.now() - from, lookupFault } };
  }
}
