// Knows: why a compile was no hit, as far as the records tell: which earlier one is nearest, and what differs. Pure.
// Refuses to know: files, the daemon, and how explanations are laid out.
import { differencesOf, type Difference, equalParts } from './differences.js';
import { differenceSentences } from './difference-text.js';
import type { StoredRecord } from './record-codec.js';
import { type History, outputOf, sourceOf } from './record-history.js';
import type { RecordedPart } from './recorded-parts.js';

export interface Explanation {
  readonly record: StoredRecord;
  /** Plain sentences without a full stop; at least one. */
  readonly reasons: readonly string[];
  /** The nearest earlier compile, when there is one with another key. */
  readonly comparedWith?: StoredRecord;
  readonly differences: readonly Difference[];
}

/** Of a source that is compiled all day the last few tell enough. */
const mostCandidates = 25;

/** To the second, as everywhere that a record is told of. */
const spelled = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

export const timeOf = ({ at }: StoredRecord): string => spelled(at);

function unlooked({ verdict, reason }: StoredRecord): string | undefined {
  const because = reason === undefined ? '' : `: ${reason}`;
  switch (verdict) {
    case 'hit':
    case 'miss':
      return undefined;
    case 'recache':
      return 'SCCACHE_RECACHE was set: compiled and stored without looking';
    case 'no-cache':
      return 'SCCACHE_NO_CACHE was set: neither looked up nor stored';
    case 'not-compile':
      return `nothing to cache${because}`;
    case 'not-cacheable':
      return `must not be cached${because}`;
    case 'unsupported':
      return `not a compiler that we know${because}`;
    case 'preprocess-failed':
      return 'the preprocessor refused the source, and the compiler was left to say why';
    case 'fault':
      return `something of ours went wrong, and the compiler ran in our place${because}`;
  }
}

const lookups = { memory: 'what the daemon remembers', manifest: 'the manifest, without preprocessing', preprocessed: 'the preprocessed text' } as const;

/** What keeps an earlier compile with the very same key from having been found. */
function sameKeySentence(record: StoredRecord, twin: StoredRecord): string {
  const doneAt = twin.at + twin.settledMs;
  const done = spelled(doneAt);
  if (doneAt > record.at) return `the same compile was under way at the same time, until ${done}`;
  if (twin.verdict === 'hit' || twin.stored === 'stored') return `its result was evicted or removed: the same key was ${twin.verdict === 'hit' ? 'found' : 'stored'} at ${done}`;
  if (twin.compileFailed === true) return `the same compile failed at ${done}, and failures are not stored`;
  return `the same compile was not stored at ${done}${twin.reason === undefined ? '' : `: ${twin.reason}`}`;
}

/** Compiles of the same source, else of the same name, else into the same output; the newest first, each key once. */
function candidates(record: StoredRecord, earlier: readonly StoredRecord[]): readonly StoredRecord[] {
  const same = (what: (it: StoredRecord) => string | undefined) => (it: StoredRecord) => what(record) !== undefined && what(it) === what(record);
  const rules = [same(sourceOf), same(({ input }) => input), same(outputOf)];
  for (const rule of rules) {
    const keys = new Set<string>();
    const fitting = earlier.filter((it) => it.key !== undefined && rule(it) && !keys.has(it.key) && keys.add(it.key));
    if (fitting.length > 0) return fitting.slice(0, mostCandidates);
  }
  return [];
}

interface Nearest {
  readonly record: StoredRecord;
  readonly parts: readonly RecordedPart[];
}

function nearest(parts: readonly RecordedPart[], among: readonly StoredRecord[], history: History): Nearest | undefined {
  let best: (Nearest & { readonly apart: number }) | undefined;
  for (const record of among) {
    const theirs = record.key === undefined ? undefined : history.partsOf(record.key);
    if (theirs === undefined) continue;
    const apart = theirs.length + parts.length - 2 * equalParts(theirs, parts);
    // Of two that are as near the newer one is worth more.
    if (best === undefined || apart < best.apart) best = { record, parts: theirs, apart };
  }
  return best;
}

function explainMiss(record: StoredRecord, history: History): Omit<Explanation, 'record'> {
  const earlier = history.records.slice(history.records.indexOf(record) + 1);
  const alone = (...reasons: readonly string[]): Omit<Explanation, 'record'> => ({ reasons, differences: [] });
  if (record.lookupFault === 'timeout') return alone('the lookup was given up: the cache did not answer in time');
  if (record.lookupFault === 'error') return alone('the lookup failed: the cache could not be read');
  if (record.key === undefined) return alone('no key was recorded');
  const twin = earlier.find(({ key }) => key === record.key);
  if (twin !== undefined) return alone(sameKeySentence(record, twin));
  const among = candidates(record, earlier);
  if (among.length === 0) return alone('first compile of this source, as far as the records go back');
  const parts = history.partsOf(record.key);
  const near = parts === undefined ? undefined : nearest(parts, among, history);
  if (parts === undefined || near === undefined) return alone('what the keys were made of is no longer recorded');
  const differences = differencesOf(near.parts, parts);
  return { reasons: differenceSentences(differences, record.input), comparedWith: near.record, differences };
}

/** @param record one of the history's */
export function explain(record: StoredRecord, history: History): Explanation {
  const said = unlooked(record);
  if (said !== undefined) return { record, reasons: [said], differences: [] };
  if (record.verdict === 'hit') return { record, reasons: [`answered by ${lookups[record.hitBy ?? 'preprocessed']}`], differences: [] };
  return { record, ...explainMiss(record, history) };
}
