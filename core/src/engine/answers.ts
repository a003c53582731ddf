// Knows: what the launcher is told in the end, and how a kept result becomes that. Refuses to know: where results are found.
import { land } from '../host/index.js';
import type { Entry, Located } from '../storage/index.js';
import type { LandOrder } from '../wire/index.js';
import { landingOfDependencies, landingsOfEntry, landOrderOf } from './outputs.js';
import type { ProcessEnd } from './ports.js';
import type { CompileReport } from './report.js';
import { shown } from './streams.js';
import type { AskedAny } from './work.js';

/** What the launcher does next: turn into the compiler, or put these outputs in place, print these bytes and end like this. */
export type Answer =
  | { readonly kind: 'become' }
  | {
      readonly kind: 'finish';
      /** Should it not be possible, the launcher turns into the compiler. Absent: the outputs are in place. */
      readonly land?: LandOrder;
      readonly stdout: Uint8Array;
      readonly stderr: Uint8Array;
      readonly end: ProcessEnd;
    };

export interface Outcome {
  readonly answer: Answer;
  /** What is known when the answer is given. */
  readonly report: CompileReport;
  /** Call it once the answer has gone: stores what is worth storing, and tells that too. Never throws. */
  settle(): Promise<CompileReport>;
}

/** What every report of an understood compile tells of it. */
export function toldOf({ compilation, compiler }: AskedAny): Omit<CompileReport, 'outcome'> {
  const { input, cwd, outputs: [main], language, crateTypes, advice } = compilation;
  const told = { input, cwd, language, compiler: compiler.facts.kind };
  return { ...told, ...(main === undefined ? {} : { output: main.path }), ...(crateTypes === undefined ? {} : { crateTypes }), ...(advice === undefined ? {} : { advice }) };
}

export const become = (report: CompileReport): Outcome => ({ answer: { kind: 'become' }, report, settle: () => Promise.resolve(report) });

const success: ProcessEnd = { code: 0, signal: undefined };

/** Prints a stored result as the compiler would have printed it to this caller. */
export function replay(asked: AskedAny, streams: { readonly stdout: Uint8Array; readonly stderr: Uint8Array }): Answer {
  return { kind: 'finish', ...shown(asked, streams), end: success };
}

/** The launcher copies the outputs out of the file in which they lie. Undefined: the entry lacks one. */
export function answerOfLocated(asked: AskedAny, located: Located): Answer | undefined {
  const order = landOrderOf(asked.compilation, located);
  return order === undefined || asked.front.signal.aborted ? undefined : { kind: 'finish', land: order, ...shown(asked, located), end: success };
}

/**
 * Lands an entry, all or none. @param temporary a dependency file that stands beside its place already; else the entry's own is landed
 * @returns false when it is not possible: compile instead
 */
export async function landEntry(asked: AskedAny, entry: Entry, temporary?: string): Promise<boolean> {
  const landings = landingsOfEntry(asked.compilation, entry, { dependencies: temporary === undefined });
  if (landings === undefined || asked.front.signal.aborted) return false;
  try {
    await land([...landings, ...landingOfDependencies(asked.compilation, temporary)], asked.front.umask);
    return true;
  } catch {
    // A read-only folder, a full disk, a device in the way: the compiler meets the same and tells the user in its own words.
    return false;
  }
}
