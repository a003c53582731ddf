// Knows: how a scheduler is put together, started and ended. Refuses to know: files, signals and the command line.
import { type SocketAddress } from '@sccache-ts/core/base';
import { serveHttp } from '@sccache-ts/core/host';
import { createFleet } from '@sccache-ts/core/scheduling';
import { serverGate } from './admission.js';
import { clientGate } from './client-admission.js';
import { pruneFleet, type Scheduler, schedulerRoutes } from './endpoints.js';
import type { SchedulerPorts } from './ports.js';
import type { SchedulerSettings } from './settings.js';

export interface RunningScheduler {
  /** Where it listens, with the real port when 0 was asked for. */
  readonly address: SocketAddress;
  close(): Promise<void>;
}

const pruneEveryMs = 30_000;
/** Room for a million jobs per second of a scheduler's life before the next one's numbers begin. */
const jobsPerSecond = 1_000_000;

/**
 * Listens at once, whether or not what checks the clients' tokens can be reached.
 * @throws Fault ADDRESS_IN_USE, ADDRESS_INVALID
 */
export async function runScheduler(settings: SchedulerSettings, ports: SchedulerPorts): Promise<RunningScheduler> {
  const firstJob = Math.floor(ports.clock.wallMs() / 1000) * jobsPerSecond;
  const scheduler: Scheduler = {
    ...ports,
    fleet: createFleet(firstJob),
    clients: clientGate(settings.clientAuth, ports),
    servers: serverGate(settings.serverAuth, ports),
  };
  const { host, port, family } = settings.publicAddr;
  const server = await serveHttp({
    routes: schedulerRoutes(scheduler),
    host,
    port,
    trustedProxies: settings.trustedProxies,
    log: ports.log,
  });
  scheduler.clients.prepare();
  const timer = setInterval(() => pruneFleet(scheduler), pruneEveryMs);
  timer.unref();
  return {
    address: { host, port: server.port, family },
    async close() {
      clearInterval(timer);
      await server.close();
    },
  };
}
