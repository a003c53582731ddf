// Knows: how a scheduler is put together, started and ended. Refuses to know: files, signals and the command line.
import { type SocketAddress } from '@sccache-ts/core/base';
import { type HttpServer, serveHttp } from '@sccache-ts/core/host';
import { createFleet } from '@sccache-ts/core/scheduling';
import { deriveKeys } from '@sccache-ts/core/wire';
import { serverGate } from './admission.js';
import { clientGate } from './client-admission.js';
import { pruneFleet, type Scheduler, schedulerRoutes } from './endpoints.js';
import { createFailedLogins } from './failed-logins.js';
import { createMembers } from './members.js';
import type { SchedulerPorts } from './ports.js';
import type { SchedulerSettings } from './settings.js';
import { type TlsMaterial, tlsMaterial } from './tls.js';

export interface RunningScheduler {
  /** Where it listens, with the real port when 0 was asked for. */
  readonly address: SocketAddress;
  /** Where it serves TLS; undefined: nowhere. */
  readonly tlsAddress: SocketAddress | undefined;
  close(): Promise<void>;
}

const pruneEveryMs = 30_000;
/** Room for a million jobs per second of a scheduler's life before the next one's numbers begin. */
const jobsPerSecond = 1_000_000;

function assemble(settings: SchedulerSettings, ports: SchedulerPorts): Scheduler {
  const firstJob = Math.floor(ports.clock.wallMs() / 1000) * jobsPerSecond;
  const fleet = createFleet(firstJob);
  const { serverAuth, revokedServers = [] } = settings;
  const failedLogins = createFailedLogins(ports.clock);
  const members = serverAuth.kind === 'jwt_hs256' ? createMembers({ keys: deriveKeys(serverAuth.secretKey), revoked: revokedServers, clock: ports.clock, fleet }) : undefined;
  return {
    ...ports,
    fleet,
    clients: clientGate(settings.clientAuth, ports),
    servers: serverGate(serverAuth, { failedLogins, members }),
    joining: { members, failedLogins, log: ports.log },
  };
}

interface Listening {
  readonly plain: HttpServer | undefined;
  readonly tls: HttpServer | undefined;
}

async function listen(settings: SchedulerSettings, scheduler: Scheduler): Promise<Listening> {
  const { publicAddr, trustedProxies, tls } = settings;
  const { log, clock } = scheduler;
  const serve = ({ host, port }: SocketAddress, material?: TlsMaterial): Promise<HttpServer> =>
    serveHttp({ routes: schedulerRoutes(scheduler), host, port, trustedProxies, log, ...(material === undefined ? {} : { tls: material }) });
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
export async function runScheduler(settings: SchedulerSettings, ports: SchedulerPorts): Promise<RunningScheduler> {
  const scheduler = assemble(settings, ports);
  const { plain, tls } = await listen(settings, scheduler);
  scheduler.clients.prepare();
  const timer = setInterval(() => pruneFleet(scheduler), pruneEveryMs);
  timer.unref();
  const { publicAddr } = settings;
  const securely = settings.tls?.addr ?? publicAddr;
  return {
    address: { ...publicAddr, port: (plain ?? tls)?.port ?? publicAddr.port },
    tlsAddress: tls === undefined ? undefined : { ...securely, port: tls.port },
    async close() {
      clearInterval(timer);
      await Promise.all([plain?.close(), tls?.close()]);
    },
  };
}
