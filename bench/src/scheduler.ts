// Knows: what the scheduler alone costs: its rules, and the whole of it over HTTP with build servers that agree at once.
// Refuses to know: compiles.
import { Worker } from 'node:worker_threads';
import { silentLog } from '@sccache-ts/core/base';
import { assignJobReplyCodec } from '@sccache-ts/core/wire';
import { runScheduler, type SchedulerPorts, systemClock } from '@sccache-ts/scheduler';
import { quantile, type Table } from './figures.js';
import { measureSteps, size } from './scheduler-fleet.js';
import type { Load, LoadFigures } from './scheduler-load.js';

const rounds = { steps: 50_000, requests: 5_000 } as const;

const assigned = assignJobReplyCodec.encode({ state: 'Ready', needToolchain: false });
/** Build servers that answer before they are asked. */
const agreeable: SchedulerPorts['http'] = { request: async () => ({ status: 200, headers: {}, body: assigned }) };

function playAgainst(load: Load): Promise<LoadFigures> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./scheduler-load.js', import.meta.url), { workerData: load });
    worker.on('message', resolve).on('error', reject);
  });
}

async function measureRequests(load: Omit<Load, 'port'>): Promise<LoadFigures> {
  const scheduler = await runScheduler(
    {
      publicAddr: { host: '127.0.0.1', port: 0, family: 4 },
      clientAuth: { kind: 'DANGEROUSLY_INSECURE' },
      serverAuth: { kind: 'DANGEROUSLY_INSECURE' },
      trustedProxies: [],
      drainSeconds: 1,
      metricsAddr: undefined,
      logFormat: 'text',
    },
    { clock: systemClock, http: agreeable, log: silentLog },
  );
  try {
    return await playAgainst({ ...load, port: scheduler.address.port });
  } finally {
    await scheduler.close();
  }
}

const figure = (ms: number): string => (ms < 1 ? `${(ms * 1000).toFixed(1)} µs` : `${ms.toFixed(2)} ms`);

function row(name: string, times: readonly number[], elapsedMs: number): string[] {
  return [name, Math.round((times.length / elapsedMs) * 1000).toString(), figure(quantile(times, 0.5)), figure(quantile(times, 0.99)), figure(quantile(times, 1))];
}

const sum = (times: readonly number[]): number => times.reduce((total, ms) => total + ms, 0);

/** Allocations per second and how long one takes, with many servers and jobs in flight. */
export async function schedulerTable(): Promise<Table> {
  // Warm, as a daemon is.
  measureSteps(rounds.steps / 5);
  const { allocations, lives } = measureSteps(rounds.steps);
  const rows = [
    row('rules: one allocation', allocations, sum(allocations)),
    row('rules: a job from allocation to completion', lives, sum(lives)),
  ];
  for (const [name, clients, keepAlive] of [
    ['HTTP: one client at a time, connections kept', 1, true],
    ['HTTP: 32 clients, connections kept', 32, true],
    ['HTTP: 32 clients, a connection for each request, as sccache', 32, false],
  ] as const) {
    const figures = await measureRequests({ allocations: rounds.requests, clients, keepAlive });
    rows.push(row(name, figures.allocations, figures.elapsedMs));
  }
  return {
    title: 'The scheduler alone',
    note:
      `${size.servers} build servers of ${size.cpus} processors, ${size.jobs} jobs in flight, ${size.toolchains} toolchains. Over HTTP every allocation comes with ` +
      'the two reports that its job makes (Started, Complete), the build servers agree at once, and clients and scheduler share the machine.',
    head: ['what', 'allocations/s', 'median', 'p99', 'longest'],
    rows,
  };
}
