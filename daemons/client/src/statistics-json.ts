// Knows: sccache's JSON of statistics, field by field (inventory 5.3 and 5.4; `effective_cache_mode` since 0.19). Pure.
// Refuses to know: how the numbers came about.
import type { LanguageCounts, Statistics } from './statistics.js';

export interface PerLanguageJson {
  readonly counts: Readonly<Record<string, number>>;
  readonly adv_counts: Readonly<Record<string, number>>;
}

export interface DurationJson {
  readonly secs: number;
  readonly nanos: number;
}

export interface StatisticsJson {
  readonly compile_requests: number;
  readonly requests_unsupported_compiler: number;
  readonly requests_not_compile: number;
  readonly requests_not_cacheable: number;
  readonly requests_executed: number;
  readonly cache_errors: PerLanguageJson;
  readonly cache_hits: PerLanguageJson;
  readonly cache_misses: PerLanguageJson;
  readonly cache_timeouts: number;
  readonly cache_read_errors: number;
  readonly non_cacheable_compilations: number;
  readonly forced_recaches: number;
  readonly cache_write_errors: number;
  readonly cache_writes: number;
  readonly cache_write_duration: DurationJson;
  readonly cache_read_hit_duration: DurationJson;
  readonly compilations: number;
  readonly compiler_write_duration: DurationJson;
  readonly compile_fails: number;
  readonly not_cached: Readonly<Record<string, number>>;
  readonly dist_compiles: Readonly<Record<string, number>>;
  readonly dist_errors: number;
  /** Not sccache's; absent while there is nothing to tell. */
  readonly dist_repeated?: Readonly<Record<string, number>>;
  /** There is one level. */
  readonly multi_level: null;
}

/** What `--show-stats --stats-format json` prints, and what the daemon sends. */
export interface StatisticsInfo {
  readonly stats: StatisticsJson;
  readonly cache_location: string;
  /** Bytes; null when nobody has looked yet. */
  readonly cache_size: number | null;
  readonly max_cache_size: number | null;
  readonly use_preprocessor_cache_mode: boolean;
  readonly version: string;
  readonly basedirs: readonly string[];
  /** Null when no daemon runs. */
  readonly effective_cache_mode: 'ReadWrite' | 'ReadOnly' | null;
}

function duration(milliseconds: number): DurationJson {
  const nanos = Math.round(milliseconds * 1e6);
  return { secs: Math.floor(nanos / 1e9), nanos: nanos % 1e9 };
}

const languages = (counts: LanguageCounts): PerLanguageJson => ({ counts: counts.basic, adv_counts: counts.advanced });

export function statisticsJson(it: Statistics): StatisticsJson {
  return {
    compile_requests: it.compileRequests,
    requests_unsupported_compiler: it.requestsUnsupportedCompiler,
    requests_not_compile: it.requestsNotCompile,
    requests_not_cacheable: it.requestsNotCacheable,
    requests_executed: it.requestsExecuted,
    cache_errors: languages(it.cacheErrors),
    cache_hits: languages(it.cacheHits),
    cache_misses: languages(it.cacheMisses),
    cache_timeouts: it.cacheTimeouts,
    cache_read_errors: it.cacheReadErrors,
    non_cacheable_compilations: it.nonCacheableCompilations,
    forced_recaches: it.forcedRecaches,
    cache_write_errors: it.cacheWriteErrors,
    cache_writes: it.cacheWrites,
    cache_write_duration: duration(it.cacheWriteMs),
    cache_read_hit_duration: duration(it.cacheReadHitMs),
    compilations: it.compilations,
    compiler_write_duration: duration(it.compilerMs),
    compile_fails: it.compileFails,
    not_cached: it.notCached,
    dist_compiles: it.distCompiles,
    dist_errors: it.distErrors,
    ...(Object.keys(it.distRepeated).length === 0 ? {} : { dist_repeated: it.distRepeated }),
    multi_level: null,
  };
}

/** Where results are kept, as `Storage.status()` and the settings tell it. */
export interface CacheFacts {
  readonly location: string;
  readonly size: number | undefined;
  readonly maxSize: number | undefined;
  readonly directMode: boolean;
  readonly basedirs: readonly string[];
  /** Undefined when no daemon runs. */
  readonly readOnly: boolean | undefined;
  readonly version: string;
}

export function statisticsInfo(statistics: Statistics, cache: CacheFacts): StatisticsInfo {
  return {
    stats: statisticsJson(statistics),
    cache_location: cache.location,
    cache_size: cache.size ?? null,
    max_cache_size: cache.maxSize ?? null,
    use_preprocessor_cache_mode: cache.directMode,
    version: cache.version,
    basedirs: cache.basedirs,
    effective_cache_mode: cache.readOnly === undefined ? null : cache.readOnly ? 'ReadOnly' : 'ReadWrite',
  };
}
