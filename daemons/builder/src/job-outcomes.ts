// Knows: how often jobs have ended in which way since this server started. Refuses to know: why, and who asks.
import type { FaultCode } from '@sccache-ts/core/base';
import type { RunJobReply } from '@sccache-ts/core/wire';

/**
 * `done`: the command succeeded. `failed`: it exited with another code, and the client was told so. A code: the client was
 * sent home, e.g. JOB_OVER_MEMORY for a job that used more memory than it may.
 */
export type JobOutcome = 'done' | 'failed' | FaultCode;

export interface JobOutcomes {
  count(outcome: JobOutcome): void;
  /** Only outcomes that there were, in the order in which each came first. */
  counts(): Readonly<Partial<Record<JobOutcome, number>>>;
}

export const outcomeOf = (reply: RunJobReply): JobOutcome => {
  if (reply.kind !== 'Complete') return 'JOB_UNKNOWN';
  return reply.output.code === 0 ? 'done' : 'failed';
};

export function createJobOutcomes(): JobOutcomes {
  const counted = new Map<JobOutcome, number>();
  return {
    count: (outcome) => void counted.set(outcome, (counted.get(outcome) ?? 0) + 1),
    counts: () => Object.fromEntries(counted),
  };
}
