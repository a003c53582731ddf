// Knows: what is kept of one compile for explaining it later. Pure. Refuses to know: files, and how it is told.
import { causeChain } from '@sccache-ts/core/base';
import type { CompileRequest } from '@sccache-ts/core/compilation';
import type { CompileReport } from '@sccache-ts/core/engine';
import { clipped, type RecordedPart, recordedParts } from './recorded-parts.js';

export type RecordedStep = readonly [step: string, ms: number];

/** Plain data, free of secrets: fit for a file. */
export interface CompileRecord {
  /** When it was asked for, milliseconds since the epoch. */
  readonly at: number;
  readonly verdict: CompileReport['outcome'];
  /** Where it ran: `cache`, `home`, `away SERVER`, or `compiler` for what was left to the compiler. */
  readonly place: string;
  /** From the request to the answer, milliseconds. */
  readonly wallMs: number;
  /** From the request until what was worth storing was stored, milliseconds. */
  readonly settledMs: number;
  /** As named on the command line, relative to `cwd`. */
  readonly input?: string;
  readonly cwd: string;
  readonly output?: string;
  readonly language?: string;
  readonly compiler?: string;
  /** The command line, cut short, where no source was made out in it. */
  readonly command?: readonly string[];
  readonly reason?: string;
  /** Why a compile that was to run away ran at home. */
  readonly home?: string;
  readonly hitBy?: NonNullable<CompileReport['hitBy']>;
  readonly near?: string;
  /** Why no other base folder can have the result. */
  readonly unshared?: string;
  /** What the user may want to know of such a compile. */
  readonly advice?: string;
  readonly stored?: NonNullable<CompileReport['stored']>;
  readonly lookupFault?: NonNullable<CompileReport['lookupFault']>;
  readonly compileFailed?: boolean;
  readonly key?: string;
  readonly parts?: readonly RecordedPart[];
  readonly steps?: readonly RecordedStep[];
}

/** Where a compile ran, in a word or two; the demonstration and people who read the log at `debug` want to know. */
export function placeOf({ outcome, away }: CompileReport): string {
  if (outcome === 'hit') return 'cache';
  if (away?.kind === 'compiled') return `away ${away.server}`;
  return outcome === 'miss' || outcome === 'recache' || outcome === 'no-cache' ? 'home' : 'compiler';
}

/** Tenths are enough, and short. */
const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/** Without steps of its own a report still tells how long some took. */
function stepsOf({ steps, lookupMs, compileMs, storeMs }: CompileReport): readonly RecordedStep[] {
  const known = steps ?? ([['lookup', lookupMs], ['compile', compileMs], ['store', storeMs]] as const);
  return known.flatMap(([step, ms]) => (ms === undefined ? [] : [[step, rounded(ms)] as const]));
}

function homeReason({ away }: CompileReport): string | undefined {
  if (away === undefined || away.kind === 'compiled') return undefined;
  return away.kind === 'fault' ? causeChain(away.fault).join(': ') : away.reason;
}

const mostWords = 64;

/** `g++ -c …`, enough to be recognised. */
const commandOf = ({ compiler, args }: CompileRequest): readonly string[] => [compiler, ...args].slice(0, mostWords).map(clipped);

type Optional = { readonly [K in keyof CompileRecord]?: CompileRecord[K] | undefined };

export function recordOf(report: CompileReport, request: CompileRequest, when: Pick<CompileRecord, 'at' | 'wallMs' | 'settledMs'>): CompileRecord {
  const { input, output, language, compiler, reason, hitBy, near, unshared, advice, stored, lookupFault, key, parts } = report;
  const steps = stepsOf(report);
  const known: Optional = {
    input,
    output,
    language,
    compiler,
    command: input === undefined ? commandOf(request) : undefined,
    reason: reason === undefined ? undefined : clipped(reason),
    home: homeReason(report),
    hitBy,
    near: near === undefined ? undefined : clipped(near),
    unshared,
    advice,
    stored,
    lookupFault,
    compileFailed: report.compileFailed === true ? true : undefined,
    key,
    parts: parts === undefined ? undefined : recordedParts(parts),
    steps: steps.length === 0 ? undefined : steps,
  };
  const given = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Partial<CompileRecord>;
  const times = { at: when.at, wallMs: rounded(when.wallMs), settledMs: rounded(when.settledMs) };
  return { ...times, verdict: report.outcome, place: placeOf(report), cwd: report.cwd ?? request.cwd, ...given };
}
