// Knows: which of several build servers should get a job. Refuses to know: where the facts about them come from.
import type { Health } from './health.js';

export interface Candidate {
  readonly cpus: number;
  /** Jobs it has, running or about to. */
  readonly assigned: number;
  /** `arriving`: some client is sending it just now. */
  readonly toolchain: 'held' | 'arriving' | 'absent';
  readonly health: Health;
}

/** Jobs that a server takes at once: one per processor, and a few that are still on the network. */
export function slotsOf(cpus: number): number {
  return cpus + 1 + Math.floor(cpus / 8);
}

/**
 * The unit is the load at which every processor is busy. Sending a toolchain (30 to 200 MB) takes longer than most
 * compiles, so it is worth it only when the servers that hold it have no idle processor left. A second upload of the same
 * archive to the same server is pure waste, so it comes after every server that is not full.
 */
const penalties = { held: 0, absent: 1, arriving: 2.5 } as const;
/** A server on probation is tried by a job that would otherwise cause an upload or wait for a processor. */
const probation = 1;

/** How dear it is to place a job there: `Infinity` when it must not be. */
export function costOf(candidate: Candidate): number {
  const { cpus, assigned, health } = candidate;
  if (health === 'resting' || assigned >= slotsOf(cpus)) return Number.POSITIVE_INFINITY;
  return assigned / cpus + penalties[candidate.toolchain] + (health === 'due' ? probation : 0);
}

/** The cheapest, among equals the one whose name sorts first; undefined when no server may be used. */
export function place<T extends { readonly name: string }>(servers: Iterable<T>, describe: (server: T) => Candidate): T | undefined {
  let best: T | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const server of servers) {
    const cost = costOf(describe(server));
    if (cost < least || (cost === least && best !== undefined && server.name < best.name)) {
      best = server;
      least = cost;
    }
  }
  return best;
}
