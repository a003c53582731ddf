// Knows: how to reach the daemon from JavaScript, prove who we are, and give it a command. Refuses to know: which commands there are.
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { Fault } from '../base/index.js';
import { decodeToLauncher, encodeFromLauncher, type FromLauncher, sameSecret, type ToLauncher } from '../wire/index.js';
import { addressText, type DaemonPlace, needsSecrets } from './daemon-place.js';
import { readSecrets } from './daemon-place-secrets.js';
import { FrameSocket } from './launcher-socket.js';

export type DaemonSocket = FrameSocket<ToLauncher, FromLauncher>;

export interface DialOptions {
  /** Effective user id. */
  readonly uid: number;
  readonly timeoutMs: number;
  /** Default false. */
  readonly lateIsAbsent?: boolean;
}

/** A bare connection; undefined when nobody listens. @throws Fault DAEMON_UNREACHABLE for every other reason */
export function dialDaemon(place: DaemonPlace, options: DialOptions): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = place.kind === 'port' ? connect(place.port, '127.0.0.1') : connect(place.kind === 'file' ? place.name : `\0${place.name}`);
    const late = new Error(`no connection in ${options.timeoutMs} ms`);
    socket.setTimeout(options.timeoutMs, () => socket.destroy(late));
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      // Windows asks several times at a port where nobody listens. Should somebody do, the lock tells.
      const absent = cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED' || (cause === late && options.lateIsAbsent === true);
      if (absent) resolve(undefined);
      else reject(new Fault('DAEMON_UNREACHABLE', `${addressText(place)} cannot be reached`, { cause }));
    });
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

/** A connection to the daemon of this user, secrets exchanged; undefined when there is none. @throws Fault DAEMON_UNREACHABLE */
export async function reachListeningDaemon(place: DaemonPlace, options: DialOptions): Promise<DaemonSocket | undefined> {
  const chosen = place.kind === 'port' && place.port === 0;
  // Who ends in good order takes its file away.
  if (chosen && !existsSync(place.secretsFile)) return undefined;
  const socket = await dialDaemon(chosen ? { ...place, port: readSecrets(place, options.uid).port ?? 0 } : place, { ...options, lateIsAbsent: chosen });
  if (socket === undefined) return undefined;
  const daemon: DaemonSocket = new FrameSocket(socket, { decode: decodeToLauncher, encode: encodeFromLauncher });
  if (!needsSecrets(place)) return daemon;
  try {
    const secrets = readSecrets(place, options.uid);
    daemon.send({ kind: 'knock', secret: secrets.launcher });
    const open = await daemon.next(options.timeoutMs);
    if (open.kind === 'open' && sameSecret(open.secret, secrets.daemon)) return daemon;
  } catch (cause) {
    daemon.drop();
    throw new Fault('DAEMON_UNREACHABLE', `${addressText(place)}: whoever listens there is not a daemon of this user`, { cause });
  }
  daemon.drop();
  throw new Fault('DAEMON_UNREACHABLE', `${addressText(place)}: whoever listens there is not a daemon of this user`);
}

export interface DaemonCommand {
  /** The version of this package. */
  readonly build: string;
  readonly name: string;
  readonly argument?: unknown;
  readonly timeoutMs: number;
}

/** What the daemon answers to a command: a JSON object with one of two members. */
type Envelope = { readonly value: unknown } | { readonly fault: { readonly code: string; readonly message: string } };

/**
 * Gives a command and returns the daemon's answer. `closed` resolves when the daemon has hung up: after `stop`, when it has ended.
 * @throws Fault DAEMON_UNREACHABLE (another version, no answer in time, nonsense, or a fault of the daemon's own, named in the message)
 */
export async function commandDaemon(daemon: DaemonSocket, command: DaemonCommand): Promise<{ value: unknown; closed: Promise<void> }> {
  const closed = new Promise<void>((resolve) => {
    if (daemon.gone.aborted) resolve();
    else daemon.gone.addEventListener('abort', () => resolve(), { once: true });
  });
  daemon.send({ kind: 'command', build: command.build, name: command.name, json: JSON.stringify(command.argument ?? null) });
  const answer = await daemon.next(command.timeoutMs).catch((cause: unknown) => {
    daemon.drop();
    throw new Fault('DAEMON_UNREACHABLE', `the daemon did not answer to ${command.name}`, { cause });
  });
  if (answer.kind !== 'reply') {
    daemon.drop();
    throw new Fault('DAEMON_UNREACHABLE', 'the daemon is of another version', { hint: 'stop it and let the next compile start a new one' });
  }
  const envelope = JSON.parse(answer.json) as Envelope;
  if ('fault' in envelope) {
    daemon.end();
    throw new Fault('DAEMON_UNREACHABLE', `${command.name}: ${envelope.fault.message}`);
  }
  return { value: envelope.value, closed };
}
