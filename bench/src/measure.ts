// Knows: how one compile's wall time and processor time are taken. Refuses to know: tools and tables.
import { run } from '@sccache-ts/fixtures';
import type { Front } from './fronts.js';

export interface Sample {
  readonly wallMs: number;
  /** User and system time of the front and of all that it started and waited for. */
  readonly cpuMs: number;
}

/**
 * Runs one compile through a front, `times` over, and gives the mean of those.
 * @throws Error when one fails, since a failed compile measures nothing
 */
export async function sample(front: Front, command: readonly string[], place: { readonly cwd: string; readonly times?: number }): Promise<Sample> {
  const { cwd, times = 1 } = place;
  // bash counts the processor time of what it waited for, which node cannot tell of its children.
  const script = `TIMEFORMAT="%3R %3U %3S"; time for ((i = 0; i < ${times}; i += 1)); do "$@" || exit; done`;
  const { code, stderr } = await run('bash', ['-c', script, 'bench', ...front.prefix, ...command], { cwd, env: front.env, timeoutMs: 600_000 });
  const lines = stderr.toString().trim().split('\n');
  const [real = Number.NaN, user = Number.NaN, system = Number.NaN] = (lines.at(-1) ?? '').split(' ').map(Number);
  if (code !== 0 || Number.isNaN(real)) throw new Error(`${front.name}: exit ${code}: ${lines.slice(-3).join(' ')}`);
  return { wallMs: (real * 1000) / times, cpuMs: ((user + system) * 1000) / times };
}
