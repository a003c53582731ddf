// Knows: how each event changes the fleet, and what the sender of the event is to be told.
// Refuses to know: HTTP, tokens, clocks; events carry their time.
import type { Fleet, Job, JobNumber, Server, ServerCertificate, ServerName, ServerProfile } from './fleet.js';
import { afterFailure, healthOf } from './health.js';
import { forgottenMs, isSilent, isStale } from './patience.js';
import { type Candidate, place } from './placement.js';
import { believe, emptyMemory } from './toolchain-memory.js';

interface Told {
  /** Milliseconds of the holder's clock. */
  readonly at: number;
}

/** What can happen to a fleet. */
export interface FleetEvents {
  /** A build server says that it lives. */
  heartbeat: Told & {
    readonly server: ServerName;
    readonly profile: ServerProfile;
    readonly draining?: boolean;
    /** Toolchains that it says it has; there may be more. */
    readonly holds?: readonly string[];
    /** All jobs that it knows of; undefined: it does not say. */
    readonly knows?: ReadonlySet<JobNumber>;
  };
  /** A build server says that it ends, in the life of that nonce. */
  leave: Told & { readonly server: ServerName; readonly nonce: bigint };
  /** A client wants a server for a job. */
  allocate: Told & { readonly toolchain: string };
  /** The server has taken the job. */
  assigned: Told & { readonly job: JobNumber; readonly state: 'Pending' | 'Ready'; readonly needToolchain: boolean };
  /** The server refused the job or could not be reached. */
  assignFailed: Told & { readonly job: JobNumber };
  /** The client went away before it learned of its job. */
  abandoned: Told & { readonly job: JobNumber };
  /** The server says how far a job is. */
  jobState: Told & { readonly server: ServerName; readonly job: JobNumber; readonly state: 'Pending' | 'Ready' | 'Started' | 'Complete' };
  /** Time has passed. */
  prune: Told;
}

/** What the sender of an event is told. */
export interface FleetOutcomes {
  heartbeat: { readonly kind: 'alive'; readonly isNew: boolean } | { readonly kind: 'crowded' };
  leave: { readonly kind: 'left'; readonly jobs: number } | { readonly kind: 'unknown' };
  allocate:
    | { readonly kind: 'placed'; readonly job: JobNumber; readonly server: ServerName; readonly jobKey: Uint8Array; readonly certificate: ServerCertificate }
    | { readonly kind: 'full'; readonly servers: number };
  /** `gone`: the server was lost, or began another life, while it answered. */
  assigned: { readonly kind: 'taken' } | { readonly kind: 'gone' };
  assignFailed: { readonly kind: 'noted' };
  abandoned: { readonly kind: 'noted' };
  jobState:
    | { readonly kind: 'accepted' }
    | { readonly kind: 'unknown' }
    | { readonly kind: 'foreign'; readonly owner: ServerName }
    | { readonly kind: 'invalid'; readonly from: Job['stage'] };
  prune: { readonly kind: 'pruned'; readonly servers: readonly ServerName[]; readonly jobs: number };
}

export type FleetEvent<K extends keyof FleetEvents = keyof FleetEvents> = { [P in K]: { readonly kind: P } & FleetEvents[P] }[K];

/** More than any fleet; a bound for a network where everybody knows the servers' token. */
export const mostServers = 16_384;

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Open = Writable<Fleet>;

const serversOf = (fleet: Fleet) => fleet.servers as Map<ServerName, Writable<Server>>;
const jobsOf = (fleet: Fleet) => fleet.jobs as Map<JobNumber, Writable<Job>>;

function dropJob(fleet: Fleet, job: Job): void {
  jobsOf(fleet).delete(job.number);
  const server = serversOf(fleet).get(job.server);
  if (server === undefined) return;
  (server.jobs as Set<JobNumber>).delete(job.number);
  if (server.failures?.probe === job.number) server.failures = { ...server.failures, probe: undefined };
}

function dropServer(fleet: Fleet, server: Server): number {
  for (const number of server.jobs) jobsOf(fleet).delete(number);
  serversOf(fleet).delete(server.name);
  return server.jobs.size;
}

function dropStale(fleet: Fleet, server: Server, at: number): void {
  for (const number of server.jobs) {
    const job = fleet.jobs.get(number);
    if (job !== undefined && isStale(job, at)) dropJob(fleet, job);
  }
}

/** What its server knows nothing of is over: the word of its end was lost, or came before that of its start. A word on its way may still come. */
function dropForgotten(fleet: Fleet, server: Server, { at, knows }: { readonly at: number; readonly knows: ReadonlySet<JobNumber> }): void {
  for (const number of server.jobs) {
    const job = fleet.jobs.get(number);
    if (job !== undefined && job.stage !== 'assigning' && at - job.stageAt >= forgottenMs && !knows.has(number)) dropJob(fleet, job);
  }
}

function prune(fleet: Fleet, { at }: FleetEvents['prune']): FleetOutcomes['prune'] {
  const servers: ServerName[] = [];
  let jobs = 0;
  for (const server of fleet.servers.values()) {
    if (!isSilent(server, at)) continue;
    jobs += dropServer(fleet, server);
    servers.push(server.name);
  }
  return { kind: 'pruned', servers, jobs };
}

/** What it holds counts where nothing is known yet: an upload that is under way is known better here. */
function hear(server: Writable<Server>, { draining = false, holds = [] }: Pick<FleetEvents['heartbeat'], 'draining' | 'holds'>): void {
  server.draining = draining;
  for (const toolchain of holds) if (!server.toolchains.beliefs.has(toolchain)) believe(server.toolchains, toolchain, 'held');
}

function heartbeat(fleet: Fleet, event: FleetEvents['heartbeat']): FleetOutcomes['heartbeat'] {
  const { at, server: name, profile } = event;
  prune(fleet, event);
  const known = serversOf(fleet).get(name);
  if (known?.profile.nonce === profile.nonce) {
    known.seenAt = at;
    known.profile = { ...known.profile, certificate: profile.certificate };
    hear(known, event);
    dropStale(fleet, known, at);
    if (event.knows !== undefined) dropForgotten(fleet, known, { at, knows: event.knows });
    return { kind: 'alive', isNew: false };
  }
  if (known !== undefined) dropServer(fleet, known);
  else if (fleet.servers.size >= mostServers) return { kind: 'crowded' };
  const joined: Writable<Server> = { name, profile, seenAt: at, jobs: new Set(), toolchains: emptyMemory(), failures: undefined, draining: false };
  hear(joined, event);
  serversOf(fleet).set(name, joined);
  return { kind: 'alive', isNew: true };
}

function leave(fleet: Fleet, { server: name, nonce }: FleetEvents['leave']): FleetOutcomes['leave'] {
  const server = fleet.servers.get(name);
  // Of an earlier life, told late: the one that is there now stays.
  if (server?.profile.nonce !== nonce) return { kind: 'unknown' };
  return { kind: 'left', jobs: dropServer(fleet, server) };
}

function toolchainOn(fleet: Fleet, server: Server, toolchain: string): Candidate['toolchain'] {
  const belief = server.toolchains.beliefs.get(toolchain);
  if (belief === undefined || belief === 'held') return belief ?? 'absent';
  // The promise lasts as long as the job that made it.
  return fleet.jobs.has(belief) ? 'arriving' : 'absent';
}

/** Notes that this job brings the toolchain, unless another one is bringing it already. */
function expectToolchain(fleet: Fleet, server: Server, { toolchain, number }: Pick<Job, 'toolchain' | 'number'>): void {
  if (toolchainOn(fleet, server, toolchain) !== 'arriving') believe(server.toolchains, toolchain, number);
}

function allocate(fleet: Fleet, { at, toolchain }: FleetEvents['allocate']): FleetOutcomes['allocate'] {
  const chosen = place(serversOf(fleet).values(), (server) => ({
    cpus: server.profile.cpus,
    assigned: server.jobs.size,
    toolchain: toolchainOn(fleet, server, toolchain),
    health: server.draining || isSilent(server, at) ? 'resting' : healthOf(server.failures, at),
  }));
  if (chosen === undefined) return { kind: 'full', servers: fleet.servers.size };
  const number = (fleet as Open).nextJob++;
  const job: Job = { number, server: chosen.name, toolchain, stage: 'assigning', allocatedAt: at, stageAt: at, uploads: false };
  jobsOf(fleet).set(number, job);
  (chosen.jobs as Set<JobNumber>).add(number);
  if (chosen.failures !== undefined) chosen.failures = { ...chosen.failures, probe: number };
  // Already now, so that the next job of this toolchain does not follow before the server has answered.
  if (toolchainOn(fleet, chosen, toolchain) !== 'held') expectToolchain(fleet, chosen, job);
  const { jobKey, certificate } = chosen.profile;
  return { kind: 'placed', job: number, server: chosen.name, jobKey, certificate };
}

function assigned(fleet: Fleet, { at, job: number, state, needToolchain }: FleetEvents['assigned']): FleetOutcomes['assigned'] {
  const job = jobsOf(fleet).get(number);
  const server = job && serversOf(fleet).get(job.server);
  if (job?.stage !== 'assigning' || server === undefined) return { kind: 'gone' };
  job.stage = state;
  job.stageAt = at;
  job.uploads = needToolchain;
  server.failures = undefined;
  if (needToolchain) expectToolchain(fleet, server, job);
  else believe(server.toolchains, job.toolchain, 'held');
  return { kind: 'taken' };
}

function assignFailed(fleet: Fleet, { at, job: number }: FleetEvents['assignFailed']): FleetOutcomes['assignFailed'] {
  const job = fleet.jobs.get(number);
  if (job?.stage === 'assigning') {
    const server = serversOf(fleet).get(job.server);
    if (server !== undefined) server.failures = afterFailure(server.failures, job, at);
    dropJob(fleet, job);
  }
  return { kind: 'noted' };
}

function abandoned(fleet: Fleet, { job: number }: FleetEvents['abandoned']): FleetOutcomes['abandoned'] {
  const job = fleet.jobs.get(number);
  if (job === undefined) return { kind: 'noted' };
  // Whoever uploads or compiles has learned of its job after all.
  const claimed = job.stage === 'Started' || (job.stage === 'Ready' && job.uploads);
  if (!claimed) dropJob(fleet, job);
  return { kind: 'noted' };
}

/** Only forward, only one at a time, as sccache's scheduler has it. */
const nextState = { assigning: undefined, Pending: 'Ready', Ready: 'Started', Started: 'Complete' } as const;

function jobState(fleet: Fleet, { at, server: name, job: number, state }: FleetEvents['jobState']): FleetOutcomes['jobState'] {
  const job = jobsOf(fleet).get(number);
  if (job === undefined) return { kind: 'unknown' };
  const server = serversOf(fleet).get(name);
  if (job.server !== name || server === undefined) return { kind: 'foreign', owner: job.server };
  if (state === 'Pending' || nextState[job.stage] !== state) return { kind: 'invalid', from: job.stage };
  server.seenAt = at;
  if (state === 'Complete') {
    dropJob(fleet, job);
    return { kind: 'accepted' };
  }
  job.stage = state;
  job.stageAt = at;
  if (state === 'Started') believe(server.toolchains, job.toolchain, 'held');
  return { kind: 'accepted' };
}

const steps: { readonly [K in keyof FleetEvents]: (fleet: Fleet, event: FleetEvents[K]) => FleetOutcomes[K] } = {
  heartbeat,
  leave,
  allocate,
  assigned,
  assignFailed,
  abandoned,
  jobState,
  prune,
};

/** Lets one thing happen to the fleet, which it changes in place. Deterministic; never throws. */
export function step<K extends keyof FleetEvents>(fleet: Fleet, event: FleetEvent<K>): FleetOutcomes[K] {
  return steps[event.kind as K](fleet, event as unknown as FleetEvents[K]);
}
