// Knows: how a command finds the daemon, or starts it, and asks it something. Refuses to know: what is asked.
import { setTimeout as nap } from 'node:timers/promises';
import type { ClientSettings } from '@sccache-ts/client';
import { Fault } from '@sccache-ts/core/base';
import { addressText, commandDaemon, daemonPlace, type DaemonPlace, type DaemonSocket, reachListeningDaemon, startDetachedDaemon } from '@sccache-ts/core/host';
import type { CommandContext } from './context.js';

const connectMs = 2_000;
const answerMs = 30_000;
/** sccache tries as often, as far apart. */
const retries = 10;
const retryMs = 500;

export const placeOf = ({ env, uid, cwd }: CommandContext): DaemonPlace => daemonPlace(env, { uid, cwd });

/** Undefined: no daemon runs. */
export function reachDaemon(context: CommandContext): Promise<DaemonSocket | undefined> {
  return reachListeningDaemon(placeOf(context), { uid: context.uid, timeoutMs: connectMs });
}

/** @throws Fault DAEMON_UNREACHABLE in sccache's words when there is none */
export async function requireDaemon(context: CommandContext): Promise<DaemonSocket> {
  const daemon = await reachDaemon(context);
  if (daemon !== undefined) return daemon;
  throw new Fault('DAEMON_UNREACHABLE', "couldn't connect to server", { cause: new Error(`nobody listens on ${addressText(placeOf(context))}`) });
}

/** Starts one when there is none. `busy`: another process is doing so, or a daemon runs. */
export function startDaemonProcess(context: CommandContext, settings: ClientSettings): Promise<{ listening: string } | 'busy'> {
  const { env, script } = context;
  return startDetachedDaemon({ place: placeOf(context), env, script, timeoutMs: settings.startupTimeoutMs });
}

/** For whoever has found none. @throws Fault DAEMON_UNREACHABLE when none listens after a while */
export async function startAndReachDaemon(context: CommandContext, settings: ClientSettings): Promise<DaemonSocket> {
  await startDaemonProcess(context, settings);
  for (let attempt = 0; attempt < retries; attempt++) {
    const daemon = await reachDaemon(context);
    if (daemon !== undefined) return daemon;
    await nap(retryMs);
  }
  return requireDaemon(context);
}

/** The daemon of this user, started when there is none. */
export async function reachOrStartDaemon(context: CommandContext, settings: ClientSettings): Promise<DaemonSocket> {
  return (await reachDaemon(context)) ?? startAndReachDaemon(context, settings);
}

/** Asks one thing and hangs up. */
export async function askDaemon(daemon: DaemonSocket, context: CommandContext, name: string): Promise<unknown> {
  const { value } = await commandDaemon(daemon, { build: context.build, name, timeoutMs: answerMs });
  daemon.end();
  return value;
}

/** Tells the daemon to end and waits until it has. */
export async function stopDaemon(daemon: DaemonSocket, context: CommandContext): Promise<unknown> {
  const { value, closed } = await commandDaemon(daemon, { build: context.build, name: 'stop', timeoutMs: answerMs });
  await Promise.race([closed, nap(answerMs, undefined, { ref: false })]);
  daemon.drop();
  return value;
}
