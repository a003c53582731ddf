// Knows: that the kernel may refuse a job its first processes because of other jobs, and that this passes. Refuses to know: the sandbox's words.
import { setTimeout as wait } from 'node:timers/promises';
import type { SandboxProcessEnd } from './sandbox-process.js';

/**
 * Where all jobs have one user the kernel counts their processes together: while one goes over its limit, for the moments
 * until the watch has ended all of it, no other can begin. Longer than that takes on a busy machine, and short beside what a
 * client waits.
 */
const patienceMs = 10_000;
const pauseMs = 100;

const refusal = /^(?:bwrap|sandbox-enter|unshare|setpriv|prlimit|sh|mount): .*(?:Resource temporarily unavailable|Cannot fork)/im;

/** The kernel refused a process before there was a command. */
export const isCrowded = (end: SandboxProcessEnd): boolean =>
  end.code !== undefined && end.code !== 0 && end.exitCode === undefined && refusal.test(end.stderr.toString('utf8', 0, 2000));

/** Tries again for a while; the last end is returned, whatever it is. */
export async function whenNotCrowded(attempt: () => Promise<SandboxProcessEnd>, ms = patienceMs): Promise<SandboxProcessEnd> {
  const deadline = performance.now() + ms;
  for (;;) {
    const end = await attempt();
    if (!isCrowded(end) || performance.now() > deadline) return end;
    await wait(pauseMs);
  }
}
