// Knows: how a daemon in the foreground of its own process lives: started, stopped by signals, crashes told to the log.
// Refuses to know: which daemon.
import { type Fault, type Log, isFault } from '@sccache-ts/core/base';

export interface Running {
  close(): Promise<void>;
}

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

const described = (thrown: unknown): string => (thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));

/** Lets a daemon run until it is asked to stop. */
export async function liveUntilAsked(daemon: Running, log: Log): Promise<void> {
  const crash = (thrown: unknown): void => {
    log.error(`crashed: ${described(thrown)}`);
    process.exit(2);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  const signal = await askedToStop();
  log.info(`stopping on ${signal}`);
  await daemon.close();
}

/** For the channel to the foreground, which carries faults only. */
export const asFault = (thrown: unknown): Pick<Fault, 'code' | 'message' | 'hint'> =>
  isFault(thrown) ? thrown : { code: 'DAEMON_START_FAILED', message: described(thrown), hint: undefined };
