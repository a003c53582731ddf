// Knows: what is counted of each compile. Pure. Refuses to know: how it is shown, and who asks.
import type { Language } from '@sccache-ts/core/compilation';
import type { CompileReport } from '@sccache-ts/core/engine';

/** Counts by sccache's two ways of naming languages: `C/C++`, and `c [gcc]`. */
export interface LanguageCounts {
  readonly basic: Readonly<Record<string, number>>;
  readonly advanced: Readonly<Record<string, number>>;
}

/** The counters that are plain numbers; names and meanings are sccache's (inventory 5.3). */
export interface Counters {
  readonly compileRequests: number;
  readonly requestsUnsupportedCompiler: number;
  readonly requestsNotCompile: number;
  readonly requestsNotCacheable: number;
  readonly requestsExecuted: number;
  readonly cacheTimeouts: number;
  /** Lookups that could not be answered, and entries that were damaged. sccache has the counter and never uses it. */
  readonly cacheReadErrors: number;
  readonly nonCacheableCompilations: number;
  readonly forcedRecaches: number;
  readonly cacheWriteErrors: number;
  readonly cacheWrites: number;
  readonly compilations: number;
  readonly compileFails: number;
  readonly distErrors: number;
  /** Sums of milliseconds. */
  readonly cacheWriteMs: number;
  readonly cacheReadHitMs: number;
  readonly compilerMs: number;
}

export interface Statistics extends Counters {
  readonly cacheHits: LanguageCounts;
  readonly cacheMisses: LanguageCounts;
  readonly cacheErrors: LanguageCounts;
  readonly notCached: Readonly<Record<string, number>>;
  readonly distCompiles: Readonly<Record<string, number>>;
  /** Compiles that were meant for a build server and done at home all the same, without anybody's fault, by reason. sccache has none. */
  readonly distRepeated: Readonly<Record<string, number>>;
}

const noLanguages: LanguageCounts = { basic: {}, advanced: {} };

export const emptyStatistics: Statistics = {
  compileRequests: 0,
  requestsUnsupportedCompiler: 0,
  requestsNotCompile: 0,
  requestsNotCacheable: 0,
  requestsExecuted: 0,
  cacheTimeouts: 0,
  cacheReadErrors: 0,
  nonCacheableCompilations: 0,
  forcedRecaches: 0,
  cacheWriteErrors: 0,
  cacheWrites: 0,
  compilations: 0,
  compileFails: 0,
  distErrors: 0,
  cacheWriteMs: 0,
  cacheReadHitMs: 0,
  compilerMs: 0,
  cacheHits: noLanguages,
  cacheMisses: noLanguages,
  cacheErrors: noLanguages,
  notCached: {},
  distCompiles: {},
  distRepeated: {},
};

/** Names come from outside; a daemon that runs for months must not collect them without end. */
const maxNames = 500;
const otherName = 'other';

function counted(counts: Readonly<Record<string, number>>, name: string): Readonly<Record<string, number>> {
  const known = Object.hasOwn(counts, name) || Object.keys(counts).length < maxNames;
  const under = known ? name : otherName;
  return { ...counts, [under]: (Object.hasOwn(counts, under) ? (counts[under] ?? 0) : 0) + 1 };
}

function basicName(language: Language | undefined): string {
  if (language === 'rust') return 'Rust';
  return language?.startsWith('assembler') === true ? 'Assembler' : 'C/C++';
}

function countedLanguage(counts: LanguageCounts, { language, compiler, crateTypes }: Pick<CompileReport, 'language' | 'compiler' | 'crateTypes'>): LanguageCounts {
  const kind = crateTypes?.join(' ') ?? compiler;
  const advanced = `${language ?? 'c/c++'}${kind === undefined ? '' : ` [${kind}]`}`;
  return { basic: counted(counts.basic, basicName(language)), advanced: counted(counts.advanced, advanced) };
}

function plus(statistics: Statistics, more: Partial<Counters>): Statistics {
  const sum: { -readonly [K in keyof Statistics]: Statistics[K] } = { ...statistics };
  for (const [name, by] of Object.entries(more) as [keyof Counters, number][]) sum[name] += by;
  return sum;
}

/** A reason's words without what differs from file to file, so that equal reasons are counted as one. */
const stem = (reason: string): string => (reason.split(': ', 1)[0] ?? reason).slice(0, 120);

const withReason = (statistics: Statistics, reason: string | undefined): Statistics =>
  reason === undefined ? statistics : { ...statistics, notCached: counted(statistics.notCached, stem(reason)) };

/** Folds one finished compile in. */
export function recordCompile(statistics: Statistics, report: CompileReport): Statistics {
  const met = plus(statistics, { compileRequests: 1 });
  switch (report.outcome) {
    case 'not-compile':
      return plus(met, { requestsNotCompile: 1 });
    case 'not-cacheable':
      return withReason(plus(met, { requestsNotCacheable: 1 }), report.reason);
    case 'unsupported':
      return plus(met, { requestsUnsupportedCompiler: 1 });
    case 'preprocess-failed':
    case 'fault':
      return { ...plus(met, { requestsExecuted: 1 }), cacheErrors: countedLanguage(met.cacheErrors, report) };
    case 'hit':
      return {
        ...plus(met, { requestsExecuted: 1, cacheReadHitMs: report.lookupMs ?? 0 }),
        cacheHits: countedLanguage(met.cacheHits, report),
      };
    case 'miss':
    case 'recache':
    case 'no-cache':
      return recordCompilation(plus(met, { requestsExecuted: 1 }), report);
  }
}

/** The compiler ran, here or there. */
function recordCompilation(statistics: Statistics, report: CompileReport): Statistics {
  const ran = recordAway(
    plus(statistics, {
      cacheTimeouts: report.lookupFault === 'timeout' ? 1 : 0,
      cacheReadErrors: report.lookupFault === 'error' ? 1 : 0,
      forcedRecaches: report.outcome === 'recache' ? 1 : 0,
    }),
    report,
  );
  // sccache counts a compile that failed here among the failures only.
  if (report.compileFailed === true) return plus(ran, { compileFails: 1 });
  const compiled = plus(ran, { compilations: 1, compilerMs: report.compileMs ?? 0 });
  if (report.stored === 'skipped') return withReason(plus(compiled, { nonCacheableCompilations: 1 }), report.reason);
  const wrote =
    report.stored === 'stored'
      ? plus(compiled, { cacheWrites: 1, cacheWriteMs: report.storeMs ?? 0 })
      : plus(compiled, { cacheWriteErrors: report.stored === 'failed' ? 1 : 0 });
  return report.outcome === 'no-cache' ? wrote : { ...wrote, cacheMisses: countedLanguage(wrote.cacheMisses, report) };
}

function recordAway(statistics: Statistics, { away }: CompileReport): Statistics {
  if (away?.kind === 'compiled') return { ...statistics, distCompiles: counted(statistics.distCompiles, away.server) };
  if (away?.kind === 'repeated') return { ...statistics, distRepeated: counted(statistics.distRepeated, stem(away.reason)) };
  return away?.kind === 'fault' ? plus(statistics, { distErrors: 1 }) : statistics;
}

/** Folds in an entry that was found damaged; the lookup itself was a miss. */
export function recordCorruptEntry(statistics: Statistics): Statistics {
  return plus(statistics, { cacheReadErrors: 1 });
}
