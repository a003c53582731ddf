// Knows: keeping a finished result, and telling how that went. Refuses to know: whether it deserves to be kept.
import { type CacheKey, isFault } from '../base/index.js';
import type { Entry } from '../storage/index.js';
import type { EnginePorts } from './engine-ports.js';
import type { CompileReport } from './report.js';

export interface Storable {
  readonly key: CacheKey;
  readonly entry: Entry;
  readonly ports: Pick<EnginePorts, 'storage' | 'nowMs'>;
}

/** Never throws. */
export async function storeEntry(report: CompileReport, { key, entry, ports }: Storable): Promise<CompileReport> {
  const from = ports.nowMs();
  try {
    await ports.storage.put(key, entry);
    return { ...report, stored: 'stored', storeMs: ports.nowMs() - from };
  } catch (thrown) {
    return { ...report, stored: 'failed', reason: isFault(thrown) ? thrown.message : String(thrown) };
  }
}
