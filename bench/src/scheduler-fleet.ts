// Knows: how fast the scheduler's own rules are, without a network. Refuses to know: HTTP.
import { createFleet, type Fleet, type FleetOutcomes, step } from '@sccache-ts/core/scheduling';

export const size = { servers: 1_000, cpus: 16, jobs: 10_000, toolchains: 20 } as const;

const toolchains = Array.from({ length: size.toolchains }, (_, at) => at.toString(16).padStart(64, '0'));
export const toolchainOf = (job: number): string => toolchains[job % toolchains.length] ?? '';

/** A clock that moves a little with every look, so that no server falls silent during a run. */
let now = 0;
const later = (): number => (now += 0.01);

type Placed = Extract<FleetOutcomes['allocate'], { kind: 'placed' }>;

function allocate(fleet: Fleet, count: number): Placed {
  const placed = step(fleet, { kind: 'allocate', at: later(), toolchain: toolchainOf(count) });
  if (placed.kind !== 'placed') throw new Error('the simulated fleet is full');
  return placed;
}

function finish(fleet: Fleet, { job, server }: Placed): void {
  step(fleet, { kind: 'jobState', at: later(), server, job, state: 'Started' });
  step(fleet, { kind: 'jobState', at: later(), server, job, state: 'Complete' });
}

function beat(fleet: Fleet, number: number): void {
  const certificate = { digest: new Uint8Array(32), pem: new Uint8Array(1) };
  const profile = { cpus: size.cpus, nonce: 1n, jobKey: new Uint8Array(32), certificate };
  step(fleet, { kind: 'heartbeat', at: later(), server: `10.0.${number >> 8}.${number & 255}:10501`, profile });
}

export interface StepFigures {
  /** Milliseconds of each allocation: placing and noting the server's answer. */
  readonly allocations: readonly number[];
  /** Milliseconds of each whole life of a job in the fleet. */
  readonly lives: readonly number[];
}

/** Jobs come and go while `size.jobs` others are in flight. */
export function measureSteps(rounds: number): StepFigures {
  const fleet = createFleet();
  for (let at = 0; at < size.servers; at++) beat(fleet, at);
  const inFlight: Placed[] = [];
  const begin = (count: number): Placed => {
    const placed = allocate(fleet, count);
    step(fleet, { kind: 'assigned', at: later(), job: placed.job, state: 'Ready', needToolchain: false });
    return placed;
  };
  for (let at = 0; at < size.jobs; at++) inFlight.push(begin(at));
  const allocations: number[] = [];
  const lives: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const slot = (round * 7_919) % inFlight.length;
    const oldest = inFlight[slot];
    const from = performance.now();
    const placed = begin(round);
    const allocated = performance.now();
    if (oldest !== undefined) finish(fleet, oldest);
    lives.push(performance.now() - from);
    allocations.push(allocated - from);
    inFlight[slot] = placed;
  }
  return { allocations, lives };
}
