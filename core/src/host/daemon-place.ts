// Knows: where the daemon of this user listens and what lies beside its socket. Refuses to know: whether it is there.
// core/native/place.cc is the same for the launcher; both must give the same names.
import { lstatSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { type EnvPairs, envValue, Fault } from '../base/index.js';

export interface DaemonPlace {
  readonly kind: 'file' | 'abstract' | 'port';
  /** file: the socket's path; abstract: its name; port: empty. */
  readonly name: string;
  /** port: on 127.0.0.1, 0 for one that the system chooses for each daemon and that stands beside the secrets; otherwise 0. */
  readonly port: number;
  /** In a folder of ours alone (0700, owner checked). */
  readonly lockFile: string;
  readonly secretsFile: string;
  readonly failureFile: string;
}

/** The kernel tells who listens on a socket file that only this user may open; elsewhere both sides show secrets. */
export function needsSecrets(place: DaemonPlace): boolean {
  return place.kind !== 'file';
}

/** As sccache spells it in `Listening on address …`. */
export function addressText(place: DaemonPlace): string {
  if (place.kind === 'port') return `127.0.0.1:${place.port}`;
  return place.kind === 'abstract' ? `\\x00${place.name}` : place.name;
}

/** A socket's name may have 107 bytes; beyond this a runtime folder is no use. */
const longestRuntimeFolder = 80;

function ownedFolder(path: string, uid: number, forbidden: number): boolean {
  try {
    const facts = lstatSync(path);
    return facts.isDirectory() && facts.uid === uid && (facts.mode & forbidden) === 0;
  } catch {
    // Absent or out of reach: not a folder to trust.
    return false;
  }
}

/** The folder of this user's profile, which Windows keeps from others; there are no modes to look at. */
function profileFolder(env: EnvPairs): string {
  const local = envValue(env, 'LOCALAPPDATA') ?? '';
  const folder = join(isAbsolute(local) ? local : join(homedir(), 'AppData', 'Local'), 'sccache-ts', 'run');
  try {
    mkdirSync(folder, { recursive: true });
    return folder;
  } catch (cause) {
    throw new Fault('DAEMON_UNREACHABLE', `${folder} cannot be made`, { cause, hint: 'name a folder of your own in LOCALAPPDATA' });
  }
}

function privateFolder(env: EnvPairs, uid: number): string {
  const runtime = envValue(env, 'XDG_RUNTIME_DIR') ?? '';
  const short = Buffer.byteLength(runtime) <= longestRuntimeFolder;
  const usable = runtime.startsWith('/') && short && ownedFolder(runtime, uid, 0o022);
  const folder = usable ? `${runtime}/sccache-ts` : `/tmp/sccache-ts-${uid}`;
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // It is there already, or cannot be made; what counts is how it looks now.
  }
  if (ownedFolder(folder, uid, 0o077)) return folder;
  throw new Fault('DAEMON_UNREACHABLE', `${folder} is not a folder that belongs to user ${uid} alone`, {
    hint: `remove it, or name a folder of your own in XDG_RUNTIME_DIR`,
  });
}

/** FNV-1a, 64 bit: a short name for a socket that the user placed elsewhere. */
function shortName(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return `at-${hash.toString(16).padStart(16, '0')}`;
}

/** As sccache: a number of 16 bits, otherwise as if it were not set. */
function readPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port > 0 && port <= 65_535 ? port : undefined;
}

export interface Whose {
  /** Effective user id. */
  readonly uid: number;
  /** For a relative SCCACHE_SERVER_UDS. */
  readonly cwd: string;
}

/**
 * SCCACHE_SERVER_UDS, else SCCACHE_SERVER_PORT, else the runtime folder, else /tmp. Creates the private folder. On Windows there are no sockets with
 * names: SCCACHE_SERVER_PORT, else a port of chance.
 * @throws Fault DAEMON_UNREACHABLE when there is no folder that this user can trust
 */
export function daemonPlace(env: EnvPairs, whose: Whose): DaemonPlace {
  const windows = process.platform === 'win32';
  const folder = windows ? profileFolder(env) : privateFolder(env, whose.uid);
  const at = (stem: string, where: Pick<DaemonPlace, 'kind' | 'name' | 'port'>): DaemonPlace => ({
    ...where,
    lockFile: join(folder, `${stem}.lock`),
    secretsFile: join(folder, `${stem}.secrets`),
    failureFile: join(folder, `${stem}.failed`),
  });
  const given = windows ? '' : (envValue(env, 'SCCACHE_SERVER_UDS') ?? '');
  if (given.startsWith('\\x00')) return at(shortName(given), { kind: 'abstract', name: given.slice(4), port: 0 });
  if (given !== '') {
    const name = given.startsWith('/') ? given : `${resolve(whose.cwd)}/${given}`;
    return at(shortName(name), { kind: 'file', name, port: 0 });
  }
  const port = readPort(envValue(env, 'SCCACHE_SERVER_PORT') ?? '');
  if (port !== undefined) return at(`port-${port}`, { kind: 'port', name: '', port });
  if (windows) return at('daemon', { kind: 'port', name: '', port: 0 });
  return at('daemon', { kind: 'file', name: join(folder, 'daemon.sock'), port: 0 });
}
