// Knows: what each of the scheduler's paths does. Refuses to know: sockets, settings files, the rules of placement.
import { Fault, isFault } from '@sccache-ts/core/base';
import { type Call, measuredFromHere, notFound, okReply, readMessage, type Reply, type Route } from '@sccache-ts/core/host';
import { type Fleet, type FleetEvents, step, totalsOf } from '@sccache-ts/core/scheduling';
import {
  allocJobReplyCodec,
  beatHeader,
  contentTypes,
  heartbeatReplyCodec,
  jobStateCodec,
  jobStateReplyCodec,
  parseJobId,
  parseServerId,
  paths,
  reportedHeartbeatCodec,
  routes,
  schedulerStatusCodec,
  type ServerId,
  type ServerReport,
  serverCertificateReplyCodec,
  toolchainCodec,
} from '@sccache-ts/core/wire';
import type { ServerGate } from './admission.js';
import { allocateJob, type AllocationPorts } from './allocation.js';
import type { ClientGate } from './client-admission.js';
import { fleetReport } from './fleet-report.js';
import { profileOf } from './heartbeat.js';
import { type JoinDesk, joinFleet } from './join-endpoint.js';

/** Longest request bodies in bytes; a heartbeat carries a certificate. */
const limits = { toolchain: 4096, heartbeat: 64 * 1024, jobState: 64 } as const;

export interface Scheduler extends AllocationPorts {
  readonly clients: ClientGate;
  readonly servers: ServerGate;
  readonly joining: JoinDesk;
  readonly fleet: Fleet;
  /** No new jobs are placed. */
  readonly stopping: boolean;
  readonly startedAt: number;
  readonly version: string;
}

/** Build servers of ours are heard often, so that the fleet is back soon after the scheduler was restarted; many of them less often. */
const beatSeconds = (servers: number): number => Math.min(30, Math.max(5, Math.ceil(servers / 20)));

/** Forgets silent servers and says so. */
export function pruneFleet({ fleet, clock, log, notes, figures }: Scheduler): void {
  const at = clock.monotonicMs();
  const lost = step(fleet, { kind: 'prune', at });
  for (const server of lost.servers) notes.gone({ server, why: 'silent', at });
  figures.ended.add({ outcome: 'lost' }, lost.jobs);
  if (lost.servers.length > 0) log.warn('build servers lost: no heartbeat for 90 s', { servers: lost.servers.join(' '), jobs: lost.jobs });
}

async function allocJob(scheduler: Scheduler, call: Call): Promise<Reply> {
  const { clients, figures, clock, fleet } = scheduler;
  await admitted(scheduler, 'client', () => clients.admit(call));
  const toolchain = await readMessage(call, toolchainCodec, limits.toolchain);
  const asked = clock.monotonicMs();
  try {
    const reply = scheduler.stopping
      ? ({ kind: 'Fail', msg: 'The scheduler is being stopped' } as const)
      : await allocateJob(fleet, scheduler, { toolchain, signal: call.signal });
    figures.allocations.add({ result: reply.kind === 'Success' ? 'placed' : scheduler.stopping ? 'stopping' : 'full' });
    return okReply(allocJobReplyCodec, reply, call);
  } catch (thrown) {
    figures.allocations.add({ result: isFault(thrown, 'CANCELLED') ? 'cancelled' : 'failed' });
    throw thrown;
  } finally {
    figures.waited((clock.monotonicMs() - asked) / 1000);
  }
}

/** Lets the check decide, and counts the refusals. */
async function admitted<T>({ figures }: Scheduler, caller: 'client' | 'server', check: () => Promise<T> | T): Promise<T> {
  try {
    return await check();
  } catch (thrown) {
    if (isFault(thrown, 'AUTH_REFUSED')) figures.refusals.add({ caller });
    throw thrown;
  }
}

function serverCertificate({ fleet }: Scheduler, call: Call): Reply {
  const asked = call.params['server'] ?? '';
  let id: string;
  try {
    id = parseServerId(asked);
  } catch {
    // Not an address, so not a path of ours.
    return notFound;
  }
  const certificate = fleet.servers.get(id)?.profile.certificate;
  if (certificate === undefined) throw new Fault('SERVER_UNKNOWN', `no certificate is known for build server ${id}`);
  return okReply(serverCertificateReplyCodec, { certDigest: certificate.digest, certPem: certificate.pem }, call);
}

/** It has ended: nobody need wait for its silence, and nobody is sent to it. */
function farewell({ fleet, clock, log, notes, figures }: Scheduler, server: ServerId, nonce: bigint): boolean {
  const at = clock.monotonicMs();
  const outcome = step(fleet, { kind: 'leave', at, server, nonce });
  if (outcome.kind === 'unknown') return false;
  log.info('build server left', { server, jobs: outcome.jobs, servers: fleet.servers.size });
  notes.gone({ server, why: 'left', at });
  figures.ended.add({ outcome: 'lost' }, outcome.jobs);
  return true;
}

const newsOf = (report: ServerReport | undefined): Pick<FleetEvents['heartbeat'], 'holds' | 'knows'> =>
  report === undefined ? {} : { holds: report.toolchains, ...(report.jobs === undefined ? {} : { knows: new Set(report.jobs) }) };

async function heartbeat(scheduler: Scheduler, call: Call): Promise<Reply> {
  const { fleet, clock, log, notes, figures } = scheduler;
  const { server, request } = await admitted(scheduler, 'server', () => scheduler.servers.admit(call, { method: 'POST', path: routes.heartbeat }));
  const beat = await readMessage(request, reportedHeartbeatCodec, limits.heartbeat);
  const { report } = beat;
  const known = fleet.servers.get(server);
  const profile = profileOf(server, beat, known?.profile.certificate);
  pruneFleet(scheduler);
  if (report?.conduct === 'leaving') {
    farewell(scheduler, server, profile.nonce);
    return okReply(heartbeatReplyCodec, { isNew: false }, call);
  }
  const draining = report?.conduct === 'draining';
  const jobs = fleet.jobs.size;
  const otherLife = known !== undefined && known.profile.nonce !== profile.nonce;
  const outcome = step(fleet, { kind: 'heartbeat', at: clock.monotonicMs(), server, profile, draining, ...newsOf(report) });
  if (outcome.kind === 'crowded') throw new Fault('NO_CAPACITY', `build server ${server} cannot be added: there are ${fleet.servers.size} already`);
  figures.beats.add();
  figures.ended.add({ outcome: otherLife ? 'lost' : 'unclaimed' }, jobs - fleet.jobs.size);
  notes.heard(server, report, clock.monotonicMs());
  if (outcome.isNew) log.info('build server joined', { server, cpus: profile.cpus, servers: fleet.servers.size, version: report?.version });
  if (draining && known?.draining === false) log.info('build server takes no new jobs: it is being stopped', { server, jobs: known.jobs.size });
  const reply = okReply(heartbeatReplyCodec, { isNew: outcome.isNew }, call);
  return { ...reply, headers: { ...reply.headers, [beatHeader]: String(beatSeconds(fleet.servers.size)) } };
}

async function jobState(scheduler: Scheduler, call: Call): Promise<Reply> {
  const { fleet, clock, log, figures } = scheduler;
  const job = parseJobId(call.params['job'] ?? '');
  if (job === undefined) return notFound;
  const { server, request } = await admitted(scheduler, 'server', () => scheduler.servers.admit(call, { method: 'POST', path: paths.jobState(job) }));
  const state = await readMessage(request, jobStateCodec, limits.jobState);
  // Ours are never so large that a number could not hold them.
  if (typeof job === 'bigint') throw new Fault('JOB_UNKNOWN', 'Unknown job');
  const outcome = step(fleet, { kind: 'jobState', at: clock.monotonicMs(), server, job, state });
  switch (outcome.kind) {
    case 'accepted':
      log.debug('job state', { job, server, state });
      if (state === 'Complete') figures.ended.add({ outcome: 'complete' });
      return okReply(jobStateReplyCodec, { kind: 'Success' }, call);
    case 'unknown':
      throw new Fault('JOB_UNKNOWN', 'Unknown job', { cause: new Fault('JOB_UNKNOWN', `job ${job}, said by ${server} to be ${state}`) });
    case 'foreign':
      throw new Fault('JOB_UNKNOWN', `job ${job} belongs to build server ${outcome.owner}, not to ${server}`);
    case 'invalid':
      throw new Fault('JOB_STATE_INVALID', `Invalid job state transition from ${outcome.from} to ${state}`);
  }
}

function status(scheduler: Scheduler, call: Call): Reply {
  pruneFleet(scheduler);
  const { servers, cpus, jobs } = totalsOf(scheduler.fleet);
  return okReply(schedulerStatusCodec, { numServers: servers, numCpus: cpus, inProgress: jobs }, call);
}

/** Addresses and toolchains are told to this machine and to those who may ask for build servers. */
async function servers(scheduler: Scheduler, call: Call): Promise<Reply> {
  if (!measuredFromHere(call)) await admitted(scheduler, 'client', () => scheduler.clients.admit(call));
  pruneFleet(scheduler);
  const report = fleetReport(scheduler.fleet, { ...scheduler, now: scheduler.clock.monotonicMs() });
  return { status: 200, headers: { 'Content-Type': contentTypes.json }, body: new TextEncoder().encode(JSON.stringify(report)) };
}

export function schedulerRoutes(scheduler: Scheduler): readonly Route[] {
  return [
    { method: 'POST', pattern: routes.allocJob, handle: (call) => allocJob(scheduler, call) },
    { method: 'GET', pattern: routes.serverCertificate, handle: async (call) => serverCertificate(scheduler, call) },
    { method: 'POST', pattern: routes.heartbeat, handle: (call) => heartbeat(scheduler, call) },
    { method: 'POST', pattern: routes.jobState, handle: (call) => jobState(scheduler, call) },
    { method: 'POST', pattern: routes.join, handle: (call) => joinFleet(scheduler.joining, call) },
    { method: 'GET', pattern: routes.status, handle: async (call) => status(scheduler, call) },
    { method: 'GET', pattern: routes.servers, handle: (call) => servers(scheduler, call) },
  ];
}
