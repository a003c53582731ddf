// Knows: how this process itself is doing: memory, processor time, open files, lag of its event loop. Refuses to know: what it works on.
import { readdirSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics, Sample } from '../base/index.js';

export interface ProcessFigures {
  close(): void;
}

/** Finer than any lag that would matter, and cheap. */
const resolutionMs = 20;

/** The last interval's lags in seconds, less what the measuring itself waits; then a new interval begins. */
function lagOf(delays: IntervalHistogram): readonly Sample[] {
  const seconds = (ns: number): number => (Number.isFinite(ns) ? Math.max(0, ns / 1e9 - resolutionMs / 1000) : 0);
  const samples = [
    { labels: { quantile: '0.5' }, value: seconds(delays.percentile(50)) },
    { labels: { quantile: '0.99' }, value: seconds(delays.percentile(99)) },
    { labels: { quantile: '1' }, value: seconds(delays.max) },
  ];
  delays.reset();
  return samples;
}

/** Where /proc is not, NaN: such a figure is left out. */
function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    // No such place on this system: the figure is not given there.
    return Number.NaN;
  }
}

/** Adds the figures under the names that Prometheus' own client libraries use, and keeps measuring until closed. */
export function addProcessFigures(metrics: Metrics, about: { readonly version: string; readonly startedMs: number }): ProcessFigures {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  const one = (value: number): readonly Sample[] => [{ value }];
  const memory = (): NodeJS.MemoryUsage => process.memoryUsage();
  metrics.gauge('sccache_ts_build_info', 'Version of this program', () => [{ labels: { version: about.version, node: process.version }, value: 1 }]);
  metrics.gauge('process_start_time_seconds', 'When this process was started, seconds since 1970', () => one(about.startedMs / 1000));
  metrics.counted('process_cpu_seconds_total', 'Processor time of this process, without its jobs', () => {
    const { user, system } = process.cpuUsage();
    return one((user + system) / 1e6);
  });
  metrics.gauge('process_resident_memory_bytes', 'Resident memory', () => one(memory().rss));
  metrics.gauge('nodejs_heap_size_used_bytes', 'Memory that JavaScript uses', () => one(memory().heapUsed));
  metrics.gauge('nodejs_external_memory_bytes', 'Memory outside of JavaScript that belongs to its objects', () => one(memory().external));
  metrics.gauge('process_open_fds', 'Open file descriptors', () => one(openFiles()));
  metrics.gauge('nodejs_eventloop_lag_seconds', 'How late the event loop was since the figures were last asked for', () => lagOf(delays));
  return { close: () => void delays.disable() };
}
