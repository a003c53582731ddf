// Knows: the short way of a compile: answered from what earlier ones have read, or compiled at once and remembered by what it reads.
// Refuses to know: preprocessors and build servers (preprocessed-path.ts).
import type { Outcome } from './answers.js';
import type { DirectPorts } from './engine-ports.js';
import { identityOfFolders, samenessName } from './named-folders.js';
import type { Near } from './near.js';
import { answerNear } from './near-answer.js';
import { keepLearnt, reportOfMiss } from './near-keep.js';
import { study } from './near-study.js';
import type { CompileReport } from './report.js';
import { timesName, timesOf } from './read-times.js';
import { movedEntry } from './sharing.js';
import { compileTraced, isTraceable, type TracedResult } from './traced.js';
import type { Asked } from './work.js';

export type NearWay =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  /** Preprocess; `why` tells what kept the short way from answering. */
  | { readonly kind: 'go on'; readonly why: string };

const goOn = (why: string): NearWay => ({ kind: 'go on', why });

/**
 * Where only the preprocessed text tells whether a result may be shared, or only it goes to a build server, tracing is no use; nor for a source that is gone
 * when it comes to what was read.
 */
const tracesInstead = (asked: Asked, ports: DirectPorts): boolean =>
  isTraceable(asked) && (asked.compilation.tracedOnly !== undefined || (ports.distribution === undefined && asked.base.path === '' && asked.compilation.probe !== true));

export async function compileNear(asked: Asked, near: Near, ports: DirectPorts): Promise<NearWay> {
  const holdsNames = asked.compilation.dependencyFile !== undefined;
  // Each result that is remembered asks; the folders are looked at once.
  let sameness: string | undefined;
  const ask = (name: string, reads: readonly string[]): string | undefined => {
    if (name === timesName) return timesOf(reads, asked.compilation.cwd);
    return name === samenessName ? (sameness ??= identityOfFolders(near.folders, asked).sameness) : undefined;
  };
  const answered = asked.controls.recache ? 'asked not to look' : await answerNear(asked, near, { ports, ask, holdsNames, move: movedEntry });
  if (typeof answered !== 'string') return { kind: 'done', outcome: answered };
  if (near.unfit !== undefined || !tracesInstead(asked, ports)) return goOn(near.unfit ?? answered);
  const began = ports.near.clock?.now();
  const traced = await compileTraced(asked);
  return traced === undefined ? goOn('its list of files cannot be written') : { kind: 'done', outcome: outcomeOfTraced(asked, { near, why: answered, traced, began }, ports) };
}

interface Traced {
  readonly near: Near;
  readonly why: string;
  readonly traced: TracedResult;
  readonly began: bigint | undefined;
}

function outcomeOfTraced(asked: Asked, { near, why, traced, began }: Traced, ports: DirectPorts): Outcome {
  const { result, notStored } = traced;
  const report: CompileReport = { ...reportOfMiss(asked, why, result), ...(notStored === undefined ? {} : { stored: 'skipped', reason: notStored }) };
  return {
    answer: { kind: 'finish', ...traced.shown, end: { code: result.code, signal: result.signal } },
    report,
    settle: () => ports.near.settling.note(near.key, settleTraced(asked, { near, traced, began, report }, ports)),
  };
}

async function settleTraced(asked: Asked, { near, traced, began, report }: Omit<Traced, 'why'> & { readonly report: CompileReport }, ports: DirectPorts): Promise<CompileReport> {
  const { entry, read } = traced;
  if (entry === undefined) return report;
  if (read === undefined) return { ...report, stored: 'skipped', reason: 'the compiler does not tell what it has read' };
  const learnt = await study(read, near, { asked, digests: ports.digests, near: ports.near, began });
  // What of it shows the folder, only the text would tell.
  const unshared = asked.base.path === '' ? undefined : asked.compilation.tracedOnly;
  return keepLearnt(asked, { near, learnt, entry, report, unshared }, ports);
}
