// Knows: what the settings of a build server mean for one job. Refuses to know: how limits are kept.
import { type PerformLimits, performLimits } from '@sccache-ts/core/engine';
import { type BuilderSettings, usualJob, usualSandbox } from './settings.js';

const cpuPerSecond = 4;
const leastMemory = 1024 ** 3;

/** @param machineBytes of memory that this server may use */
export function limitsOf({ jobSeconds: seconds, job: settings = usualJob, sandbox = usualSandbox }: Pick<BuilderSettings, 'jobSeconds' | 'job' | 'sandbox'>, machineBytes: number): PerformLimits {
  const memoryBytes = settings.memory ?? Math.max(leastMemory, Math.floor(machineBytes / 2));
  // A disk in memory is memory of the job.
  const diskBytes = sandbox.disk === 'memory' ? Math.min(settings.disk, memoryBytes) : settings.disk;
  return {
    ...performLimits,
    inputs: {
      maxBytes: Math.min(performLimits.inputs.maxBytes, diskBytes),
      maxEntries: Math.min(performLimits.inputs.maxEntries, settings.files),
    },
    timeMs: seconds * 1000,
    cpuSeconds: settings.cpuSeconds ?? seconds * cpuPerSecond,
    memoryBytes,
    processes: settings.processes,
    diskBytes,
    files: settings.files,
    outputBytes: settings.output,
    streamBytes: Math.min(performLimits.streamBytes, settings.output),
  };
}
