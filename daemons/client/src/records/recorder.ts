// Knows: the daemon's side of the records: what is remembered until it is in the log, and which keys' parts the log has.
// Refuses to know: how a compile is explained.
import { join } from 'node:path';
import { causeChain, type Log } from '@sccache-ts/core/base';
import { createAppendLog } from '@sccache-ts/core/host';
import type { RecordSettings } from '../settings-shape.js';
import type { CompileRecord } from './record.js';
import { encodeRecord } from './record-codec.js';

export interface Recorder {
  /** Takes no time and never throws. */
  record(record: CompileRecord): void;
  /** Resolves when all is in the log or given up. Never rejects. */
  flush(): Promise<void>;
}

/** Keys whose parts are known to be in the log; a key that is forgotten has them written once more. */
const mostKeys = 50_000;

export const recordsPath = (dir: string): string => join(dir, 'records.jsonl');

export function createRecorder({ dir, maxBytes }: RecordSettings, log: Log): Recorder {
  if (maxBytes === 0) return { record: () => undefined, flush: () => Promise.resolve() };
  const known = new Set<string>();
  const lines = createAppendLog<CompileRecord>({
    path: recordsPath(dir),
    maxBytes,
    encode: (record) => {
      const { key, parts } = record;
      const fresh = key !== undefined && parts !== undefined && !known.has(key);
      if (fresh) {
        if (known.size >= mostKeys) known.clear();
        known.add(key);
      }
      return encodeRecord(record, fresh);
    },
    onFresh: () => known.clear(),
    onFault: (cause) => log.warn(`records of compiles are not kept: ${causeChain(cause).join(': ')}`, { dir }),
  });
  return { record: lines.append, flush: lines.flush };
}
