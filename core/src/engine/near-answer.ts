// Knows: how a compile is answered by what an earlier one has read: the result is found, fetched, moved to this folder if it was made in another,
// and put in place. Refuses to know: keys, and what happens when there is no answer.
import { digestOf } from '../base/index.js';
import type { Entry } from '../storage/index.js';
import { answerOfLocated, type Answer, landEntry, type Outcome, replay, toldOf } from './answers.js';
import type { DirectPorts } from './engine-ports.js';
import { lookUp } from './lookup.js';
import type { Near } from './near.js';
import { type FoundNear, type LookAround, lookNear } from './near-lookup.js';
import { recordNear } from './near-record.js';
import type { CompileReport } from './report.js';
import { storeEntry } from './store.js';
import type { AskedAny } from './work.js';

export interface Answering {
  readonly ports: DirectPorts;
  /** Of what a result's conditions name. */
  readonly ask?: LookAround['ask'];
  /** Whether a result holds names that are others in another base folder. */
  readonly holdsNames: boolean;
  /** The entry as it is in another folder; undefined: it cannot be made. */
  readonly move: (entry: Entry, from: string, to: string) => Entry | undefined;
}

interface Fetched {
  readonly answer: Answer;
  readonly report: Pick<CompileReport, 'lookupMs'>;
  /** The entry as it was landed by us; undefined: the launcher lands it out of its file. */
  readonly landed: Entry | undefined;
}

async function fetchResult(asked: AskedAny, { result }: FoundNear, { ports, holdsNames, move }: Answering): Promise<Fetched | undefined> {
  const moved = result.base !== asked.base.path && holdsNames;
  const { located, entry, report } = await lookUp(asked, result.entry, { storage: ports.storage, place: !moved });
  const answer = located === undefined ? undefined : answerOfLocated(asked, located);
  if (answer !== undefined) return { answer, report, landed: undefined };
  const landed = entry === undefined ? undefined : move(entry, result.base, asked.base.path);
  if (landed === undefined || !(await landEntry(asked, landed))) return undefined;
  return { answer: replay(asked, landed), report, landed };
}

/** What is to be done after a hit, so that the next one is quicker. */
async function settleHit(asked: AskedAny, { near, found, landed }: { near: Near; found: FoundNear; landed: Entry | undefined }, ports: DirectPorts): Promise<void> {
  const { result, sight } = found;
  if (landed === undefined || result.base === asked.base.path) return ports.recall?.remember(asked, { near, entry: result.entry, sight, storage: ports.storage });
  // With the names of this folder it is another result.
  const entry = digestOf(`${result.entry} in ${asked.base.path}`);
  const { stored } = await storeEntry(entry, landed, ports);
  if (stored === 'stored') await recordNear(asked, { near, learnt: { kind: 'known', sight, parts: [] }, entry, shared: true }, ports);
}

/** @returns why there is no answer */
export async function answerNear(asked: AskedAny, near: Near, how: Answering): Promise<Outcome | string> {
  const { ports, ask } = how;
  const from = performance.now();
  const looked = await lookNear(near, { cwd: asked.compilation.cwd, base: asked.base, digests: ports.digests, views: ports.near.views, ask });
  const lookMs = performance.now() - from;
  if (looked.kind === 'missed') return looked.why;
  const { found } = looked;
  const hit = await fetchResult(asked, found, how);
  if (hit === undefined) return 'its result is no longer kept';
  const steps: CompileReport['steps'] = [['look at files', lookMs], ['fetch', performance.now() - from - lookMs]];
  const report: CompileReport = { ...toldOf(asked), outcome: 'hit', hitBy: 'manifest', key: found.result.entry, ...hit.report, steps };
  const settle = async (): Promise<CompileReport> => {
    await settleHit(asked, { near, found, landed: hit.landed }, ports);
    return report;
  };
  return { answer: hit.answer, report, settle };
}
