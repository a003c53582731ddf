// Knows: when a scheduler that is to end may do so without costing a client its job. Refuses to know: how it then ends.
import { setTimeout as nap } from 'node:timers/promises';
import type { Fleet } from '@sccache-ts/core/scheduling';

/** A client that has been given a place comes at once, unless it has gone away. */
const quietMs = 2_000;
const lookMs = 50;

/**
 * Jobs that have begun need no scheduler any more. Those that have not would be lost: their build server asks before it begins. An upload may
 * take its time.
 */
export function isNeeded(fleet: Fleet, now: number): boolean {
  for (const { stage, stageAt, uploads } of fleet.jobs.values()) {
    if (stage === 'Started') continue;
    if ((stage === 'Ready' && uploads) || now - stageAt < quietMs) return true;
  }
  return false;
}

/** Resolves when nobody needs the scheduler, or when time is up. */
export async function awaitIdle(fleet: Fleet, now: () => number, withinMs: number): Promise<void> {
  const until = now() + withinMs;
  while (isNeeded(fleet, now()) && now() < until) await nap(lookMs);
}
