// Knows: how long a build server that refused or ignored a job is left alone, and that its return is tried with one job.
// Refuses to know: why it failed. Failed compiles and lost clients are not failures of the server.
import type { JobNumber } from './fleet.js';

/** Failures in a row. */
export interface Failures {
  readonly count: number;
  readonly lastAt: number;
  /** From then on one job may try. */
  readonly retryAt: number;
  /** The job that is trying. */
  readonly probe: JobNumber | undefined;
}

/** `due`: one job may try. `resting`: no job, because it failed a moment ago or is being tried already. */
export type Health = 'well' | 'due' | 'resting';

const firstRestMs = 2_000;
/** As long as sccache's scheduler avoids a server after one failure. */
export const longestRestMs = 300_000;

export function healthOf(failures: Failures | undefined, at: number): Health {
  if (failures === undefined) return 'well';
  return failures.probe === undefined && at >= failures.retryAt ? 'due' : 'resting';
}

/**
 * After one more failed assignment: rests of 2, 4, 8 … 300 s. Jobs that were already on their way when the server failed
 * first tell nothing new, so a burst counts once.
 */
export function afterFailure(before: Failures | undefined, job: { number: JobNumber; allocatedAt: number }, at: number): Failures {
  const probed = before?.probe === job.number;
  if (before !== undefined && !probed && job.allocatedAt <= before.lastAt) return before;
  const count = (before?.count ?? 0) + 1;
  const rest = Math.min(longestRestMs, firstRestMs * 2 ** Math.min(count - 1, 20));
  return { count, lastAt: at, retryAt: at + rest, probe: undefined };
}
