// Knows: which job was assigned which toolchain, for a while. Refuses to know: what becomes of it.
import type { ArchiveId, JobId } from '@sccache-ts/core/wire';

export interface AssignedJob {
  readonly archiveId: ArchiveId;
  /** Lets the toolchain's archive go again. */
  readonly release: () => void;
}

export interface JobTable {
  /** An id that is there already is overwritten: a restarted scheduler counts from 0 again. */
  assign(id: JobId, job: AssignedJob): void;
  find(id: JobId): AssignedJob | undefined;
  /** Takes it out; its `release` is now the caller's to call. */
  take(id: JobId): AssignedJob | undefined;
  /** Its client has been heard of just now: it comes for its job soon. */
  renew(id: JobId): void;
  /** Forgets what nobody came for. */
  sweep(): void;
  readonly size: number;
  /** Those whose clients may still come: they were assigned or heard of lately. Of the others hardly anybody will hear again. */
  readonly expected: readonly JobId[];
}

/** Longer than any scheduler keeps a job that nobody claims. */
const keptMs = 30 * 60_000;
const mostJobs = 10_000;
/** A client comes for its job at once, or begins to send the toolchain; while it sends, it is not only expected but there. */
const comingMs = 60_000;

export function createJobTable(monotonicMs: () => number): JobTable {
  /** Oldest first: an overwritten id goes to the end. */
  const jobs = new Map<JobId, AssignedJob & { readonly since: number }>();

  function take(id: JobId): AssignedJob | undefined {
    const job = jobs.get(id);
    jobs.delete(id);
    return job;
  }

  function sweep(): void {
    const now = monotonicMs();
    for (const [id, { since }] of jobs) {
      if (jobs.size <= mostJobs && now - since < keptMs) return;
      take(id)?.release();
    }
  }

  return {
    assign(id, job) {
      take(id)?.release();
      jobs.set(id, { ...job, since: monotonicMs() });
      sweep();
    },
    find: (id) => jobs.get(id),
    take,
    sweep,
    renew(id) {
      const job = take(id);
      if (job !== undefined) jobs.set(id, { ...job, since: monotonicMs() });
    },
    get expected() {
      const now = monotonicMs();
      return [...jobs].filter(([, { since }]) => now - since < comingMs).map(([id]) => id);
    },
    get size() {
      return jobs.size;
    },
  };
}
