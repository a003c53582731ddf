// Knows: the life of a daemon process: lock, start, telling the starter, signals, end. Refuses to know: settings and compiles.
import { causeChain, type EnvPairs, envValue, Fault, isFault } from '@sccache-ts/core/base';
import { type DaemonLock, daemonPlace, type DaemonPlace, inheritedLock, type StartNotice, takeLock, tellStarter } from '@sccache-ts/core/host';
import { type Daemon, type DaemonParts, startDaemon } from './daemon.js';

export interface DaemonProcess {
  readonly env: EnvPairs;
  /** Effective user id. */
  readonly uid: number;
  /** The version of this package. */
  readonly build: string;
  /** Reads settings and joins the engine; its faults are told to whoever started us. */
  readonly prepare: () => Promise<DaemonParts>;
}

const descriptor = (env: EnvPairs, name: string): number | undefined => {
  const text = envValue(env, name) ?? '';
  return /^\d{1,5}$/.test(text) ? Number(text) : undefined;
};

async function lockOf(place: DaemonPlace, env: EnvPairs): Promise<DaemonLock> {
  const inherited = descriptor(env, 'SCCACHE_TS_LOCK_FD');
  if (inherited !== undefined) return inheritedLock(inherited);
  const lock = await takeLock(place);
  if (lock === undefined) throw new Fault('ADDRESS_IN_USE', 'Address in use', { hint: 'a daemon is running already: sccache-ts --stop-server' });
  return lock;
}

async function start(options: DaemonProcess): Promise<Daemon> {
  const place = daemonPlace(options.env, { uid: options.uid, cwd: process.cwd() });
  const lock = await lockOf(place, options.env);
  return startDaemon({ ...(await options.prepare()), place, lock, uid: options.uid, build: options.build });
}

function failureNotice(thrown: unknown): StartNotice {
  const message = causeChain(thrown).join(': ');
  if (!isFault(thrown)) return { failed: { code: 'IMPOSSIBLE', message } };
  return { failed: { code: thrown.code, message, ...(thrown.hint === undefined ? {} : { hint: thrown.hint }) } };
}

/**
 * Is the daemon until it ends; the caller then exits. SIGTERM and SIGINT let running compiles finish for at most 10 s.
 * @throws Fault ADDRESS_IN_USE, DAEMON_START_FAILED, DAEMON_UNREACHABLE, and whatever `prepare` throws
 */
export async function runDaemon(options: DaemonProcess): Promise<void> {
  const notice = descriptor(options.env, 'SCCACHE_TS_NOTICE_FD');
  let daemon: Daemon;
  try {
    daemon = await start(options);
  } catch (thrown) {
    if (notice !== undefined) tellStarter(notice, failureNotice(thrown));
    throw thrown;
  }
  if (notice !== undefined) tellStarter(notice, { listening: daemon.address });
  const stop = (): void => daemon.stop();
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A daemon outlives the terminal it was started from.
  process.on('SIGHUP', () => undefined);
  await daemon.ended;
}
