// Knows: what a build server says of itself with each heartbeat. Refuses to know: how that travels and who reads it.
import { reportedJobs, reportedToolchains, type ServerConduct, type ServerReport } from '@sccache-ts/core/wire';
import type { Builder } from './builder.js';

interface About {
  readonly version: string;
  readonly slots: number;
  /** Milliseconds that never go back. */
  readonly now: number;
  readonly startedAt: number;
}

const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1000));

/** Numbers beyond 2^53 are no scheduler's of ours. */
function jobsOf({ jobs, work }: Pick<Builder, 'jobs' | 'work'>): Pick<ServerReport, 'jobs'> {
  const all = new Set([...jobs.expected, ...work.jobs].filter((job): job is number => typeof job === 'number'));
  return all.size > reportedJobs ? {} : { jobs: [...all] };
}

export function reportOf(builder: Omit<Builder, 'link'>, conduct: ServerConduct, about: About): ServerReport {
  const { figures, slots, cache, sandbox } = builder;
  const { lastTrouble } = figures;
  return {
    conduct,
    version: about.version,
    mode: `${sandbox.mode.as}, ${sandbox.mode.layers}${sandbox.openDisk === undefined ? '' : ', disks in memory'}`,
    slots: about.slots,
    running: slots.busy,
    done: figures.jobs.done,
    failed: figures.jobs.failed,
    toolchains: cache.newest(reportedToolchains),
    toolchainBytes: cache.bytes,
    upSeconds: seconds(about.now - about.startedAt),
    ...jobsOf(builder),
    ...(lastTrouble === undefined ? {} : { lastError: { message: lastTrouble.message, agoSeconds: seconds(about.now - lastTrouble.at) } }),
  };
}
