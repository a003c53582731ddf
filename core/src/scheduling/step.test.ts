import { describe, expect, it } from 'vitest';
import { createFleet, type Fleet, type ServerProfile, totalsOf } from './fleet.js';
import { type FleetEvents, step } from './step.js';
import { toolchainsRemembered } from './toolchain-memory.js';

const profile = (change: Partial<ServerProfile> = {}): ServerProfile => ({
  cpus: 2,
  nonce: 1n,
  jobKey: new Uint8Array(32),
  certificate: { digest: new Uint8Array(32), pem: new Uint8Array(1) },
  ...change,
});
const beat = (fleet: Fleet, server: string, at = 0, change: Partial<ServerProfile> = {}) =>
  step(fleet, { kind: 'heartbeat', at, server, profile: profile(change) });
const allocate = (fleet: Fleet, at = 0, toolchain = 't') => step(fleet, { kind: 'allocate', at, toolchain });
const placed = (fleet: Fleet, at = 0, toolchain = 't') => {
  const outcome = allocate(fleet, at, toolchain);
  if (outcome.kind !== 'placed') throw new Error(`not placed: ${outcome.kind}`);
  return outcome;
};
const assigned = (fleet: Fleet, job: number, needToolchain = false, at = 0) =>
  step(fleet, { kind: 'assigned', at, job, needToolchain, state: needToolchain ? 'Pending' : 'Ready' });
const state = (fleet: Fleet, job: number, to: FleetEvents['jobState']['state'], at = 0) =>
  step(fleet, { kind: 'jobState', at, server: 'a', job, state: to });
const withServer = (change: Partial<ServerProfile> = {}) => {
  const fleet = createFleet();
  beat(fleet, 'a', 0, change);
  return fleet;
};

describe('a server that is about to end', () => {
  const hear = (fleet: Fleet, server: string, change: Partial<FleetEvents['heartbeat']>) =>
    step(fleet, { kind: 'heartbeat', at: 1, server, profile: profile(), ...change });

  it('gets no new job, keeps those it has, and may change its mind', () => {
    const fleet = withServer();
    const { job } = placed(fleet);
    assigned(fleet, job);
    hear(fleet, 'a', { draining: true });
    expect(allocate(fleet, 1)).toEqual({ kind: 'full', servers: 1 });
    expect(state(fleet, job, 'Started', 2)).toEqual({ kind: 'accepted' });
    expect(state(fleet, job, 'Complete', 3)).toEqual({ kind: 'accepted' });
    hear(fleet, 'a', {});
    expect(allocate(fleet, 4).kind).toBe('placed');
  });

  it('is forgotten with its jobs when it leaves', () => {
    const fleet = withServer();
    assigned(fleet, placed(fleet).job);
    expect(step(fleet, { kind: 'leave', at: 1, server: 'a', nonce: 1n })).toEqual({ kind: 'left', jobs: 1 });
    expect(totalsOf(fleet)).toEqual({ servers: 0, cpus: 0, jobs: 0 });
    expect(step(fleet, { kind: 'leave', at: 1, server: 'a', nonce: 1n })).toEqual({ kind: 'unknown' });
  });

  it('does not take its next life with it', () => {
    const fleet = withServer({ nonce: 2n });
    expect(step(fleet, { kind: 'leave', at: 1, server: 'a', nonce: 1n })).toEqual({ kind: 'unknown' });
    expect(totalsOf(fleet).servers).toBe(1);
  });

  it('is preferred for the toolchains that it says it holds', () => {
    const fleet = createFleet();
    beat(fleet, 'a');
    hear(fleet, 'b', { holds: ['t'] });
    expect(placed(fleet, 1).server).toBe('b');
    expect(placed(fleet, 1, 'other').server).toBe('a');
  });
});

describe('jobs that their server knows nothing of', () => {
  const hear = (fleet: Fleet, at: number, knows: readonly number[]) => step(fleet, { kind: 'heartbeat', at, server: 'a', profile: profile(), knows: new Set(knows) });

  it('are over, but not before a word that is on its way could have come', () => {
    const fleet = withServer({ cpus: 8 });
    const [kept, lost, young] = [placed(fleet).job, placed(fleet).job, placed(fleet).job];
    for (const job of [kept, lost, young]) assigned(fleet, job);
    for (const job of [kept, lost]) state(fleet, job, 'Started', 1);
    state(fleet, young, 'Started', 9_000);
    const asking = placed(fleet, 1).job;
    hear(fleet, 4_000, [kept]);
    expect([...fleet.jobs.keys()]).toEqual([kept, lost, young, asking]);
    hear(fleet, 10_000, [kept]);
    expect([...fleet.jobs.keys()]).toEqual([kept, young, asking]);
    expect(fleet.servers.get('a')?.jobs.size).toBe(3);
  });

  it('stay where their server does not say what it knows', () => {
    const fleet = withServer();
    assigned(fleet, placed(fleet).job);
    beat(fleet, 'a', 30_000);
    expect(fleet.jobs.size).toBe(1);
  });
});

describe('heartbeats', () => {
  it('registers a server once and tells it so', () => {
    const fleet = createFleet();
    expect(beat(fleet, 'a')).toEqual({ kind: 'alive', isNew: true });
    expect(beat(fleet, 'a', 30_000)).toEqual({ kind: 'alive', isNew: false });
    expect(totalsOf(fleet)).toEqual({ servers: 1, cpus: 2, jobs: 0 });
  });

  it('drops the jobs, the key and the certificate of an earlier life', () => {
    const fleet = withServer();
    assigned(fleet, placed(fleet).job);
    const jobKey = new Uint8Array(32).fill(9);
    expect(beat(fleet, 'a', 1, { nonce: 2n, cpus: 4, jobKey })).toEqual({ kind: 'alive', isNew: true });
    expect(totalsOf(fleet)).toEqual({ servers: 1, cpus: 4, jobs: 0 });
    expect(placed(fleet, 1).jobKey).toBe(jobKey);
  });

  it('keeps key and processors within one life, and takes a new certificate', () => {
    const fleet = withServer();
    const certificate = { digest: new Uint8Array(32).fill(1), pem: new Uint8Array(2) };
    beat(fleet, 'a', 1, { cpus: 64, certificate });
    expect(totalsOf(fleet).cpus).toBe(2);
    expect(placed(fleet, 1).certificate).toBe(certificate);
  });

  it('forgets servers after 90 seconds of silence, with their jobs', () => {
    const fleet = withServer();
    assigned(fleet, placed(fleet).job);
    beat(fleet, 'b', 90_000);
    expect(totalsOf(fleet).servers).toBe(2);
    expect(step(fleet, { kind: 'prune', at: 90_001 })).toEqual({ kind: 'pruned', servers: ['a'], jobs: 1 });
    expect(totalsOf(fleet)).toEqual({ servers: 1, cpus: 2, jobs: 0 });
  });

  it('does not offer a silent server even before it is forgotten', () => {
    const fleet = withServer();
    expect(allocate(fleet, 90_001)).toEqual({ kind: 'full', servers: 1 });
  });
});

describe('allocation', () => {
  it('ends at the slots', () => {
    const fleet = withServer();
    for (let i = 0; i < 3; i++) assigned(fleet, placed(fleet).job);
    expect(allocate(fleet)).toEqual({ kind: 'full', servers: 1 });
  });

  it('numbers jobs from where it is told', () => {
    const fleet = createFleet(1_000);
    beat(fleet, 'a');
    expect([placed(fleet).job, placed(fleet).job]).toEqual([1_000, 1_001]);
  });

  it('goes to the server that holds the toolchain, learned from its answer or from a started job', () => {
    const fleet = createFleet();
    for (const name of ['a', 'b', 'c']) beat(fleet, name, 0, { cpus: 8 });
    const first = placed(fleet);
    expect(first.server).toBe('a');
    assigned(fleet, first.job, true);
    const second = placed(fleet);
    expect(second.server).toBe('b');
    assigned(fleet, second.job);
    expect(placed(fleet).server).toBe('b');
    state(fleet, first.job, 'Ready');
    state(fleet, first.job, 'Started');
    expect(placed(fleet).server).toBe('a');
  });

  it('does not send a burst to the one server that is just getting the toolchain', () => {
    const fleet = createFleet();
    for (const name of ['a', 'b', 'c', 'd']) beat(fleet, name, 0, { cpus: 8 });
    const servers = Array.from({ length: 4 }, () => placed(fleet).server);
    expect(servers).toEqual(['a', 'b', 'c', 'd']);
  });

  it('stops believing in an upload whose job is gone, and in a toolchain that the server asks for again', () => {
    const fleet = createFleet();
    for (const name of ['a', 'b']) beat(fleet, name, 0, { cpus: 8 });
    step(fleet, { kind: 'abandoned', at: 0, job: placed(fleet).job });
    const { job, server } = placed(fleet);
    expect(server).toBe('a');
    assigned(fleet, job);
    const again = placed(fleet);
    expect(again.server).toBe('a');
    assigned(fleet, again.job, true);
    expect(placed(fleet).server).toBe('b');
  });

  it('remembers a bounded number of toolchains', () => {
    const fleet = withServer();
    for (let i = 0; i < 3 * toolchainsRemembered; i++) {
      const { job } = placed(fleet, 0, `t${i}`);
      assigned(fleet, job);
      step(fleet, { kind: 'abandoned', at: 0, job });
    }
    expect(fleet.servers.get('a')?.toolchains.beliefs.size).toBe(toolchainsRemembered);
  });
});

describe('failures', () => {
  it('lets a failed server rest, then tries it with one job at a time', () => {
    const fleet = withServer({ cpus: 8 });
    const fail = (at: number) => step(fleet, { kind: 'assignFailed', at, job: placed(fleet, at).job });
    fail(0);
    expect(allocate(fleet, 1_999)).toEqual({ kind: 'full', servers: 1 });
    const probe = placed(fleet, 2_000);
    expect(allocate(fleet, 2_000).kind).toBe('full');
    step(fleet, { kind: 'assignFailed', at: 2_001, job: probe.job });
    expect(allocate(fleet, 6_000).kind).toBe('full');
    const second = placed(fleet, 6_001);
    assigned(fleet, second.job, false, 6_002);
    expect(placed(fleet, 6_002).server).toBe('a');
    expect(placed(fleet, 6_002).server).toBe('a');
  });

  it('does not hold a lost client against the server', () => {
    const fleet = withServer();
    step(fleet, { kind: 'abandoned', at: 0, job: placed(fleet).job });
    expect(placed(fleet).server).toBe('a');
    expect(fleet.servers.get('a')?.jobs.size).toBe(1);
  });

  it('lets the next job probe when the probing client went away', () => {
    const fleet = withServer();
    step(fleet, { kind: 'assignFailed', at: 0, job: placed(fleet).job });
    step(fleet, { kind: 'abandoned', at: 2_001, job: placed(fleet, 2_000).job });
    expect(placed(fleet, 2_002).server).toBe('a');
  });

  it('forgets failures when the server starts anew', () => {
    const fleet = withServer();
    step(fleet, { kind: 'assignFailed', at: 0, job: placed(fleet).job });
    beat(fleet, 'a', 1, { nonce: 2n });
    expect(placed(fleet, 1).server).toBe('a');
  });

  it('knows nothing of an answer that comes after the server was lost', () => {
    const fleet = withServer();
    const { job } = placed(fleet);
    beat(fleet, 'a', 1, { nonce: 2n });
    expect(assigned(fleet, job)).toEqual({ kind: 'gone' });
    expect(step(fleet, { kind: 'assignFailed', at: 1, job })).toEqual({ kind: 'noted' });
    expect(totalsOf(fleet).jobs).toBe(0);
  });
});

describe('job states', () => {
  const stages = ['assigning', 'Pending', 'Ready', 'Started'] as const;
  const inStage = (stage: (typeof stages)[number]) => {
    const fleet = withServer();
    const { job } = placed(fleet);
    if (stage === 'assigning') return { fleet, job };
    assigned(fleet, job, true);
    for (const to of ['Ready', 'Started'] as const) if (stages.indexOf(to) <= stages.indexOf(stage)) state(fleet, job, to);
    return { fleet, job };
  };
  const allowed = ['Pending>Ready', 'Ready>Started', 'Started>Complete'];

  for (const from of stages) {
    for (const to of ['Pending', 'Ready', 'Started', 'Complete'] as const) {
      it(`${from} to ${to}`, () => {
        const { fleet, job } = inStage(from);
        const expected = allowed.includes(`${from}>${to}`) ? { kind: 'accepted' } : { kind: 'invalid', from };
        expect(state(fleet, job, to)).toEqual(expected);
        expect(fleet.jobs.has(job)).toBe(!(from === 'Started' && to === 'Complete'));
      });
    }
  }

  it('refuses unknown jobs and those of other servers', () => {
    const fleet = withServer();
    const { job } = placed(fleet);
    beat(fleet, 'b');
    expect(state(fleet, 999, 'Ready')).toEqual({ kind: 'unknown' });
    expect(step(fleet, { kind: 'jobState', at: 0, server: 'b', job, state: 'Ready' })).toEqual({ kind: 'foreign', owner: 'a' });
  });

  it('counts as a sign of life', () => {
    const fleet = withServer();
    const { job } = placed(fleet);
    assigned(fleet, job, true);
    state(fleet, job, 'Ready', 80_000);
    expect(step(fleet, { kind: 'prune', at: 160_000 })).toMatchObject({ servers: [] });
  });
});

describe('patience with jobs that nobody claims', () => {
  const after = (prepare: (fleet: Fleet, job: number) => void, ms: number): boolean => {
    const fleet = withServer();
    const { job } = placed(fleet);
    prepare(fleet, job);
    for (let at = 30_000; at < ms; at += 30_000) beat(fleet, 'a', at);
    beat(fleet, 'a', ms);
    return fleet.jobs.has(job);
  };
  const uploading = (fleet: Fleet, job: number) => {
    assigned(fleet, job, true);
    state(fleet, job, 'Ready');
  };

  it.each<[string, (fleet: Fleet, job: number) => void, number]>([
    ['still being assigned', () => undefined, 60_000],
    ['ready at once', (fleet, job) => void assigned(fleet, job), 60_000],
    ['waiting for its upload', (fleet, job) => void assigned(fleet, job, true), 300_000],
    ['being uploaded', uploading, 1_260_000],
    ['started', (fleet, job) => {
      uploading(fleet, job);
      state(fleet, job, 'Started');
    }, 3_600_000],
  ])('%s', (_what, prepare, ms) => {
    expect(after(prepare, ms - 1)).toBe(true);
    expect(after(prepare, ms)).toBe(false);
  });
});
