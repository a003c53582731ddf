// Knows: what a build server says of itself with each heartbeat. Refuses to know: how that travels and who reads it.
import { reportedToolchains, type ServerConduct, type ServerReport } from '@sccache-ts/core/wire';
import type { Builder } from './builder.js';

interface About {
  readonly version: string;
  readonly slots: number;
  /** Milliseconds that never go back. */
  readonly now: number;
  readonly startedAt: number;
}

const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1000));

export function reportOf(builder: Omit<Builder, 'link'>, conduct: ServerConduct, about: About): ServerReport {
  const { figures, slots, cache, sandbox } = builder;
  const { lastTrouble } = figures;
  return {
    conduct,
    version: about.version,
    mode: sandbox.kind,
    slots: about.slots,
    running: slots.busy,
    done: figures.jobs.done,
    failed: figures.jobs.failed,
    toolchains: cache.newest(reportedToolchains),
    toolchainBytes: cache.bytes,
    upSeconds: seconds(about.now - about.startedAt),
    ...(lastTrouble === undefined ? {} : { lastError: { message: lastTrouble.message, agoSeconds: seconds(about.now - lastTrouble.at) } }),
  };
}
