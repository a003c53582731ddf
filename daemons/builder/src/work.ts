// Knows: what is under way on this server, and how it comes to an end when no more is wanted. Refuses to know: what the work is.
import { setTimeout as nap } from 'node:timers/promises';
import { Fault } from '@sccache-ts/core/base';
import type { JobId } from '@sccache-ts/core/wire';

export interface Work {
  /** True from the moment when no new job is taken any more. */
  readonly draining: boolean;
  /** Uploads and jobs under way. */
  readonly running: number;
  /** Aborted when what still runs is handed back: its clients compile at home. */
  readonly handBack: AbortSignal;
  /** Something begins; call what is returned when it has ended. */
  enter(job: JobId): () => void;
  /** Jobs of all that is under way. */
  readonly jobs: Iterable<JobId>;
  /** From now on nothing new is taken. */
  refuse(): void;
  /** Resolves when nothing runs any more and nothing is to be expected; what still runs after `withinMs` is handed back first. */
  settled(options: DrainOptions): Promise<void>;
}

export interface DrainOptions {
  readonly withinMs: number;
  /** Jobs that were promised a place, and whose clients have not come yet. */
  readonly promised: () => number;
}

/** A client comes at once for its job, unless it has gone away. */
const quietMs = 2_000;
const lookMs = 50;

export function createWork(monotonicMs: () => number): Work {
  const hand = new AbortController();
  let draining = false;
  const under = new Set<{ readonly job: JobId }>();
  let lastMove = monotonicMs();
  const move = (): void => void (lastMove = monotonicMs());
  const idle = (promised: number): boolean => under.size === 0 && (promised === 0 || monotonicMs() - lastMove >= quietMs);
  return {
    get draining() {
      return draining;
    },
    get running() {
      return under.size;
    },
    handBack: hand.signal,
    enter(job) {
      const entry = { job };
      under.add(entry);
      move();
      return () => {
        under.delete(entry);
        move();
      };
    },
    get jobs() {
      return [...under].map(({ job }) => job);
    },
    refuse() {
      if (!draining) lastMove = monotonicMs();
      draining = true;
    },
    async settled({ withinMs, promised }) {
      const until = monotonicMs() + withinMs;
      while (!idle(promised()) && monotonicMs() < until) await nap(lookMs);
      hand.abort(new Fault('CANCELLED', 'this build server is being stopped; the job goes back to its client'));
      // Killing a sandbox takes a moment; more than that is not waited for.
      const dead = monotonicMs() + quietMs;
      while (under.size > 0 && monotonicMs() < dead) await nap(lookMs);
    },
  };
}
