// Knows: what a build did, in one line: from the daemon's statistics before and after it. Refuses to know: who built.
import { type StatisticsInfo, type StatisticsJson, sum } from '@sccache-ts/client';
import { commandDaemon, reachListeningDaemon } from '@sccache-ts/core/host';
import type { CommandContext } from '../context.js';
import { placeOf } from '../daemon.js';

/** Nobody waits longer than this for numbers; a build least of all. */
const patienceMs = 1_000;

/** `none`: no daemon runs. `silent`: one does, but it does not answer in time, or not in words that we know. */
export type Numbers = StatisticsJson | 'none' | 'silent';

export async function statisticsNow(context: CommandContext): Promise<Numbers> {
  try {
    const daemon = await reachListeningDaemon(placeOf(context), { uid: context.uid, timeoutMs: patienceMs });
    if (daemon === undefined) return 'none';
    const { value } = await commandDaemon(daemon, { build: context.build, name: 'stats', timeoutMs: patienceMs });
    daemon.end();
    return (value as StatisticsInfo).stats;
  } catch {
    // Numbers for a line that nobody needs: no build fails for them.
    return 'silent';
  }
}

const numbers = {
  requests: (it: StatisticsJson) => it.compile_requests,
  hits: (it: StatisticsJson) => sum(it.cache_hits.counts),
  // Looked for and not found, whether or not it could be stored afterwards.
  misses: (it: StatisticsJson) => it.requests_executed - sum(it.cache_hits.counts) - sum(it.cache_errors.counts),
  away: (it: StatisticsJson) => sum(it.dist_compiles),
  declined: (it: StatisticsJson) => it.requests_not_cacheable + it.requests_not_compile + it.requests_unsupported_compiler,
};

/**
 * @param before `silent`: nobody knows what of the numbers belongs to this build
 * @returns undefined when nothing was compiled, or nobody can tell. Compiles of other builds of this user in the meantime count too.
 */
export function compileSummary(before: Numbers, after: Numbers): string | undefined {
  if (typeof after === 'string' || before === 'silent') return undefined;
  // Zeroed, or another daemon: then all there is belongs to this build.
  const base = before !== 'none' && before.compile_requests <= after.compile_requests ? before : undefined;
  const count = (of: (it: StatisticsJson) => number): number => Math.max(0, of(after) - (base === undefined ? 0 : of(base)));
  if (count(numbers.requests) === 0) return undefined;
  const [hits, misses, away, declined] = [numbers.hits, numbers.misses, numbers.away, numbers.declined].map(count);
  return `sccache-ts: ${hits} hits, ${misses} misses, ${away} compiled on build servers, ${declined} declined`;
}
