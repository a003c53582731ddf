// Knows: how a daemon in the foreground of its own process lives: started, told other settings, stopped by signals, crashes told to the log.
// Refuses to know: which daemon.
import { type Fault, type Log, isFault, type SettingsChanges } from '@sccache-ts/core/base';
import { type InheritedSockets, openServiceManager } from '@sccache-ts/core/host';
import { reloadOnChange } from './reload.js';

export interface Running<S> {
  reload(settings: S): SettingsChanges;
  /** Takes nothing new, and resolves when what is under way is done or was handed back. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface LifeOptions<S> {
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the settings; absolute. */
  readonly path: string;
  readonly load: () => Promise<S>;
  /** Where it listens, in words. */
  readonly listens: string;
  readonly drainSeconds: (settings: S) => number;
  readonly settings: S;
}

/** Beyond draining: what closing may take. */
const closeMs = 10_000;

/** Resolves with the first signal that asks for an end; a second one ends the process at once. */
export function askedToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const signals = ['SIGTERM', 'SIGINT'] as const;
    const stop = (signal: NodeJS.Signals): void => {
      for (const it of signals) process.off(it, stop);
      resolve(signal);
    };
    for (const it of signals) process.on(it, stop);
  });
}

/** A socket that nobody listens to lets its callers wait for ever. */
export function tellUnused(sockets: InheritedSockets, log: Log): void {
  for (const address of sockets.left()) log.warn(`handed over by who started this, but at no address of the settings: ${address}`);
}

const described = (thrown: unknown): string => (thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));

/** Lets a daemon run until it is asked to stop. */
export async function liveUntilAsked<S>(daemon: Running<S>, options: LifeOptions<S>): Promise<void> {
  const { log, path, load, listens } = options;
  const crash = (thrown: unknown): void => {
    log.error(`crashed: ${described(thrown)}`);
    process.exit(2);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  const stop = askedToStop();
  const manager = openServiceManager(options.env, { lost: (why) => log.warn(why) });
  let drainSeconds = options.drainSeconds(options.settings);
  const take = (settings: S): SettingsChanges => {
    drainSeconds = options.drainSeconds(settings);
    return daemon.reload(settings);
  };
  manager.ready(listens);
  const reloading = reloadOnChange({ path, load, log, take, begin: () => manager.reloading(), end: () => manager.ready(listens) });
  const signal = await stop;
  log.info(`stopping on ${signal}`);
  manager.stopping('finishing what is under way', drainSeconds * 1000 + closeMs);
  await reloading.close();
  await daemon.drain();
  await daemon.close();
  manager.close();
}

/** For the channel to the foreground, which carries faults only. */
export const asFault = (thrown: unknown): Pick<Fault, 'code' | 'message' | 'hint'> =>
  isFault(thrown) ? thrown : { code: 'DAEMON_START_FAILED', message: described(thrown), hint: undefined };
