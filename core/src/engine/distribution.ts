// Knows: whether it is worth trying a compile away now, given how scheduler and build servers have done of late.
// Refuses to know: what one such compile consists of.
import type { Log } from '../base/index.js';
import { createFolderViews, createHttpClient, createMemberCache, createSearchLists, type HttpClient } from '../host/index.js';
import type { SchedulerStatus, ServerId } from '../wire/index.js';
import { type AwayPorts, compileThere, ServerTrouble } from './away.js';
import { createDistClient, type DistDeadlines } from './dist-client.js';
import { type Connection, createConnection } from './distribution-connection.js';
import { compileErrand } from './compile-errand.js';
import { crateErrand, crateHomeOnly } from './crate-errand.js';
import { marksIn } from './crate-input-set.js';
import type { Errand } from './errand.js';
import { foreignHostReason } from './foreign-host.js';
import { mentionsOf } from './input-set-scan.js';
import { createOwnArchives } from './own-archive.js';
import type { AwayCrate, AwayJob, AwayResult, Distribution } from './ports.js';
import type { ToolchainRule } from './toolchain-choice.js';
import { createToolchains } from './toolchains.js';

export interface DistributionSettings {
  /** Ends in `/`. */
  readonly schedulerUrl: string;
  /** Secret. */
  readonly token: string;
  /** Digest of the scheduler's public key; undefined: the machine's authorities decide. */
  readonly schedulerPin?: string | undefined;
  /** What the user can do when the scheduler refuses the token; for the log. */
  readonly refusedHint?: string;
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
  /** As node names it; default this machine's. */
  readonly platform?: string;
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
/** A crate needs all that stands beneath it. */
const maxCrateInputBytes = 512 * 1024 * 1024;
const memberBytes = 128 * 1024 * 1024;
const defaultJobs = 256;
const defaultPatienceMs = 10_000;

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

function homeAfter(thrown: unknown, job: Pick<AwayJob, 'signal'>, connection: Connection): AwayResult {
  if (job.signal.aborted) return home('cancelled');
  if (!(thrown instanceof ServerTrouble)) return home('the fleet cannot be used', { fault: thrown });
  const { server, cause } = thrown;
  connection.server.failed(server, cause);
  return home('the build server could not do it', { server, fault: cause });
}

async function statusOf(url: string, connection: Connection): Promise<DistributionStatus> {
  try {
    const status = await connection.status();
    if (typeof status !== 'number') return { SchedulerStatus: [url, wireStatus(status)] };
    return { NotConnected: [url, `enabled, not connected, will retry in ${(status / 1000).toFixed(1)}s`] };
  } catch {
    // The connection has taken note and logged it; these are sccache's words for it.
    return { NotConnected: [url, 'could not communicate with scheduler'] };
  }
}

interface Parts {
  readonly http: HttpClient;
  readonly errandOf: (job: AwayJob | AwayCrate) => Errand;
  readonly connection: Connection;
  readonly away: AwayPorts;
}

function partsOf(settings: DistributionSettings, ports: DistributionPorts, closed: AbortSignal): Parts {
  const { log, env } = ports;
  const { schedulerUrl, token, deadlines, patienceMs = defaultPatienceMs } = settings;
  const http = ports.http ?? createHttpClient({ maxConnections: settings.maxJobs ?? defaultJobs });
  const client = createDistClient({ http, schedulerUrl, token, schedulerPin: settings.schedulerPin, ...(deadlines === undefined ? {} : { deadlines }) });
  const connection = createConnection({ client, log, closed, refusedHint: settings.refusedHint, clockMs: ports.clockMs ?? ((): number => performance.now()) });
  const toolchains = createToolchains({
    cacheDir: settings.cacheDir,
    maxBytes: settings.toolchainCacheBytes,
    rules: settings.toolchains,
    env,
    log,
    patienceMs,
    platform: ports.platform ?? process.platform,
  });
  const members = createMemberCache({ maxBytes: memberBytes, watch: mentionsOf });
  const crateMembers = createMemberCache({ maxBytes: memberBytes, watch: marksIn });
  const searchLists = createSearchLists();
  const views = createFolderViews(Date.now);
  const errandOf = (job: AwayJob | AwayCrate): Errand =>
    'files' in job ? compileErrand(job, { members, maxBytes: maxInputBytes, views, searchLists }) : crateErrand(job, { members: crateMembers, maxBytes: maxCrateInputBytes });
  const { alloc, server } = connection;
  const away = { client, toolchains, uploads: new Map(), ownArchives: createOwnArchives(log), closed, uploadPatienceMs: patienceMs, alloc, worked: (id: ServerId): void => server.worked(id) };
  return { http, errandOf, connection, away };
}

/** Distribution over one scheduler. Nothing is asked before the first compile or status. */
export function createDistribution(settings: DistributionSettings, ports: DistributionPorts): LiveDistribution {
  const { maxJobs = defaultJobs, schedulerUrl } = settings;
  const closed = new AbortController();
  const { http, errandOf, connection, away } = partsOf(settings, ports, closed.signal);
  let jobs = 0;

  async function compile(job: AwayJob | AwayCrate): Promise<AwayResult> {
    if (closed.signal.aborted) return home('distribution is closed');
    const homeOnly = 'files' in job ? (job.compilation.homeOnly ?? foreignHostReason(job, ports.platform ?? process.platform)) : crateHomeOnly(job);
    if (homeOnly !== undefined) return home(homeOnly);
    if (jobs >= maxJobs) return home(`${maxJobs} compiles are away already`);
    jobs += 1;
    try {
      if (!(await connection.usable())) return home('no scheduler just now');
      const result = await compileThere(errandOf(job), away);
      if (result.kind === 'compiled') connection.server.worked(result.server);
      return result;
    } catch (thrown) {
      return homeAfter(thrown, job, connection);
    } finally {
      jobs -= 1;
    }
  }

  return {
    compile,
    status: () => statusOf(schedulerUrl, connection),
    async close() {
      closed.abort();
      await away.toolchains.close();
      await http.close();
    },
  };
}
