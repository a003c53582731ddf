// Knows: one compile on a build server, from its toolchain to outputs that may stand for those of a compile at home.
// Refuses to know: what is sent and when what comes back is believed (its errand), and whether distribution is worth trying now (distribution.ts).
import { Fault } from '../base/index.js';
import type { ArchiveId, JobAlloc, ServerId } from '../wire/index.js';
import type { DistClient, PinnedJob } from './dist-client.js';
import type { Errand, Packed } from './errand.js';
import type { OwnArchives } from './own-archive.js';
import type { AwayResult } from './ports.js';
import { type ReadyToolchain, within } from './toolchain-choice.js';
import type { Toolchains } from './toolchains.js';

/** Uploads under way, by server and archive, shared by the jobs that need them. */
export type Uploads = Map<string, Promise<void>>;

export interface AwayPorts {
  readonly client: DistClient;
  readonly toolchains: Toolchains;
  readonly uploads: Uploads;
  readonly ownArchives: OwnArchives;
  /** Outlives the single compile. */
  readonly closed: AbortSignal;
  /** How long a compile waits for its toolchain to be uploaded. */
  readonly uploadPatienceMs: number;
  /** Asks the scheduler for a build server; whoever owns the connection learns from it how the scheduler does. */
  readonly alloc: (archiveId: ArchiveId, signal: AbortSignal) => Promise<Allocation>;
  /** Tells it that a build server has done a job that was no compile. */
  readonly worked: (server: ServerId) => void;
}

export type Allocation =
  | { readonly kind: 'job'; readonly job: JobAlloc; readonly needToolchain: boolean; readonly certDigest: Uint8Array }
  /** No capacity, or a server that has failed us a moment ago: values, not faults. */
  | { readonly kind: 'none'; readonly reason: string; readonly server: ServerId | undefined };

/** Something that went wrong on, or on the way to, this very server. */
export class ServerTrouble extends Error {
  readonly server: ServerId;

  constructor(server: ServerId, cause: unknown) {
    super(`build server ${server}`, { cause });
    this.server = server;
  }
}

const atHome = (reason: string, server?: ServerId): AwayResult => ({ kind: 'home', reason, server, fault: undefined });

async function upload(pinned: PinnedJob, toolchain: ReadyToolchain, ports: AwayPorts): Promise<void> {
  const archive = await toolchain.archive();
  if (archive === undefined) throw new Fault('TOOLCHAIN_REFUSED', `the archive ${toolchain.archiveId} has been thrown out meanwhile`);
  try {
    await submit(pinned, { file: archive.path }, ports);
  } finally {
    archive.release();
  }
}

async function submit(pinned: PinnedJob, body: { readonly file: string } | Uint8Array, ports: AwayPorts): Promise<void> {
  const reply = await ports.client.submitToolchain(pinned, body, ports.closed);
  if (reply === 'Success') return;
  const server = pinned.alloc.serverId;
  if (reply === 'JobNotFound') throw new Fault('JOB_UNKNOWN', `${server} does not know the job for which a toolchain came`);
  throw new Fault('TOOLCHAIN_REFUSED', `${server} could not keep the toolchain: its cache is full, or the archive was damaged on the way`);
}

/**
 * Sees to it that the server has the toolchain. The upload is not this compile's alone: it goes on when the compile is cancelled
 * or has waited too long. @returns false in the latter case
 */
async function provide(pinned: PinnedJob, toolchain: ReadyToolchain, ports: AwayPorts): Promise<boolean> {
  const key = `${pinned.alloc.serverId} ${toolchain.archiveId}`;
  const begun = ports.uploads.get(key);
  const own = begun === undefined;
  const work = begun ?? upload(pinned, toolchain, ports).finally(() => ports.uploads.delete(key));
  if (own) ports.uploads.set(key, work);
  const done = await within(ports.uploadPatienceMs, work.then(() => true));
  if (done === undefined) {
    // Told again by the next job that needs it, if it fails.
    work.catch(() => undefined);
    return false;
  }
  // The server wants to hear it from every job; it has the archive, so that an empty body does.
  if (!own) await submit(pinned, new Uint8Array(), ports);
  return true;
}

interface Task {
  readonly errand: Errand;
  readonly toolchain: ReadyToolchain;
  readonly packed: Packed;
  /** Whether the compiler in the archive has been asked which it is. */
  readonly isKnown: boolean;
}

/** Undefined: the job went for asking the compiler over there which it is, and the compile needs one of its own. */
async function useJob({ errand, toolchain, packed, isKnown }: Task, allocation: Extract<Allocation, { kind: 'job' }>, ports: AwayPorts): Promise<AwayResult | undefined> {
  const server = allocation.job.serverId;
  const pinned = { alloc: allocation.job, certificate: await ports.client.certificate(server, allocation.certDigest) };
  if (allocation.needToolchain && !(await provide(pinned, toolchain, ports))) return atHome('its toolchain is still being uploaded', server);
  if (!isKnown) {
    await ports.ownArchives.ask(errand.compiler, toolchain, (job) => ports.client.runJob(pinned, job, errand.signal));
    ports.worked(server);
    return undefined;
  }
  const from = performance.now();
  const reply = await ports.client.runJob(pinned, packed, errand.signal);
  const compileMs = performance.now() - from;
  const verified = await packed.verify(reply);
  if (verified.kind === 'repeat') return atHome(verified.reason, server);
  return { kind: 'compiled', server, ...verified.made, compileMs };
}

/**
 * @throws ServerTrouble for what happened on a build server; whatever `alloc` and reading the inputs throw
 */
export async function compileThere(errand: Errand, ports: AwayPorts): Promise<AwayResult> {
  const toolchain = await ports.toolchains.choose(errand.compiler);
  if (toolchain.kind === 'home') return { ...toolchain, server: undefined };
  const likeness = ports.ownArchives.likeness(errand.compiler, toolchain);
  if (likeness?.kind === 'other') return atHome(likeness.reason);
  const packed = await errand.pack(toolchain);
  if (packed.kind === 'home') return atHome(packed.reason);
  const allocation = await ports.alloc(toolchain.archiveId, errand.signal);
  if (allocation.kind === 'none') return atHome(allocation.reason, allocation.server);
  const server = allocation.job.serverId;
  const done = await useJob({ errand, toolchain, packed, isKnown: likeness !== undefined }, allocation, ports).catch((cause: unknown) => {
    throw new ServerTrouble(server, cause);
  });
  return done ?? compileThere(errand, ports);
}
