// Knows: what a scheduler counts and measures. Refuses to know: how any of it comes about.
import { type Counter, createMetrics, type Metrics, type Sample } from '@sccache-ts/core/base';
import { type Fleet, slotsOf, totalsOf } from '@sccache-ts/core/scheduling';
import type { ServerNotes } from './server-notes.js';

export interface SchedulerFigures {
  readonly metrics: Metrics;
  /** Questions for a build server, by answer: `placed`, `full`, `stopping`, `failed`, `cancelled`. */
  readonly allocations: Counter;
  /** Seconds that clients waited for the answer. */
  waited(seconds: number): void;
  /** Attempts to place a job on a server that it refused or did not answer. */
  readonly assignFailures: Counter;
  /** How jobs ended: `complete`, `lost` with their server, `unclaimed`. */
  readonly ended: Counter;
  readonly beats: Counter;
  readonly refusals: Counter;
}

const kinds = (label: string, values: readonly string[]): readonly Readonly<Record<string, string>>[] => values.map((value) => ({ [label]: value }));
const waitBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

export function createFigures(): SchedulerFigures {
  const metrics = createMetrics();
  const wait = metrics.histogram('sccache_ts_allocation_seconds', 'Time until a client that asked for a build server had its answer', waitBounds);
  return {
    metrics,
    allocations: metrics.counter('sccache_ts_allocations_total', 'Questions for a build server by answer', kinds('result', ['placed', 'full', 'stopping', 'failed', 'cancelled'])),
    waited: (seconds) => wait.observe(seconds),
    assignFailures: metrics.counter('sccache_ts_assign_failures_total', 'Build servers that refused a job or did not answer', [{}]),
    ended: metrics.counter('sccache_ts_jobs_total', 'Jobs by outcome', kinds('outcome', ['complete', 'lost', 'unclaimed'])),
    beats: metrics.counter('sccache_ts_heartbeats_total', 'Heartbeats that were taken', [{}]),
    refusals: metrics.counter('sccache_ts_refused_tokens_total', 'Requests whose token was refused, by who sent it', kinds('caller', ['client', 'server'])),
  };
}

const stages = ['assigning', 'Pending', 'Ready', 'Started'] as const;

function jobSamples(fleet: Fleet): readonly Sample[] {
  const counts = new Map<string, number>(stages.map((stage) => [stage, 0]));
  for (const { stage } of fleet.jobs.values()) counts.set(stage, (counts.get(stage) ?? 0) + 1);
  return [...counts].map(([stage, value]) => ({ labels: { state: stage.toLowerCase() }, value }));
}

function serverSamples(fleet: Fleet, now: number): readonly Sample[] {
  const counts = { serving: 0, draining: 0, resting: 0 };
  for (const { draining, failures } of fleet.servers.values()) {
    counts[draining ? 'draining' : failures !== undefined && now < failures.retryAt ? 'resting' : 'serving'] += 1;
  }
  return Object.entries(counts).map(([state, value]) => ({ labels: { state }, value }));
}

/** Adds what is read off the fleet when somebody asks. */
export function addGauges({ metrics }: SchedulerFigures, fleet: Fleet, around: { readonly notes: ServerNotes; readonly now: () => number; readonly stopping: () => boolean }): void {
  const each = (value: (server: Fleet['servers'] extends ReadonlyMap<string, infer S> ? S : never) => number): readonly Sample[] =>
    [...fleet.servers.values()].map((server) => ({ labels: { server: server.name }, value: value(server) }));
  metrics.gauge('sccache_ts_jobs', 'Jobs by state', () => jobSamples(fleet));
  metrics.gauge('sccache_ts_servers', 'Build servers by state', () => serverSamples(fleet, around.now()));
  metrics.gauge('sccache_ts_cpus', 'Processors of all build servers', () => [{ value: totalsOf(fleet).cpus }]);
  metrics.gauge('sccache_ts_slots', 'Jobs that all build servers take at once', () => [
    { value: [...fleet.servers.values()].reduce((sum, { profile, draining }) => sum + (draining ? 0 : slotsOf(profile.cpus)), 0) },
  ]);
  metrics.gauge('sccache_ts_server_jobs', 'Jobs of each build server', () => each(({ jobs }) => jobs.size));
  metrics.gauge('sccache_ts_server_silence_seconds', 'Time since each build server was heard', () => each(({ seenAt }) => (around.now() - seenAt) / 1000));
  metrics.gauge('sccache_ts_servers_lost', 'Build servers that were lost within the last hour and have not come back', () => [
    { value: around.notes.lost(around.now()).length },
  ]);
  metrics.gauge('sccache_ts_draining', '1 while no new jobs are placed because the scheduler is being stopped', () => [{ value: Number(around.stopping()) }]);
}
