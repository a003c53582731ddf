// Knows: the calls that a client makes to a scheduler and to build servers, each with its deadline and its bounds.
// Refuses to know: when they are made, and what is done about a fault.
import { createHash, X509Certificate } from 'node:crypto';
import { Fault } from '../base/index.js';
import type { HttpClient, HttpReply, HttpRequest } from '../host/index.js';
import {
  type AllocJobReply,
  allocJobReplyCodec,
  type ArchiveId,
  contentTypes,
  encodeRunJobPrefix,
  type JobAlloc,
  paths,
  routes,
  type RunJobHeader,
  type RunJobReply,
  runJobReplyCodec,
  type SchedulerStatus,
  schedulerStatusCodec,
  serverCertificateReplyCodec,
  type ServerId,
  type SubmitToolchainReply,
  submitToolchainReplyCodec,
  toolchainCodec,
} from '../wire/index.js';
import { createServerWatch, type ServerWatch, type WatchRules } from './server-watch.js';

export interface DistClientOptions {
  readonly http: HttpClient;
  /** `http://host/` or `https://host/`. */
  readonly schedulerUrl: string;
  /** Secret. */
  readonly token: string;
  /** Digest of the scheduler's public key; undefined: the machine's authorities decide. */
  readonly schedulerPin?: string | undefined;
  readonly deadlines?: Partial<DistDeadlines>;
  readonly watch?: WatchRules;
}

/** Milliseconds for whole calls. */
export interface DistDeadlines {
  readonly status: number;
  readonly alloc: number;
  readonly certificate: number;
  readonly submit: number;
  readonly run: number;
}

/** Upstream waits 1200 s for everything; a scheduler that needs more than a few seconds costs more than it gives. */
export const distDeadlines: DistDeadlines = { status: 5_000, alloc: 10_000, certificate: 10_000, submit: 600_000, run: 600_000 };

/**
 * All throw Fault HTTP_UNREACHABLE, HTTP_TIMEOUT, HTTP_STATUS, AUTH_REFUSED (401 and 403), WIRE_MALFORMED, WIRE_TOO_LARGE or
 * CANCELLED.
 */
export interface DistClient {
  status(signal?: AbortSignal): Promise<SchedulerStatus>;
  allocJob(archiveId: ArchiveId, signal?: AbortSignal): Promise<AllocJobReply>;
  /**
   * PEM of the certificate with that digest. Asked for once for each server and digest, and checked.
   * @throws also Fault RESULT_DOUBTFUL when the scheduler sends another one
   */
  certificate(server: ServerId, digest: Uint8Array): Promise<string>;
  submitToolchain(job: PinnedJob, archive: { readonly file: string } | Uint8Array, signal?: AbortSignal): Promise<SubmitToolchainReply>;
  /** @param archive a zlib stream of a tar, in pieces */
  runJob(job: PinnedJob, work: { readonly header: RunJobHeader; readonly archive: readonly Uint8Array[] }, signal?: AbortSignal): Promise<RunJobReply>;
}

export interface PinnedJob {
  readonly alloc: JobAlloc;
  /** PEM. */
  readonly certificate: string;
}

const smallReply = 64 * 1024;
/** Compressed outputs of one compile. */
const largestReply = 256 * 1024 * 1024;
/** Asks our build server for plain exit codes, instead of those that sccache's clients read right; others ignore it. */
const greeting = { 'x-sccache-ts': '1' };
const remembered = 1_000;

/** What the peer says, cut and without control characters, for a log. */
function said(reply: HttpReply): string {
  const text = Buffer.from(reply.body.subarray(0, 2_000)).toString();
  try {
    const { description } = JSON.parse(text) as { description?: unknown };
    if (typeof description === 'string') return description.replace(/[^\x20-\x7e]/g, ' ').slice(0, 200);
  } catch {
    // Not the protocol's error body: plain text from a scheduler, or a page from some proxy.
  }
  return text.replace(/[^\x20-\x7e]/g, ' ').trim().slice(0, 200);
}

function checked(reply: HttpReply, request: HttpRequest): Uint8Array {
  if (reply.status >= 200 && reply.status < 300) return reply.body;
  const { host, pathname } = new URL(request.url);
  const code = reply.status === 401 || reply.status === 403 ? 'AUTH_REFUSED' : 'HTTP_STATUS';
  throw new Fault(code, `${request.method} ${host}${pathname}: answered ${reply.status} ${said(reply)}`.trimEnd());
}

type Call = (request: Omit<HttpRequest, 'signal'>, signal: AbortSignal | undefined) => Promise<Uint8Array>;

const bearer = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });
const bincode = { 'content-type': contentTypes.bincode };

function pemOf(body: Uint8Array, server: ServerId, digest: string): string {
  const pem = Buffer.from(serverCertificateReplyCodec.decode(body).certPem).toString('latin1');
  let found: string;
  try {
    found = createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
  } catch (cause) {
    throw new Fault('WIRE_MALFORMED', `the scheduler's certificate for ${server} cannot be read`, { cause });
  }
  if (found !== digest) throw new Fault('RESULT_DOUBTFUL', `the scheduler sends another certificate for ${server} than it announced`);
  return pem;
}

/** Remembers for each server the certificate that was announced last; many jobs that need it ask once. */
function certificateKeeper(fetch: (server: ServerId) => Promise<Uint8Array>): DistClient['certificate'] {
  const certificates = new Map<ServerId, { readonly digest: string; readonly pem: Promise<string> }>();
  return (server, digest) => {
    const wanted = Buffer.from(digest).toString('hex');
    const known = certificates.get(server);
    if (known?.digest === wanted) return known.pem;
    const pem = fetch(server).then((body) => pemOf(body, server, wanted));
    certificates.delete(server);
    certificates.set(server, { digest: wanted, pem });
    const [oldest] = certificates.keys();
    if (certificates.size > remembered && oldest !== undefined) certificates.delete(oldest);
    pem.catch(() => {
      if (certificates.get(server)?.pem === pem) certificates.delete(server);
    });
    return pem;
  };
}

type SchedulerCalls = Pick<DistClient, 'status' | 'allocJob' | 'certificate'>;

function schedulerCalls(call: Call, options: DistClientOptions, deadlines: DistDeadlines): SchedulerCalls {
  const scheduler = options.schedulerUrl.replace(/\/+$/, '');
  const pinned = options.schedulerPin === undefined ? {} : { pin: options.schedulerPin };
  return {
    async status(signal) {
      return schedulerStatusCodec.decode(
        await call({ method: 'GET', url: scheduler + routes.status, ...pinned, timeoutMs: deadlines.status, maxReply: smallReply }, signal),
      );
    },
    async allocJob(archiveId, signal) {
      const request = {
        method: 'POST',
        url: scheduler + routes.allocJob,
        ...pinned,
        headers: { ...bearer(options.token), ...bincode },
        body: toolchainCodec.encode({ archiveId }),
        timeoutMs: deadlines.alloc,
        maxReply: smallReply,
        repeatable: true,
      } as const;
      return allocJobReplyCodec.decode(await call(request, signal));
    },
    // Not bound to one compile's signal: others may be waiting for the same certificate.
    certificate: certificateKeeper((server) =>
      call({ method: 'GET', url: scheduler + paths.serverCertificate(server), ...pinned, timeoutMs: deadlines.certificate, maxReply: smallReply }, undefined),
    ),
  };
}

function serverCalls(call: Call, deadlines: DistDeadlines, watch: ServerWatch): Pick<DistClient, 'submitToolchain' | 'runJob'> {
  const post = (job: PinnedJob, path: string): Pick<HttpRequest, 'method' | 'url' | 'ca'> => ({
    method: 'POST',
    url: `https://${job.alloc.serverId}${path}`,
    ca: job.certificate,
  });
  const needed = (job: PinnedJob) => ({ id: job.alloc.serverId, certificate: job.certificate });
  return {
    async submitToolchain(job, archive, signal) {
      const request = {
        ...post(job, paths.submitToolchain(job.alloc.jobId)),
        headers: bearer(job.alloc.auth),
        body: archive,
        timeoutMs: deadlines.submit,
        maxReply: smallReply,
      };
      return submitToolchainReplyCodec.decode(await watch.during(needed(job), signal, (either) => call(request, either)));
    },
    async runJob(job, { header, archive }, signal) {
      const request = {
        ...post(job, paths.runJob(job.alloc.jobId)),
        headers: { ...bearer(job.alloc.auth), ...bincode },
        body: Buffer.concat([encodeRunJobPrefix(header), ...archive]),
        timeoutMs: deadlines.run,
        maxReply: largestReply,
      };
      return runJobReplyCodec.decode(await watch.during(needed(job), signal, (either) => call(request, either)));
    },
  };
}

export function createDistClient(options: DistClientOptions): DistClient {
  const deadlines = { ...distDeadlines, ...options.deadlines };
  const call: Call = async (request, signal) => {
    const whole = { ...request, headers: { ...greeting, ...request.headers }, ...(signal === undefined ? {} : { signal }) };
    return checked(await options.http.request(whole), whole);
  };
  return { ...schedulerCalls(call, options, deadlines), ...serverCalls(call, deadlines, createServerWatch(options.http, options.watch)) };
}
