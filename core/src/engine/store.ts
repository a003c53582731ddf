// Knows: keeping a finished result, and telling how that went. Refuses to know: whether it deserves to be kept.
import { type CacheKey, isFault } from '../base/index.js';
import type { Entry } from '../storage/index.js';
import type { EnginePorts } from './engine-ports.js';
import type { CompileReport } from './report.js';

export type Stored = Pick<CompileReport, 'stored' | 'storeMs' | 'reason'>;

/** Never throws. */
export async function storeEntry(key: CacheKey, entry: Entry, { storage, nowMs }: Pick<EnginePorts, 'storage' | 'nowMs'>): Promise<Stored> {
  const from = nowMs();
  try {
    await storage.put(key, entry);
    return { stored: 'stored', storeMs: nowMs() - from };
  } catch (thrown) {
    return { stored: 'failed', reason: isFault(thrown) ? thrown.message : String(thrown) };
  }
}
