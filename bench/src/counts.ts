// Knows: how each caching tool tells its hits and misses. Refuses to know: what was compiled.
import { run, sum } from '@sccache-ts/fixtures';
import type { Stats } from '@sccache-ts/fixtures';

export interface Counts {
  readonly hits: number;
  readonly misses: number;
}

type Env = Readonly<Record<string, string>>;

async function told(program: string, args: readonly string[], env: Env): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, { env, timeoutMs: 30_000 });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} exits ${code}: ${stderr.toString().slice(-300)}`);
  return stdout.toString();
}

/** Of sccache and of whatever answers as it does. */
export async function sccacheCounts(program: string, env: Env): Promise<Counts> {
  const { stats } = JSON.parse(await told(program, ['--show-stats', '--stats-format', 'json'], env)) as Stats;
  return { hits: sum(stats.cache_hits.counts), misses: sum(stats.cache_misses.counts) };
}

/** From the lines of `ccache --print-stats`: a name, a tab and a number each. */
export function parseCcacheStats(text: string): Counts {
  const counts = new Map(text.split('\n').map((line) => line.split('\t')).map(([name = '', count]) => [name, Number(count)]));
  const of = (name: string): number => counts.get(name) ?? 0;
  return { hits: of('direct_cache_hit') + of('preprocessed_cache_hit'), misses: of('cache_miss') };
}

export const ccacheCounts = async (env: Env): Promise<Counts> => parseCcacheStats(await told('ccache', ['--print-stats'], env));
