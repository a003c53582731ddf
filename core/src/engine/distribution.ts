// Knows: whether it is worth trying a compile away now, given how scheduler and build servers have done of late.
// Refuses to know: what one such compile consists of.
import { causeChain, Fault, isFault, type Log } from '../base/index.js';
import { createHttpClient, createMemberCache, type HttpClient } from '../host/index.js';
import type { ArchiveId, SchedulerStatus, ServerId } from '../wire/index.js';
import { type Allocation, type AwayPorts, compileThere, ServerTrouble } from './away.js';
import { createDistClient, type DistDeadlines } from './dist-client.js';
import { createPatience, type Patience } from './distribution-patience.js';
import { mentionsOf } from './input-set-scan.js';
import type { AwayJob, AwayResult, Distribution } from './ports.js';
import { createToolchains, type ToolchainRule, within } from './toolchains.js';

export interface DistributionSettings {
  /** Ends in `/`. */
  readonly schedulerUrl: string;
  /** Secret. */
  readonly token: string;
  /** Absolute; ours alone. */
  readonly cacheDir: string;
  readonly toolchainCacheBytes: number;
  readonly toolchains: readonly ToolchainRule[];
  /** Compiles away at once; more stay at home. Default 256. */
  readonly maxJobs?: number;
  readonly deadlines?: Partial<DistDeadlines>;
  /** How long a compile waits for its toolchain to be packed, and then for its upload; each once. Default 10000. */
  readonly patienceMs?: number;
}

export interface DistributionPorts {
  readonly log: Log;
  /** For the processes that find out what belongs to a compiler; needs PATH. */
  readonly env: Readonly<Record<string, string>>;
  readonly http?: HttpClient;
  /** Milliseconds from any start, never backwards. */
  readonly clockMs?: () => number;
}

/** What `--dist-status` prints, in sccache's shapes. */
export type DistributionStatus =
  | {
      readonly SchedulerStatus: readonly [
        url: string,
        status: { readonly num_servers: number; readonly num_cpus: number; readonly in_progress: number },
      ];
    }
  | { readonly NotConnected: readonly [url: string, why: string] };

export interface LiveDistribution extends Distribution {
  status(): Promise<DistributionStatus>;
  /** Ends connections, packings and uploads; compiles that are away come home. */
  close(): Promise<void>;
}

const maxInputBytes = 64 * 1024 * 1024;
const memberBytes = 128 * 1024 * 1024;
/** Of a scheduler that does not answer, a compile learns after this long at most. */
const connectPatienceMs = 2_000;
/** A scheduler that answers but cannot do its work so many times in a row is taken for one that is down. */
const errorsInARow = 3;

const home = (reason: string, more: { readonly server?: ServerId; readonly fault?: unknown } = {}): AwayResult => ({
  kind: 'home',
  reason,
  server: more.server,
  fault: more.fault,
});

const wireStatus = ({ numServers, numCpus, inProgress }: SchedulerStatus) => ({
  num_servers: numServers,
  num_cpus: numCpus,
  in_progress: inProgress,
});

/** Distribution over one scheduler. Nothing is asked before the first compile or status. */
export function createDistribution(settings: DistributionSettings, ports: DistributionPorts): LiveDistribution {
  const { log } = ports;
  const { maxJobs = 256, patienceMs = 10_000, schedulerUrl } = settings;
  const clockMs = ports.clockMs ?? ((): number => performance.now());
  const http = ports.http ?? createHttpClient({ maxConnections: maxJobs });
  const client = createDistClient({ http, schedulerUrl, token: settings.token, ...(settings.deadlines ? { deadlines: settings.deadlines } : {}) });
  const toolchains = createToolchains({
    cacheDir: settings.cacheDir,
    maxBytes: settings.toolchainCacheBytes,
    rules: settings.toolchains,
    env: ports.env,
    log,
    patienceMs,
  });
  const closed = new AbortController();
  const scheduler = createPatience({ clockMs, firstMs: 30_000, longestMs: 300_000 });
  const servers = new Map<ServerId, Patience>();
  const said = new Set<string>();
  let connecting: Promise<boolean> | undefined;
  let connected = false;
  let errors = 0;
  let jobs = 0;

  const once = (sentence: string): void => {
    if (said.size < 1_000 && !said.has(sentence)) log.warn(sentence);
    said.add(sentence);
  };

  /** What a call to the scheduler taught us about it. */
  function schedulerFailed(thrown: unknown): void {
    if (isFault(thrown, 'CANCELLED')) return;
    errors += 1;
    if (isFault(thrown, 'AUTH_REFUSED')) once(`the scheduler refuses our token, so compiles stay at home: ${thrown.message}`);
    if (isFault(thrown, 'HTTP_STATUS') && errors < errorsInARow) return;
    connected = false;
    scheduler.failed();
    log.info(`the scheduler is left alone for ${Math.ceil(scheduler.leftMs() / 1000)} s: ${causeChain(thrown).join(': ')}`);
  }

  function schedulerWorked(): void {
    errors = 0;
    connected = true;
    scheduler.worked();
  }

  /** One status call at a time finds out whether there is a scheduler. */
  function connect(): Promise<boolean> {
    connecting ??= client
      .status(closed.signal)
      .then(
        () => {
          connected = true;
          return true;
        },
        (thrown: unknown) => {
          schedulerFailed(isFault(thrown, 'HTTP_STATUS') ? new Fault('HTTP_UNREACHABLE', thrown.message, { cause: thrown }) : thrown);
          return false;
        },
      )
      .finally(() => (connecting = undefined));
    return connecting;
  }

  function serverOf(server: ServerId): Patience {
    const known = servers.get(server) ?? createPatience({ clockMs, firstMs: 5_000, longestMs: 300_000 });
    servers.delete(server);
    servers.set(server, known);
    const [oldest] = servers.keys();
    if (servers.size > 1_000 && oldest !== undefined) servers.delete(oldest);
    return known;
  }

  async function alloc(archiveId: ArchiveId, signal: AbortSignal): Promise<Allocation> {
    const reply = await client.allocJob(archiveId, signal).catch((thrown: unknown) => {
      schedulerFailed(thrown);
      throw thrown;
    });
    schedulerWorked();
    if (reply.kind === 'Fail') return { kind: 'none', reason: reply.msg.slice(0, 200), server: undefined };
    const { jobAlloc, needToolchain, certDigest } = reply;
    const server = jobAlloc.serverId;
    if (!serverOf(server).mayTry()) return { kind: 'none', reason: 'the build server has failed a moment ago', server };
    return { kind: 'job', job: jobAlloc, needToolchain, certDigest };
  }

  const away: AwayPorts = {
    client,
    toolchains,
    members: createMemberCache({ maxBytes: memberBytes, watch: mentionsOf }),
    uploads: new Map(),
    closed: closed.signal,
    maxInputBytes,
    uploadPatienceMs: patienceMs,
    alloc,
  };

  function failed(thrown: unknown, job: AwayJob): AwayResult {
    if (job.signal.aborted) return home('cancelled');
    if (!(thrown instanceof ServerTrouble)) return home('the fleet cannot be used', { fault: thrown });
    const { server, cause } = thrown;
    if (!isFault(cause, 'CANCELLED')) serverOf(server).failed();
    if (isFault(cause, 'AUTH_REFUSED')) once(`build server ${server} refuses the scheduler's job token: ${cause.message}`);
    return home('the build server could not do it', { server, fault: cause });
  }

  async function compile(job: AwayJob): Promise<AwayResult> {
    if (closed.signal.aborted) return home('distribution is closed');
    if (job.compilation.homeOnly !== undefined) return home(job.compilation.homeOnly);
    if (jobs >= maxJobs) return home(`${maxJobs} compiles are away already`);
    if (!connected) {
      if (!scheduler.mayTry()) return home('no scheduler just now');
      if ((await within(connectPatienceMs, connect())) !== true) return home('no scheduler just now');
    }
    jobs += 1;
    try {
      const result = await compileThere(job, away);
      if (result.kind === 'compiled') serverOf(result.server).worked();
      return result;
    } catch (thrown) {
      return failed(thrown, job);
    } finally {
      jobs -= 1;
    }
  }

  return {
    compile,
    async status() {
      if (scheduler.leftMs() > 0) {
        const seconds = (scheduler.leftMs() / 1000).toFixed(1);
        return { NotConnected: [schedulerUrl, `enabled, not connected, will retry in ${seconds}s`] };
      }
      try {
        const status = await client.status(closed.signal);
        schedulerWorked();
        return { SchedulerStatus: [schedulerUrl, wireStatus(status)] };
      } catch (thrown) {
        schedulerFailed(thrown);
        return { NotConnected: [schedulerUrl, 'could not communicate with scheduler'] };
      }
    },
    async close() {
      closed.abort();
      await toolchains.close();
      await http.close();
    },
  };
}
