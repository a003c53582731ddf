// Knows: what is told of a miss, and how its result is kept under what was learnt of it. Refuses to know: how that is learnt.
import { keyOf } from '../base/index.js';
import type { Entry } from '../storage/index.js';
import { toldOf } from './answers.js';
import type { DirectPorts } from './engine-ports.js';
import { type Near, resultPart } from './near.js';
import { recordNear } from './near-record.js';
import type { Study } from './near-study.js';
import type { RunResult } from './ports.js';
import type { CompileReport } from './report.js';
import { storeEntry } from './store.js';
import type { AskedAny } from './work.js';

/** @param why no earlier result answered */
export function reportOfMiss(asked: AskedAny, why: string, { code, wallMs }: RunResult): CompileReport {
  return { ...toldOf(asked), outcome: asked.controls.recache ? 'recache' : 'miss', near: why, compileMs: wallMs, compileFailed: code !== 0 };
}

export interface Learnt {
  readonly near: Near;
  readonly learnt: Study;
  readonly entry: Entry;
  readonly report: CompileReport;
  /** Why the result belongs to its base folder alone. */
  readonly unshared?: string | undefined;
}

export async function keepLearnt(asked: AskedAny, { near, learnt, entry, report, unshared }: Learnt, ports: DirectPorts): Promise<CompileReport> {
  // Of a result that is not kept they are of no use for a lookup, but tell what has changed since the compile before.
  const parts = [...near.parts, ...learnt.parts, resultPart];
  const key = keyOf(parts);
  const kept = learnt.kind === 'known' ? await storeEntry(key, entry, ports) : undefined;
  const told = { ...report, key, parts, ...kept, ...(unshared === undefined ? {} : { unshared }) };
  if (kept?.stored === 'failed') return told;
  const shared = asked.base.path !== '' && unshared === undefined;
  const trouble = await recordNear(asked, { near, learnt, entry: kept && key, shared }, ports);
  return trouble === undefined ? told : { ...told, stored: kept === undefined ? 'skipped' : 'failed', reason: trouble };
}
