import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../../fixtures/src/kit/ports.js';
import { type CompileFrame, createFrameSplitter, decodeToLauncher, encodeFromLauncher, encodeToLauncher, type FromLauncher } from '../wire/index.js';
import type { DaemonPlace } from './daemon-place.js';
import { readSecrets } from './daemon-place-secrets.js';
import { reachListeningDaemon } from './launcher-socket-dial.js';
import { listenForLaunchers, type LauncherListener, type LauncherSocket } from './launcher-socket-listen.js';

const uid = process.getuid?.() ?? 0;
const asked: CompileFrame = {
  ...{ kind: 'compile', build: '1', cwd: '/', cwdDevice: 1n, cwdInode: 2n, umask: 0o22, colour: false },
  ...{ compiler: '/usr/bin/cc', args: ['-c', 'a.c'], env: [] },
};
const known = encodeFromLauncher(asked);
const unknown = encodeFromLauncher({ ...asked, args: [] });

let folder: string;
let listener: LauncherListener | undefined;
let launchers: LauncherSocket[];
let sockets: Socket[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'listen-'));
  [launchers, sockets, listener] = [[], [], undefined];
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const launcher of launchers) launcher.drop();
  listener?.close();
  rmSync(folder, { recursive: true, force: true });
});

const placeOf = (where: Pick<DaemonPlace, 'kind' | 'name' | 'port'>): DaemonPlace => ({
  ...where,
  ...{ lockFile: join(folder, 'lock'), secretsFile: join(folder, 'secrets'), failureFile: join(folder, 'failed') },
});

async function listenAt(place: DaemonPlace): Promise<void> {
  listener = await listenForLaunchers(place, uid, {
    onLauncher: (launcher) => launchers.push(launcher),
    // Knows one request by heart.
    atOnce: (payload) => (Buffer.from(payload).equals(known.subarray(4)) ? encodeToLauncher({ kind: 'exit', code: 7 }) : undefined),
  });
}

/** Says the pieces one after the other, and tells what it heard until the daemon hung up or nothing came for a while. */
async function converse(place: DaemonPlace, pieces: readonly Uint8Array[]): Promise<readonly string[]> {
  const socket = place.kind === 'port' ? connect(place.port, '127.0.0.1') : connect(place.kind === 'file' ? place.name : `\0${place.name}`);
  sockets.push(socket);
  const heard: string[] = [];
  const splitter = createFrameSplitter();
  socket.on('data', (piece) => heard.push(...splitter.push(piece).map((payload) => textOf(payload))));
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  for (const piece of pieces) {
    socket.write(piece);
    await pause(30);
  }
  await Promise.race([ended, pause(200)]);
  return heard;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function textOf(payload: Uint8Array): string {
  const message = decodeToLauncher(payload);
  return message.kind === 'exit' ? `exit ${message.code}` : message.kind;
}

const nextOf = async (launcher: LauncherSocket | undefined): Promise<FromLauncher | undefined> => launcher?.next(1000);

it.each<readonly [string, readonly number[]]>([
  ['one piece', []],
  ['pieces', [2, 4, 5, 20]],
  ['bytes', Array.from(known.keys()).slice(1, 12)],
])('what is known is answered at once, be it said in %s', async (_, cuts) => {
  const place = placeOf({ kind: 'file', name: join(folder, 'socket'), port: 0 });
  await listenAt(place);
  const pieces = [0, ...cuts].map((start, at) => known.subarray(start, cuts[at]));
  expect(await converse(place, pieces)).toEqual(['exit 7']);
});

it('what is not known goes to who listens to all, be it said in one piece or several', async () => {
  const place = placeOf({ kind: 'file', name: join(folder, 'socket'), port: 0 });
  await listenAt(place);
  await converse(place, [unknown]);
  await converse(place, [unknown.subarray(0, 9), unknown.subarray(9)]);
  expect(launchers).toHaveLength(2);
  for (const launcher of launchers) expect(await nextOf(launcher)).toMatchObject({ kind: 'compile', args: [] });
});

it('two frames in one piece are both heard', async () => {
  const place = placeOf({ kind: 'file', name: join(folder, 'socket'), port: 0 });
  await listenAt(place);
  await converse(place, [Buffer.concat([unknown, encodeFromLauncher({ kind: 'stdout', bytes: new Uint8Array([1]) })])]);
  expect(await nextOf(launchers[0])).toMatchObject({ kind: 'compile' });
  expect(await nextOf(launchers[0])).toMatchObject({ kind: 'stdout' });
});

it('nonsense ends the connection, and the next launcher is served', async () => {
  const place = placeOf({ kind: 'file', name: join(folder, 'socket'), port: 0 });
  await listenAt(place);
  expect(await converse(place, [Buffer.from([1, 0, 0, 0, 0xff])])).toEqual([]);
  expect(launchers[0]?.gone.aborted).toBe(true);
  expect(await converse(place, [known])).toEqual(['exit 7']);
});

it('a port of chance stands beside the secrets for as long as somebody listens', async () => {
  const place = placeOf({ kind: 'port', name: '', port: 0 });
  await listenAt(place);
  const { port = 0, launcher } = readSecrets(place, uid);
  expect(listener?.address).toBe(`127.0.0.1:${port}`);
  const there = { ...place, port };
  expect(await converse(there, [known])).toEqual([]);
  expect(await converse(there, [encodeFromLauncher({ kind: 'knock', secret: launcher }), known])).toEqual(['open', 'exit 7']);
  const daemon = await reachListeningDaemon(place, { uid, timeoutMs: 1000 });
  daemon?.drop();
  expect(daemon).toBeDefined();
  listener?.close();
  listener = undefined;
  expect(() => readSecrets(place, uid)).toThrow('cannot be opened');
  expect(await reachListeningDaemon(place, { uid, timeoutMs: 1000 })).toBeUndefined();
});

it.each(['port', 'abstract'] as const)('at a place that cannot tell users apart (%s) nothing is answered to who does not know the secret', async (kind) => {
  const where = kind === 'port' ? { kind, name: '', port: await freePort() } : { kind, name: join(folder, 'name'), port: 0 };
  const place = placeOf(where);
  await listenAt(place);
  const secrets = readSecrets(place, uid);
  expect(await converse(place, [known])).toEqual([]);
  expect(await converse(place, [encodeFromLauncher({ kind: 'knock', secret: secrets.daemon }), known])).toEqual([]);
  expect(launchers).toEqual([]);
  const knock = encodeFromLauncher({ kind: 'knock', secret: secrets.launcher });
  expect(await converse(place, [knock, known])).toEqual(['open', 'exit 7']);
  // No launcher of ours tells before it has seen the daemon's secret; whoever does is heard the long way.
  expect(await converse(place, [Buffer.concat([knock, known])])).toEqual(['open']);
  expect(await nextOf(launchers.at(-1))).toMatchObject({ kind: 'compile' });
});
