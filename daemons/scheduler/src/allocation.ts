// Knows: how a client gets a build server: choose one, ask it, try the next when it fails.
// Refuses to know: by which rule it is chosen (core/scheduling) and who the client is.
import { causeChain, Fault, isFault } from '@sccache-ts/core/base';
import { type Fleet, type FleetOutcomes, step } from '@sccache-ts/core/scheduling';
import {
  type AllocJobReply,
  type AssignJobReply,
  assignJobReplyCodec,
  contentTypes,
  isArchiveId,
  paths,
  signJobToken,
  type Toolchain,
  toolchainCodec,
} from '@sccache-ts/core/wire';
import type { SchedulerFigures } from './figures.js';
import type { SchedulerPorts } from './ports.js';
import type { ServerNotes } from './server-notes.js';

export interface AllocationPorts extends SchedulerPorts {
  readonly figures: SchedulerFigures;
  readonly notes: ServerNotes;
}

type Placed = Extract<FleetOutcomes['allocate'], { kind: 'placed' }>;

/** A build server only makes a note, so one that needs longer is not well. Clients wait for all attempts together. */
const assignMs = 5_000;
const attempts = 3;
const longestReply = 4096;

async function askServer(ports: SchedulerPorts, placed: Placed, ask: { toolchain: Toolchain; auth: string; signal: AbortSignal }): Promise<AssignJobReply> {
  const { status, body } = await ports.http.request({
    method: 'POST',
    url: `https://${placed.server}${paths.assignJob(placed.job)}`,
    headers: { authorization: `Bearer ${ask.auth}`, 'content-type': contentTypes.bincode, accept: contentTypes.bincode },
    body: toolchainCodec.encode(ask.toolchain),
    ca: new TextDecoder().decode(placed.certificate.pem),
    timeoutMs: assignMs,
    signal: ask.signal,
    maxReply: longestReply,
  });
  if (status !== 200) throw new Fault('HTTP_STATUS', `build server ${placed.server} answered ${status} to assign_job/${placed.job}`);
  const reply = assignJobReplyCodec.decode(body);
  if (reply.state === 'Pending' || reply.state === 'Ready') return reply;
  throw new Fault('JOB_STATE_INVALID', `build server ${placed.server} says that job ${placed.job}, which is new, is ${reply.state}`);
}

/** Places the job on one server; a failure is noted against that server and thrown. */
async function assign(fleet: Fleet, ports: SchedulerPorts, placed: Placed, client: { toolchain: Toolchain; signal: AbortSignal }): Promise<AllocJobReply> {
  const { job, server, certificate } = placed;
  const { toolchain, signal } = client;
  const auth = signJobToken(placed.jobKey, job);
  // Also when it goes away while the reply is being sent: nobody would ever claim the slot.
  signal.addEventListener('abort', () => step(fleet, { kind: 'abandoned', at: ports.clock.monotonicMs(), job }), { once: true });
  try {
    const reply = await askServer(ports, placed, { toolchain, auth, signal });
    const state = reply.state === 'Pending' ? 'Pending' : 'Ready';
    const { needToolchain } = reply;
    const outcome = step(fleet, { kind: 'assigned', at: ports.clock.monotonicMs(), job, state, needToolchain });
    if (outcome.kind === 'gone') throw new Fault('SERVER_UNKNOWN', `build server ${server} was lost, or its client was, while it took job ${job}`);
    return { kind: 'Success', jobAlloc: { auth, jobId: job, serverId: server }, needToolchain, certDigest: certificate.digest };
  } catch (cause) {
    if (signal.aborted) throw new Fault('CANCELLED', `the client of job ${job} went away`, { cause });
    step(fleet, { kind: 'assignFailed', at: ports.clock.monotonicMs(), job });
    throw new Fault(isFault(cause) ? cause.code : 'HTTP_UNREACHABLE', `could not assign job ${job} to build server ${server}`, { cause });
  }
}

/**
 * `Fail` when every server is full.
 * @throws Fault of the last server asked, when none of those tried took the job; CANCELLED when the client went away
 */
export async function allocateJob(fleet: Fleet, ports: AllocationPorts, client: { toolchain: Toolchain; signal: AbortSignal }): Promise<AllocJobReply> {
  const { archiveId } = client.toolchain;
  if (!isArchiveId(archiveId)) throw new Fault('WIRE_MALFORMED', 'the toolchain asked for is not named by 64 hex digits');
  let failure: unknown;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const placed = step(fleet, { kind: 'allocate', at: ports.clock.monotonicMs(), toolchain: archiveId });
    if (placed.kind === 'full') {
      if (failure !== undefined) break;
      ports.log.debug('no build server is free', { servers: placed.servers });
      return { kind: 'Fail', msg: `Insufficient capacity across ${placed.servers} available servers` };
    }
    try {
      const reply = await assign(fleet, ports, placed, client);
      ports.log.debug('job placed', { job: placed.job, server: placed.server });
      ports.notes.placed(placed.server);
      return reply;
    } catch (thrown) {
      if (isFault(thrown, 'CANCELLED')) throw thrown;
      ports.log.warn(thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown instanceof Error ? String(thrown.cause) : undefined });
      ports.figures.assignFailures.add();
      ports.notes.failed(placed.server, { message: causeChain(thrown).join(': '), at: ports.clock.monotonicMs() });
      failure = thrown;
    }
  }
  throw failure;
}
