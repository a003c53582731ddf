// Knows: how often jobs have ended in which way since this server started. Refuses to know: why, and who asks.
import type { FaultCode } from '@sccache-ts/core/base';
import type { RunJobReply } from '@sccache-ts/core/wire';

/**
 * `done`: the command succeeded. `failed`: it exited with another code, and the client was told so. A code: the client was
 * sent home, e.g. JOB_OVER_MEMORY for a job that used more memory than it may.
 */
export type JobEnd = 'done' | 'failed' | FaultCode;

export interface JobEnds {
  count(end: JobEnd): void;
  /** Only ends that there were, in the order in which each came first. */
  counts(): Readonly<Partial<Record<JobEnd, number>>>;
}

export const endOf = (reply: RunJobReply): JobEnd => {
  if (reply.kind !== 'Complete') return 'JOB_UNKNOWN';
  return reply.output.code === 0 ? 'done' : 'failed';
};

export function createJobEnds(): JobEnds {
  const counted = new Map<JobEnd, number>();
  return {
    count: (end) => void counted.set(end, (counted.get(end) ?? 0) + 1),
    counts: () => Object.fromEntries(counted),
  };
}
