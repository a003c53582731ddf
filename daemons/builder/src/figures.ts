// Knows: what a build server counts and measures, and its last trouble. Refuses to know: how any of it comes about.
import { type Counter, createMetrics, type Histogram, isFault, type Metrics } from '@sccache-ts/core/base';
import type { Builder } from './builder.js';
import { createJobEnds, type JobEnds } from './job-ends.js';

/**
 * `complete`: the command exited with 0. `compiler`: it did not, and its client was told. `repeat`: the same, and its client compiles at home to
 * learn the exact code. `unknown`: not assigned here, or without its toolchain. `busy`: no place. `cancelled`: the client went away. `handed-back`: the
 * server was being stopped. `failed`: this server's fault, or the network's.
 */
export type JobOutcome = 'complete' | 'compiler' | 'repeat' | 'unknown' | 'busy' | 'cancelled' | 'handed-back' | 'failed';
const outcomes: readonly JobOutcome[] = ['complete', 'compiler', 'repeat', 'unknown', 'busy', 'cancelled', 'handed-back', 'failed'];

export interface Trouble {
  readonly message: string;
  /** Of the clock that never goes back, milliseconds. */
  readonly at: number;
}

export interface BuilderFigures {
  readonly metrics: Metrics;
  readonly jobs: { add(outcome: JobOutcome): void; readonly done: number; readonly failed: number };
  /** The same jobs more closely: which limit or trouble it was. */
  readonly ends: JobEnds;
  /** Milliseconds by step. */
  steps(steps: Readonly<Record<string, number>>): void;
  readonly bytes: Counter;
  readonly uploads: Counter;
  readonly beats: Counter;
  trouble(message: string): void;
  readonly lastTrouble: Trouble | undefined;
}

/** Seconds: from a small C file to a large crate. */
const stepBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1200];

/** What a failed job counts as. */
export function outcomeOf(thrown: unknown, handedBack: boolean): JobOutcome {
  if (isFault(thrown, 'RESULT_DOUBTFUL')) return 'repeat';
  if (handedBack && !isFault(thrown, 'JOB_STATE_INVALID')) return 'handed-back';
  if (isFault(thrown, 'CANCELLED') || isFault(thrown, 'HTTP_UNREACHABLE')) return 'cancelled';
  if (isFault(thrown, 'NO_CAPACITY')) return 'busy';
  return 'failed';
}

export function createFigures(monotonicMs: () => number): BuilderFigures {
  const metrics = createMetrics();
  const jobs = metrics.counter('sccache_ts_jobs_total', 'Jobs by outcome', outcomes.map((outcome) => ({ outcome })));
  const ends = createJobEnds();
  metrics.counted('sccache_ts_job_ends_total', 'Jobs by what their clients were told', () => Object.entries(ends.counts()).map(([end, value]) => ({ labels: { end }, value })));
  const step: Histogram = metrics.histogram('sccache_ts_job_step_seconds', 'Time of the steps of jobs that were answered', stepBounds);
  let lastTrouble: Trouble | undefined;
  let done = 0;
  let failed = 0;
  return {
    metrics,
    ends,
    jobs: {
      add(outcome) {
        jobs.add({ outcome });
        if (outcome === 'complete' || outcome === 'compiler' || outcome === 'repeat') done += 1;
        if (outcome === 'failed') failed += 1;
      },
      get done() {
        return done;
      },
      get failed() {
        return failed;
      },
    },
    steps(steps) {
      for (const [name, ms] of Object.entries(steps)) step.observe(ms / 1000, { step: name });
    },
    bytes: metrics.counter('sccache_ts_bytes_total', 'Bytes of bodies', ['toolchain', 'inputs', 'outputs'].map((kind) => ({ kind }))),
    uploads: metrics.counter('sccache_ts_toolchain_uploads_total', 'Toolchains that clients sent, by what became of them', [{ result: 'stored' }, { result: 'failed' }]),
    beats: metrics.counter('sccache_ts_heartbeats_total', 'Heartbeats by whether the scheduler took them', [{ result: 'taken' }, { result: 'failed' }]),
    trouble(message) {
      lastTrouble = { message, at: monotonicMs() };
    },
    get lastTrouble() {
      return lastTrouble;
    },
  };
}

/** Adds what is read off the server's parts. */
export function addGauges({ figures, work, slots, jobs, cache, toolchains, link }: Builder, slotCount: number): void {
  const { metrics } = figures;
  const gauge = (name: string, help: string, read: () => number): void => metrics.gauge(name, help, () => [{ value: read() }]);
  metrics.gauge('sccache_ts_jobs', 'Jobs by state', () => [
    { labels: { state: 'assigned' }, value: jobs.size },
    { labels: { state: 'waiting' }, value: slots.waiting },
    { labels: { state: 'running' }, value: slots.busy },
  ]);
  gauge('sccache_ts_slots', 'Jobs that may run at once', () => slotCount);
  gauge('sccache_ts_draining', '1 while no new jobs are taken because the server is being stopped', () => Number(work.draining));
  gauge('sccache_ts_scheduler_up', '1 when the last heartbeat was taken', () => Number(link.connected));
  gauge('sccache_ts_toolchain_archives', 'Toolchain archives in the cache', () => cache.count);
  gauge('sccache_ts_toolchain_archive_bytes', 'Bytes of toolchain archives in the cache', () => cache.bytes);
  gauge('sccache_ts_toolchain_archive_bytes_limit', 'Most bytes of toolchain archives', () => cache.maxBytes);
  gauge('sccache_ts_toolchain_unpacked_bytes', 'Bytes of unpacked toolchains', () => toolchains.bytes);
}
