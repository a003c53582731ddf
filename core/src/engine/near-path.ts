// Knows: the short way of a compile: answered from what earlier ones have read, or compiled at once and remembered by what it reads.
// Refuses to know: preprocessors and build servers (preprocessed-path.ts).
import { keyOf } from '../base/index.js';
import { answerOfLocated, type Answer, landEntry, type Outcome, replay, toldOf } from './answers.js';
import type { EnginePorts } from './engine-ports.js';
import { lookUp } from './lookup.js';
import type { Near, NearPorts } from './near.js';
import { type FoundNear, lookNear } from './near-lookup.js';
import { recordNear } from './near-record.js';
import { study } from './near-study.js';
import type { CompileReport } from './report.js';
import { storeEntry } from './store.js';
import { compileTraced, isTraceable, type TracedResult } from './traced.js';
import type { Asked } from './work.js';

export type NearWay =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  /** Preprocess; `why` tells what kept the short way from answering. */
  | { readonly kind: 'go on'; readonly why: string };

/** The engine's ports where direct mode is on. */
export type DirectPorts = EnginePorts & { readonly near: NearPorts };

const goOn = (why: string): NearWay => ({ kind: 'go on', why });

type Fetched = { readonly answer: Answer; readonly report: Pick<CompileReport, 'lookupMs'>; readonly located: boolean } | undefined;

async function fetchResult(asked: Asked, { result }: FoundNear, ports: EnginePorts): Promise<Fetched> {
  const { located, entry, report } = await lookUp(asked, result.entry, { storage: ports.storage, place: true });
  const answer = located === undefined ? undefined : answerOfLocated(asked, located);
  if (answer !== undefined) return { answer, report, located: true };
  if (entry === undefined || !(await landEntry(asked, entry))) return undefined;
  return { answer: replay(asked, entry), report, located: false };
}

export async function compileNear(asked: Asked, near: Near, ports: DirectPorts): Promise<NearWay> {
  const { controls, compilation } = asked;
  let why = 'asked not to look';
  if (!controls.recache) {
    const from = performance.now();
    const looked = await lookNear(near, { cwd: compilation.cwd, digests: ports.digests, views: ports.near.views });
    const lookMs = performance.now() - from;
    const hit = looked.kind === 'found' ? await fetchResult(asked, looked.found, ports) : undefined;
    if (looked.kind === 'found' && hit !== undefined) {
      const { entry } = looked.found.result;
      const report: CompileReport = { ...toldOf(asked), outcome: 'hit', hitBy: 'manifest', key: entry, ...hit.report, steps: [['near', lookMs]] };
      const { files, view, result: remembered } = looked.found;
      const settle = async (): Promise<CompileReport> => {
        if (hit.located) await ports.recall?.remember(asked, { near, entry, files, remembered, view, storage: ports.storage });
        return report;
      };
      return { kind: 'done', outcome: { answer: hit.answer, report, settle } };
    }
    why = looked.kind === 'missed' ? looked.why : 'its result is no longer kept';
  }
  const detour = near.unfit ?? (ports.distribution === undefined && ports.basedirs.length === 0 && isTraceable(asked) ? undefined : why);
  if (detour !== undefined) return goOn(near.unfit ?? why);
  const traced = await compileTraced(asked);
  return traced === undefined ? goOn(why) : { kind: 'done', outcome: outcomeOfTraced(asked, { near, why, traced }, ports) };
}

interface Traced {
  readonly near: Near;
  readonly why: string;
  readonly traced: TracedResult;
}

function outcomeOfTraced(asked: Asked, { near, why, traced }: Traced, ports: DirectPorts): Outcome {
  const { result } = traced;
  const report: CompileReport = {
    ...toldOf(asked),
    outcome: asked.controls.recache ? 'recache' : 'miss',
    near: why,
    compileMs: result.wallMs,
    compileFailed: result.code !== 0,
    ...(traced.notStored === undefined ? {} : { stored: 'skipped', reason: traced.notStored }),
  };
  return {
    answer: { kind: 'finish', ...traced.shown, end: { code: result.code, signal: result.signal } },
    report,
    settle: () => settleTraced(asked, { near, traced, report }, ports),
  };
}

async function settleTraced(asked: Asked, { near, traced, report }: { near: Near; traced: TracedResult; report: CompileReport }, ports: DirectPorts): Promise<CompileReport> {
  const { entry, read } = traced;
  if (entry === undefined) return report;
  if (read === undefined) return { ...report, stored: 'skipped', reason: 'the compiler does not tell what it has read' };
  const learnt = await study(read, near, { asked, digests: ports.digests, near: ports.near });
  if (learnt.kind !== 'known') {
    await recordNear(near, learnt, { entry: undefined, storage: ports.storage });
    return { ...report, stored: 'skipped', reason: learnt.reason };
  }
  const parts = [...near.parts, ...learnt.parts];
  const key = keyOf(parts);
  const stored = await storeEntry({ ...report, key, parts }, { key, entry, ports });
  if (stored.stored !== 'stored') return stored;
  const trouble = await recordNear(near, learnt, { entry: key, storage: ports.storage });
  if (trouble !== undefined) return { ...stored, stored: 'failed', reason: trouble };
  const { files, view, remembered } = learnt;
  await ports.recall?.remember(asked, { near, entry: key, files, remembered, view, storage: ports.storage });
  return stored;
}
