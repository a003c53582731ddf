// Knows: how a scheduler is put together, started and ended. Refuses to know: files, signals and the command line.
import type { SettingsChanges, SocketAddress } from '@sccache-ts/core/base';
import { addProcessFigures, type HttpServer, measuredFromHere, type Operation, operationRoutes, serveHttp, serveOperation } from '@sccache-ts/core/host';
import { createFleet } from '@sccache-ts/core/scheduling';
import { awaitIdle } from './draining.js';
import { pruneFleet, type Scheduler, schedulerRoutes } from './endpoints.js';
import { createFailedLogins } from './failed-logins.js';
import { addGauges, createFigures } from './figures.js';
import { createGates, type Gates } from './gates.js';
import type { SchedulerPorts } from './ports.js';
import { reloadInto } from './reload.js';
import { createServerNotes } from './server-notes.js';
import type { SchedulerSettings } from './settings.js';
import { type TlsMaterial, tlsMaterial } from './tls.js';

export interface RunningScheduler {
  /** Where it listens, with the real port when 0 was asked for. */
  readonly address: SocketAddress;
  /** Where it serves TLS; undefined: nowhere. */
  readonly tlsAddress: SocketAddress | undefined;
  /** Takes over what can change while it runs. */
  reload(settings: SchedulerSettings): SettingsChanges;
  /** Places no new jobs, and resolves when those placed have begun, or after `drainSeconds`. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

const pruneEveryMs = 30_000;
/** Room for a million jobs per second of a scheduler's life before the next one's numbers begin. */
const jobsPerSecond = 1_000_000;

export interface RunSchedulerOptions extends SchedulerPorts {
  /** Of the program, for whoever looks at the fleet. */
  readonly version?: string;
}

interface State {
  stopping: boolean;
  gates: Gates;
}

/** What all endpoints share; the state changes while it runs. */
function createScheduler(settings: SchedulerSettings, options: RunSchedulerOptions): { readonly scheduler: Scheduler; readonly state: State; readonly renewGates: () => void } {
  const { clock, log, version = '' } = options;
  const now = (): number => clock.monotonicMs();
  const fleet = createFleet(Math.floor(clock.wallMs() / 1000) * jobsPerSecond);
  const failedLogins = createFailedLogins(clock);
  const gates = (): Gates => createGates(settings, { ...options, fleet, failedLogins });
  const state: State = { stopping: false, gates: gates() };
  const [figures, notes] = [createFigures(), createServerNotes()];
  addGauges(figures, fleet, { notes, now, stopping: () => state.stopping });
  const scheduler: Scheduler = {
    ...options,
    fleet,
    figures,
    notes,
    version,
    startedAt: now(),
    get clients() {
      return state.gates.clients;
    },
    get servers() {
      return state.gates.servers;
    },
    get joining() {
      return { members: state.gates.members, failedLogins, log };
    },
    get stopping() {
      return state.stopping;
    },
  };
  return { scheduler, state, renewGates: () => void (state.gates = gates()) };
}

interface Listening {
  readonly plain: HttpServer | undefined;
  readonly tls: HttpServer | undefined;
}

async function listen(settings: SchedulerSettings, scheduler: Scheduler, { operation, sockets }: { readonly operation: Operation; readonly sockets: RunSchedulerOptions['sockets'] }): Promise<Listening> {
  const { publicAddr, tls } = settings;
  const { log, clock } = scheduler;
  const routes = [...schedulerRoutes(scheduler), ...operationRoutes(operation, measuredFromHere)];
  const serve = ({ host, port }: SocketAddress, material?: TlsMaterial): Promise<HttpServer> =>
    serveHttp({
      routes, host, port, log,
      // Read at each request: it may change while the scheduler runs.
      get trustedProxies() {
        return settings.trustedProxies;
      },
      ...(material === undefined ? {} : { tls: material }),
      ...(sockets === undefined ? {} : { sockets }),
    });
  if (tls === undefined) return { plain: await serve(publicAddr), tls: undefined };
  const at = tls.addr ?? publicAddr;
  const secure = await serve(at, await tlsMaterial(tls, at, clock.wallMs()));
  if (tls.addr === undefined) return { plain: undefined, tls: secure };
  try {
    return { plain: await serve(publicAddr), tls: secure };
  } catch (thrown) {
    await secure.close();
    throw thrown;
  }
}

/**
 * Listens at once, whether or not what checks the clients' tokens can be reached.
 * @throws Fault ADDRESS_IN_USE, ADDRESS_INVALID, SETTINGS_UNREADABLE
 */
export async function runScheduler(given: SchedulerSettings, options: RunSchedulerOptions): Promise<RunningScheduler> {
  const settings = { ...given };
  const { scheduler, state, renewGates } = createScheduler(settings, options);
  const operation: Operation = { metrics: scheduler.figures.metrics, unready: () => (state.stopping ? 'being stopped: no new jobs are placed' : undefined) };
  const { plain, tls } = await listen(settings, scheduler, { operation, sockets: options.sockets });
  const closeServers = async (): Promise<void> => void (await Promise.all([plain?.close(), tls?.close()]));
  const watch = await serveOperation(operation, settings.metricsAddr, options).catch(async (thrown: unknown) => {
    await closeServers();
    throw thrown;
  });
  const figures = addProcessFigures(operation.metrics, { version: scheduler.version, startedMs: options.clock.wallMs() });
  state.gates.clients.prepare();
  const timer = setInterval(() => pruneFleet(scheduler), pruneEveryMs);
  timer.unref();
  const { publicAddr } = settings;
  const securely = settings.tls?.addr ?? publicAddr;
  return {
    address: { ...publicAddr, port: (plain ?? tls)?.port ?? publicAddr.port },
    tlsAddress: tls === undefined ? undefined : { ...securely, port: tls.port },
    reload(next) {
      const changes = reloadInto(settings, next);
      if (changes.live.some((key) => ['client_auth', 'server_auth', 'revoked_servers'].includes(key))) {
        renewGates();
        state.gates.clients.prepare();
      }
      return changes;
    },
    async drain() {
      state.stopping = true;
      await awaitIdle(scheduler.fleet, () => options.clock.monotonicMs(), settings.drainSeconds * 1000);
    },
    async close() {
      clearInterval(timer);
      figures.close();
      await closeServers();
      await watch?.close();
    },
  };
}
