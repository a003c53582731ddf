// Knows: what each of the scheduler's paths does. Refuses to know: sockets, settings files, the rules of placement.
import { Fault } from '@sccache-ts/core/base';
import { type Call, notFound, okReply, readMessage, type Reply, type Route } from '@sccache-ts/core/host';
import { type Fleet, step, totalsOf } from '@sccache-ts/core/scheduling';
import {
  allocJobReplyCodec,
  heartbeatReplyCodec,
  heartbeatRequestCodec,
  jobStateCodec,
  jobStateReplyCodec,
  parseJobId,
  parseServerId,
  paths,
  routes,
  schedulerStatusCodec,
  serverCertificateReplyCodec,
  toolchainCodec,
} from '@sccache-ts/core/wire';
import type { ServerGate } from './admission.js';
import { allocateJob } from './allocation.js';
import type { ClientGate } from './client-admission.js';
import { profileOf } from './heartbeat.js';
import { type JoinDesk, joinFleet } from './join-endpoint.js';
import type { SchedulerPorts } from './ports.js';

/** Longest request bodies in bytes; a heartbeat carries a certificate. */
const limits = { toolchain: 4096, heartbeat: 64 * 1024, jobState: 64 } as const;

export interface Scheduler extends SchedulerPorts {
  readonly clients: ClientGate;
  readonly servers: ServerGate;
  readonly joining: JoinDesk;
  readonly fleet: Fleet;
}

/** Forgets silent servers and says so. */
export function pruneFleet({ fleet, clock, log }: Scheduler): void {
  const lost = step(fleet, { kind: 'prune', at: clock.monotonicMs() });
  if (lost.servers.length > 0) log.warn('build servers lost: no heartbeat for 90 s', { servers: lost.servers.join(' '), jobs: lost.jobs });
}

async function allocJob(scheduler: Scheduler, call: Call): Promise<Reply> {
  await scheduler.clients.admit(call);
  const toolchain = await readMessage(call, toolchainCodec, limits.toolchain);
  return okReply(allocJobReplyCodec, await allocateJob(scheduler.fleet, scheduler, { toolchain, signal: call.signal }), call);
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

async function heartbeat(scheduler: Scheduler, call: Call): Promise<Reply> {
  const { fleet, clock, log } = scheduler;
  const { server, request } = scheduler.servers.admit(call, { method: 'POST', path: routes.heartbeat });
  const beat = await readMessage(request, heartbeatRequestCodec, limits.heartbeat);
  const profile = profileOf(server, beat, fleet.servers.get(server)?.profile.certificate);
  pruneFleet(scheduler);
  const outcome = step(fleet, { kind: 'heartbeat', at: clock.monotonicMs(), server, profile });
  if (outcome.kind === 'crowded') throw new Fault('NO_CAPACITY', `build server ${server} cannot be added: there are ${fleet.servers.size} already`);
  if (outcome.isNew) log.info('build server joined', { server, cpus: profile.cpus, servers: fleet.servers.size });
  return okReply(heartbeatReplyCodec, { isNew: outcome.isNew }, call);
}

async function jobState(scheduler: Scheduler, call: Call): Promise<Reply> {
  const { fleet, clock, log } = scheduler;
  const job = parseJobId(call.params['job'] ?? '');
  if (job === undefined) return notFound;
  const { server, request } = scheduler.servers.admit(call, { method: 'POST', path: paths.jobState(job) });
  const state = await readMessage(request, jobStateCodec, limits.jobState);
  // Ours are never so large that a number could not hold them.
  if (typeof job === 'bigint') throw new Fault('JOB_UNKNOWN', 'Unknown job');
  const outcome = step(fleet, { kind: 'jobState', at: clock.monotonicMs(), server, job, state });
  switch (outcome.kind) {
    case 'accepted':
      log.debug('job state', { job, server, state });
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

export function schedulerRoutes(scheduler: Scheduler): readonly Route[] {
  return [
    { method: 'POST', pattern: routes.allocJob, handle: (call) => allocJob(scheduler, call) },
    { method: 'GET', pattern: routes.serverCertificate, handle: async (call) => serverCertificate(scheduler, call) },
    { method: 'POST', pattern: routes.heartbeat, handle: (call) => heartbeat(scheduler, call) },
    { method: 'POST', pattern: routes.jobState, handle: (call) => jobState(scheduler, call) },
    { method: 'POST', pattern: routes.join, handle: (call) => joinFleet(scheduler.joining, call) },
    { method: 'GET', pattern: routes.status, handle: async (call) => status(scheduler, call) },
  ];
}
