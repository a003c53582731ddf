// Knows: the short way of a compile: answered from what earlier ones have read, or compiled at once and remembered by what it reads.
// Refuses to know: preprocessors and build servers (preprocessed-path.ts).
import { digestOf, keyOf } from '../base/index.js';
import type { Entry } from '../storage/index.js';
import { answerOfLocated, type Answer, landEntry, type Outcome, replay, toldOf } from './answers.js';
import type { DirectPorts } from './engine-ports.js';
import { lookUp } from './lookup.js';
import type { Near } from './near.js';
import { type FoundNear, lookNear } from './near-lookup.js';
import { recordNear } from './near-record.js';
import { study } from './near-study.js';
import type { CompileReport } from './report.js';
import { movedEntry } from './sharing.js';
import { storeEntry } from './store.js';
import { compileTraced, isTraceable, type TracedResult } from './traced.js';
import type { Asked } from './work.js';

export type NearWay =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  /** Preprocess; `why` tells what kept the short way from answering. */
  | { readonly kind: 'go on'; readonly why: string };

const goOn = (why: string): NearWay => ({ kind: 'go on', why });

interface Fetched {
  readonly answer: Answer;
  readonly report: Pick<CompileReport, 'lookupMs'>;
  /** The entry as it was landed by us; undefined: the launcher lands it out of its file. */
  readonly landed: Entry | undefined;
}

/** A result that was made in another folder has another dependency file there. */
async function fetchResult(asked: Asked, { result }: FoundNear, ports: DirectPorts): Promise<Fetched | undefined> {
  const moved = result.base !== asked.base.path && asked.compilation.dependencyFile !== undefined;
  const { located, entry, report } = await lookUp(asked, result.entry, { storage: ports.storage, place: !moved });
  const answer = located === undefined ? undefined : answerOfLocated(asked, located);
  if (answer !== undefined) return { answer, report, landed: undefined };
  const landed = entry === undefined ? undefined : movedEntry(entry, result.base, asked.base.path);
  if (landed === undefined || !(await landEntry(asked, landed))) return undefined;
  return { answer: replay(asked, landed), report, landed };
}

/** What is to be done after a hit, so that the next one is quicker. */
async function settleHit(asked: Asked, { near, found, landed }: { near: Near; found: FoundNear; landed: Entry | undefined }, ports: DirectPorts): Promise<void> {
  const { result, sight } = found;
  if (landed === undefined || result.base === asked.base.path) return ports.recall?.remember(asked, { near, entry: result.entry, sight, storage: ports.storage });
  // With the dependency file of this folder it is another result.
  const entry = digestOf(`${result.entry} in ${asked.base.path}`);
  const { stored } = await storeEntry(entry, landed, ports);
  if (stored === 'stored') await recordNear(asked, { near, learnt: { kind: 'known', sight, parts: [] }, entry, shared: true }, ports);
}

async function answerNear(asked: Asked, near: Near, ports: DirectPorts): Promise<Outcome | string> {
  const { compilation, base } = asked;
  const from = performance.now();
  const looked = await lookNear(near, { cwd: compilation.cwd, base, digests: ports.digests, views: ports.near.views });
  const lookMs = performance.now() - from;
  if (looked.kind === 'missed') return looked.why;
  const { found } = looked;
  const hit = await fetchResult(asked, found, ports);
  if (hit === undefined) return 'its result is no longer kept';
  const steps: CompileReport['steps'] = [['look at files', lookMs], ['fetch', performance.now() - from - lookMs]];
  const report: CompileReport = { ...toldOf(asked), outcome: 'hit', hitBy: 'manifest', key: found.result.entry, ...hit.report, steps };
  const settle = async (): Promise<CompileReport> => {
    await settleHit(asked, { near, found, landed: hit.landed }, ports);
    return report;
  };
  return { answer: hit.answer, report, settle };
}

/** Where only the preprocessed text tells whether a result may be shared, or only it goes to a build server, tracing is no use. */
const tracesInstead = (asked: Asked, ports: DirectPorts): boolean => ports.distribution === undefined && asked.base.path === '' && isTraceable(asked);

export async function compileNear(asked: Asked, near: Near, ports: DirectPorts): Promise<NearWay> {
  const answered = asked.controls.recache ? 'asked not to look' : await answerNear(asked, near, ports);
  if (typeof answered !== 'string') return { kind: 'done', outcome: answered };
  if (near.unfit !== undefined || !tracesInstead(asked, ports)) return goOn(near.unfit ?? answered);
  const traced = await compileTraced(asked);
  return traced === undefined ? goOn(answered) : { kind: 'done', outcome: outcomeOfTraced(asked, { near, why: answered, traced }, ports) };
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
    settle: () => ports.near.settling.note(near.key, settleTraced(asked, { near, traced, report }, ports)),
  };
}

async function settleTraced(asked: Asked, { near, traced, report }: { near: Near; traced: TracedResult; report: CompileReport }, ports: DirectPorts): Promise<CompileReport> {
  const { entry, read } = traced;
  if (entry === undefined) return report;
  if (read === undefined) return { ...report, stored: 'skipped', reason: 'the compiler does not tell what it has read' };
  const learnt = await study(read, near, { asked, digests: ports.digests, near: ports.near });
  // Of a result that is not kept they are of no use for a lookup, but tell what has changed since the compile before.
  const parts = [...near.parts, ...learnt.parts];
  const key = keyOf(parts);
  const kept = learnt.kind === 'known' ? await storeEntry(key, entry, ports) : undefined;
  const told = { ...report, key, parts, ...kept };
  if (kept?.stored === 'failed') return told;
  const trouble = await recordNear(asked, { near, learnt, entry: kept && key, shared: false }, ports);
  return trouble === undefined ? told : { ...told, stored: kept === undefined ? 'skipped' : 'failed', reason: trouble };
}
