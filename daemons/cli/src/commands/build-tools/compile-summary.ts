// Knows: what a build did, in one line: from the daemon's statistics before and after it. Refuses to know: who built.
import type { StatisticsInfo, StatisticsJson } from '@sccache-ts/client';
import type { CommandContext } from '../context.js';
import { askDaemon, reachDaemon } from '../daemon.js';

/** Undefined: no daemon runs, or it does not answer. */
export async function statisticsNow(context: CommandContext): Promise<StatisticsJson | undefined> {
  try {
    const daemon = await reachDaemon(context);
    return daemon === undefined ? undefined : ((await askDaemon(daemon, context, 'stats')) as StatisticsInfo).stats;
  } catch {
    // Numbers for a line that nobody needs: no build fails for them.
    return undefined;
  }
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((all, one) => all + one, 0);

const numbers = {
  requests: (it: StatisticsJson) => it.compile_requests,
  hits: (it: StatisticsJson) => sum(it.cache_hits.counts),
  // Looked for and not found, whether or not it could be stored afterwards.
  misses: (it: StatisticsJson) => it.requests_executed - sum(it.cache_hits.counts) - sum(it.cache_errors.counts),
  away: (it: StatisticsJson) => sum(it.dist_compiles),
  declined: (it: StatisticsJson) => it.requests_not_cacheable + it.requests_not_compile + it.requests_unsupported_compiler,
};

/** @returns undefined when nothing was compiled. Compiles of other builds of this user in the meantime count too. */
export function compileSummary(before: StatisticsJson | undefined, after: StatisticsJson | undefined): string | undefined {
  if (after === undefined) return undefined;
  // Zeroed, or another daemon: then all there is belongs to this build.
  const base = before !== undefined && before.compile_requests <= after.compile_requests ? before : undefined;
  const count = (of: (it: StatisticsJson) => number): number => Math.max(0, of(after) - (base === undefined ? 0 : of(base)));
  if (count(numbers.requests) === 0) return undefined;
  const [hits, misses, away, declined] = [numbers.hits, numbers.misses, numbers.away, numbers.declined].map(count);
  return `sccache-ts: ${hits} hits, ${misses} misses, ${away} compiled on build servers, ${declined} declined`;
}
