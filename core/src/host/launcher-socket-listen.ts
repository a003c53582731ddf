// Knows: how a daemon listens for launchers of its own user and for nobody else. Refuses to know: what they want.
import { timingSafeEqual } from 'node:crypto';
import { lstatSync, renameSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { Fault } from '../base/index.js';
import { decodeFromLauncher, encodeToLauncher, type FromLauncher, type ToLauncher } from '../wire/index.js';
import { addressText, type DaemonPlace, needsSecrets } from './daemon-place.js';
import { type DaemonSecrets, makeSecrets } from './daemon-place-secrets.js';
import { type AnswerAtOnce, FrameSocket } from './launcher-socket.js';
import { dialDaemon } from './launcher-socket-dial.js';

export type LauncherSocket = FrameSocket<FromLauncher, ToLauncher>;

export interface LauncherListener {
  /** As sccache spells it. */
  readonly address: string;
  /** False when the socket file was taken away or replaced: no launcher finds us any more. */
  isReachable(): boolean;
  /** Takes no more launchers; those that are connected stay. */
  close(): void;
}

export interface LauncherHandlers {
  readonly onLauncher: (launcher: LauncherSocket) => void;
  /** Asked first, once it is known that the launcher is this user's. */
  readonly atOnce: AnswerAtOnce;
}

/** A connection that says nothing for so long is no launcher. */
const silentMs = 10_000;

const sameSecret = (mine: string, given: string): boolean => {
  const [left, right] = [Buffer.from(mine), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** The one frame that a piece consists of, without its length. */
function wholeFrame(piece: Buffer): Uint8Array | undefined {
  return piece.byteLength > 4 && piece.readUInt32LE(0) === piece.byteLength - 4 ? piece.subarray(4) : undefined;
}

/** A launcher usually says all in one piece, and if the answer is known it is given with no more ado than this. */
function receiveOwn(socket: Socket, { atOnce, onLauncher }: LauncherHandlers): void {
  const silent = setTimeout(() => socket.destroy(), silentMs);
  // It may hang up at any time; then there is nobody to answer.
  const onError = (): void => undefined;
  socket.on('error', onError);
  socket.once('data', (piece: Buffer) => {
    clearTimeout(silent);
    const payload = wholeFrame(piece);
    const answer = payload === undefined ? undefined : atOnce(payload);
    if (answer !== undefined) return void socket.end(answer);
    socket.off('error', onError);
    const launcher: LauncherSocket = new FrameSocket(socket, { decode: decodeFromLauncher, encode: encodeToLauncher });
    launcher.takeFirst(piece);
    // What is longer than a piece has not been asked for yet.
    if (payload === undefined) launcher.answerAtOnce(atOnce);
    onLauncher(launcher);
  });
  socket.once('close', () => clearTimeout(silent));
}

async function receiveStranger(socket: Socket, secrets: DaemonSecrets, { atOnce, onLauncher }: LauncherHandlers): Promise<void> {
  const launcher: LauncherSocket = new FrameSocket(socket, { decode: decodeFromLauncher, encode: encodeToLauncher });
  try {
    const knock = await launcher.next(silentMs);
    if (knock.kind !== 'knock' || !sameSecret(secrets.launcher, knock.secret)) return launcher.drop();
    launcher.send({ kind: 'open', secret: secrets.daemon });
    launcher.answerAtOnce(atOnce);
    onLauncher(launcher);
  } catch {
    // It left without a word; nobody waits for an answer.
    launcher.drop();
  }
}

function listen(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The socket is made under another name and moved: nobody sees it before its rights are set, and node removes only the other name. */
async function listenAtFile(server: Server, path: string): Promise<() => boolean> {
  // Short, since a socket's name may have 107 bytes.
  const temporary = join(dirname(path), `.${process.pid}`);
  const before = process.umask(0o177);
  try {
    rmSync(temporary, { force: true });
    await listen(server, { path: temporary });
    renameSync(temporary, path);
  } finally {
    process.umask(before);
  }
  const mine = lstatSync(path).ino;
  return () => lstatSync(path, { throwIfNoEntry: false })?.ino === mine;
}

async function refuseIfTaken(place: DaemonPlace, uid: number): Promise<void> {
  const taken = (what: string): Fault => new Fault('ADDRESS_IN_USE', `${addressText(place)}: ${what}`);
  const there = place.kind === 'file' ? lstatSync(place.name, { throwIfNoEntry: false }) : undefined;
  if (there !== undefined && !there.isSocket()) throw taken('there is a file that is not a socket');
  const other = place.kind === 'port' ? undefined : await dialDaemon(place, { uid, timeoutMs: 1000 }).catch(() => undefined);
  other?.destroy();
  if (other !== undefined) throw taken('somebody listens there already');
}

/**
 * Listens at `place`. Call it only while holding the daemon's lock: a socket file that nobody listens on is replaced.
 * @throws Fault ADDRESS_IN_USE, DAEMON_START_FAILED
 */
export async function listenForLaunchers(place: DaemonPlace, uid: number, handlers: LauncherHandlers): Promise<LauncherListener> {
  await refuseIfTaken(place, uid);
  const guarded = needsSecrets(place);
  const chosen = place.kind === 'port' && place.port === 0;
  let secrets = guarded && !chosen ? await makeSecrets(place) : undefined;
  const server = createServer({ noDelay: place.kind === 'port' }, (socket) => {
    if (!guarded) receiveOwn(socket, handlers);
    else if (secrets !== undefined) void receiveStranger(socket, secrets, handlers);
    // Nobody has been told of the port yet.
    else socket.destroy();
  });
  let isReachable = (): boolean => true;
  try {
    if (place.kind === 'file') isReachable = await listenAtFile(server, place.name);
    else await listen(server, place.kind === 'port' ? { host: '127.0.0.1', port: place.port } : { path: `\0${place.name}` });
  } catch (cause) {
    const inUse = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
    throw new Fault(inUse ? 'ADDRESS_IN_USE' : 'DAEMON_START_FAILED', `${addressText(place)} cannot be listened on`, { cause });
  }
  const port = chosen ? (server.address() as AddressInfo).port : place.port;
  if (chosen) secrets = await makeSecrets(place, port);
  rmSync(place.failureFile, { force: true });
  return {
    address: addressText({ ...place, port }),
    isReachable,
    close() {
      // On Windows it takes long to learn that nobody listens at a port.
      if (chosen) rmSync(place.secretsFile, { force: true });
      if (place.kind === 'file' && isReachable()) rmSync(place.name, { force: true });
      server.close();
    },
  };
}
