// Knows: how a scheduler is put together, started and ended. Refuses to know: files, signals and the command line.
import type { SettingsChanges, SocketAddress } from '@sccache-ts/core/base';
import { addProcessFigures, measuredFromHere, type Operation, operationRoutes, serveHttp, serveOperation } from '@sccache-ts/core/host';
import { createFleet } from '@sccache-ts/core/scheduling';
import { clientGate } from './client-admission.js';
import { awaitIdle } from './draining.js';
import { pruneFleet, type Scheduler, schedulerRoutes } from './endpoints.js';
import { addGauges, createFigures } from './figures.js';
import type { SchedulerPorts } from './ports.js';
import { reloadInto } from './reload.js';
import { createServerNotes } from './server-notes.js';
import type { SchedulerSettings } from './settings.js';

export interface RunningScheduler {
  /** Where it listens, with the real port when 0 was asked for. */
  readonly address: SocketAddress;
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
  clients: Scheduler['clients'];
}

/** What all endpoints share; `state` and `settings` change while it runs. */
function createScheduler(settings: SchedulerSettings, state: State, options: RunSchedulerOptions): Scheduler {
  const { clock, version = '' } = options;
  const now = (): number => clock.monotonicMs();
  const fleet = createFleet(Math.floor(clock.wallMs() / 1000) * jobsPerSecond);
  const [figures, notes] = [createFigures(), createServerNotes()];
  addGauges(figures, fleet, { notes, now, stopping: () => state.stopping });
  return {
    ...options,
    settings,
    fleet,
    figures,
    notes,
    version,
    startedAt: now(),
    get clients() {
      return state.clients;
    },
    get stopping() {
      return state.stopping;
    },
  };
}

/**
 * Listens at once, whether or not what checks the clients' tokens can be reached.
 * @throws Fault ADDRESS_IN_USE, ADDRESS_INVALID
 */
export async function runScheduler(given: SchedulerSettings, options: RunSchedulerOptions): Promise<RunningScheduler> {
  const settings = { ...given };
  const state: State = { stopping: false, clients: clientGate(settings.clientAuth, options) };
  const scheduler = createScheduler(settings, state, options);
  const { host, port, family } = settings.publicAddr;
  const operation: Operation = { metrics: scheduler.figures.metrics, unready: () => (state.stopping ? 'being stopped: no new jobs are placed' : undefined) };
  const server = await serveHttp({
    routes: [...schedulerRoutes(scheduler), ...operationRoutes(operation, measuredFromHere)],
    host,
    port,
    get trustedProxies() {
      return settings.trustedProxies;
    },
    log: options.log,
  });
  const watch = await serveOperation(operation, settings.metricsAddr, options.log).catch(async (thrown: unknown) => {
    await server.close();
    throw thrown;
  });
  const figures = addProcessFigures(operation.metrics, { version: scheduler.version, startedMs: options.clock.wallMs() });
  state.clients.prepare();
  const timer = setInterval(() => pruneFleet(scheduler), pruneEveryMs);
  timer.unref();
  return {
    address: { host, port: server.port, family },
    reload(next) {
      const changes = reloadInto(settings, next);
      if (changes.live.includes('client_auth')) {
        state.clients = clientGate(settings.clientAuth, options);
        state.clients.prepare();
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
      await server.close();
      await watch?.close();
    },
  };
}
