import { describe, expect, it } from 'vitest';
import { createFleet, type Fleet, totalsOf } from './fleet.js';
import { slotsOf } from './placement.js';
import { type FleetEvent, step } from './step.js';
import { toolchainsRemembered } from './toolchain-memory.js';

/** mulberry32: the same seed, the same story. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const names = ['10.0.0.1:1', '10.0.0.2:1', '10.0.0.3:1', '[::1]:1'];
const states = ['Pending', 'Ready', 'Started', 'Complete'] as const;

function randomEvent(pick: (below: number) => number, fleet: Fleet, at: number): FleetEvent {
  const server = names[pick(names.length)] ?? '';
  const live = [...fleet.jobs.keys()];
  const job = pick(10) === 0 ? pick(500) : (live[pick(Math.max(1, live.length))] ?? 0);
  const owner = pick(10) === 0 ? server : (fleet.jobs.get(job)?.server ?? server);
  const needToolchain = pick(2) === 0;
  switch (pick(13)) {
    case 0:
    case 1:
      return {
        kind: 'heartbeat',
        at,
        server,
        draining: pick(4) === 0,
        ...(pick(3) === 0 ? { knows: new Set(live.filter(() => pick(2) === 0)) } : {}),
        holds: Array.from({ length: pick(3) }, () => `t${pick(100)}`),
        profile: {
          cpus: 1 + pick(5),
          nonce: BigInt(pick(20) === 0 ? pick(1000) : 0),
          jobKey: new Uint8Array(32),
          certificate: { digest: new Uint8Array(32), pem: new Uint8Array() },
        },
      };
    case 2:
    case 3:
    case 4:
      return { kind: 'allocate', at, toolchain: `t${pick(100)}` };
    case 5:
    case 6:
      return { kind: 'assigned', at, job, needToolchain, state: needToolchain ? 'Pending' : 'Ready' };
    case 7:
      return { kind: 'assignFailed', at, job };
    case 8:
      return { kind: 'abandoned', at, job };
    case 9:
      return { kind: 'prune', at };
    case 10:
      return { kind: 'leave', at, server, nonce: BigInt(pick(4) === 0 ? pick(1000) : 0) };
    default:
      return { kind: 'jobState', at, server: owner, job, state: states[pick(4)] ?? 'Ready' };
  }
}

function holds(fleet: Fleet): void {
  let jobs = 0;
  for (const server of fleet.servers.values()) {
    expect(server.jobs.size).toBeLessThanOrEqual(slotsOf(server.profile.cpus));
    expect(server.toolchains.beliefs.size).toBeLessThanOrEqual(toolchainsRemembered);
    for (const number of server.jobs) expect(fleet.jobs.get(number)?.server).toBe(server.name);
    jobs += server.jobs.size;
    const probe = server.failures?.probe;
    if (probe !== undefined) expect(server.jobs.has(probe)).toBe(true);
  }
  expect(jobs).toBe(fleet.jobs.size);
  const totals = totalsOf(fleet);
  expect(totals.servers).toBe(fleet.servers.size);
  expect(totals.jobs).toBe([...fleet.jobs.values()].filter((job) => job.stage !== 'assigning').length);
}

describe.each(Array.from({ length: 12 }, (_, seed) => seed))('any story, seed %i', (seed) => {
  it('keeps the laws', () => {
    const pick = generator(seed);
    const fleet = createFleet(100);
    const given = new Set<number>();
    let at = 0;
    for (let i = 0; i < 800; i++) {
      at += pick(20) === 0 ? pick(100_000) : pick(500);
      const event = randomEvent(pick, fleet, at);
      const jobsBefore = new Map(fleet.jobs);
      const nonceBefore = event.kind === 'heartbeat' ? fleet.servers.get(event.server)?.profile.nonce : undefined;
      const outcome = step(fleet, event);
      holds(fleet);
      if (outcome.kind === 'placed') {
        expect(given.has(outcome.job)).toBe(false);
        given.add(outcome.job);
        const server = fleet.servers.get(outcome.server);
        expect(at - (server?.seenAt ?? -Infinity)).toBeLessThanOrEqual(90_000);
        expect(server?.draining).toBe(false);
      }
      if (event.kind === 'heartbeat' && nonceBefore !== event.profile.nonce) {
        expect(fleet.servers.get(event.server)?.jobs.size).toBe(0);
      }
      // Nothing but silence, a farewell, another life or not knowing of it takes a job whose upload is under way.
      for (const job of jobsBefore.values()) {
        if (job.stage !== 'Ready' || !job.uploads || fleet.jobs.has(job.number)) continue;
        const otherLife = outcome.kind === 'alive' && outcome.isNew && event.kind === 'heartbeat' && event.server === job.server;
        const done = event.kind === 'jobState' && event.job === job.number;
        const forgotten = event.kind === 'heartbeat' && event.server === job.server && event.knows?.has(job.number) === false;
        expect(otherLife || forgotten || done || at - job.stageAt >= 1_200_000 || !fleet.servers.has(job.server)).toBe(true);
      }
    }
  });

  it('is deterministic', () => {
    const tell = () => {
      const pick = generator(seed);
      const fleet = createFleet();
      return Array.from({ length: 300 }, (_, at) => step(fleet, randomEvent(pick, fleet, at * 100)));
    };
    expect(tell()).toEqual(tell());
  });
});
