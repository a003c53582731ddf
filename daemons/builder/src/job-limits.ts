// Knows: what the settings of a build server mean for one job. Refuses to know: how limits are kept.
import { type PerformLimits, performLimits } from '@sccache-ts/core/engine';
import type { JobSettings } from './settings.js';

const cpuPerSecond = 4;
const leastMemory = 1024 ** 3;

/** @param machineBytes of memory that this server may use */
export function limitsOf(seconds: number, settings: JobSettings, machineBytes: number): PerformLimits {
  return {
    ...performLimits,
    inputs: {
      maxBytes: Math.min(performLimits.inputs.maxBytes, settings.disk),
      maxEntries: Math.min(performLimits.inputs.maxEntries, settings.files),
    },
    timeMs: seconds * 1000,
    cpuSeconds: settings.cpuSeconds ?? seconds * cpuPerSecond,
    memoryBytes: settings.memory ?? Math.max(leastMemory, Math.floor(machineBytes / 2)),
    processes: settings.processes,
    diskBytes: settings.disk,
    files: settings.files,
    outputBytes: settings.output,
    streamBytes: Math.min(performLimits.streamBytes, settings.output),
  };
}
