// Knows: the two secrets by which a launcher and a daemon of the same user know each other where the socket cannot tell.
// Refuses to know: the socket.
//
// The launcher shows the first; the daemon then shows the second; only then is it told about the compile. Whoever took the port while no
// daemon was there learns the first and nothing else, and the next daemon makes new ones.
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { Fault } from '../base/index.js';
import type { DaemonPlace } from './daemon-place.js';
import { writeAtomically } from './files.js';

export interface DaemonSecrets {
  readonly launcher: string;
  readonly daemon: string;
  /** Where the daemon listens, at a place without a port of its own. */
  readonly port?: number;
}

/**
 * Makes new ones and writes them where only this user reads them. File: two lines of 64 hex digits, mode 0600; a third one with the port, if given.
 */
export async function makeSecrets(place: DaemonPlace, port?: number): Promise<DaemonSecrets> {
  const secrets = { launcher: randomBytes(32).toString('hex'), daemon: randomBytes(32).toString('hex'), ...(port === undefined ? {} : { port }) };
  await writeAtomically(place.secretsFile, `${secrets.launcher}\n${secrets.daemon}\n${port === undefined ? '' : `${port}\n`}`, 0o600);
  return secrets;
}

/** @throws Fault DAEMON_UNREACHABLE when the file is absent, not ours, or not what it should be */
export function readSecrets(place: DaemonPlace, uid: number): DaemonSecrets {
  const text = readPrivate(place.secretsFile, uid);
  const [launcher, daemon, third = '', rest] = text.split('\n');
  const chosen = place.kind === 'port' && place.port === 0;
  const whole = chosen ? /^[1-9]\d{0,4}$/.test(third) && rest === '' : third === '' && rest === undefined;
  if (launcher?.length !== 64 || daemon?.length !== 64 || !whole) {
    throw new Fault('DAEMON_UNREACHABLE', `${place.secretsFile} does not hold ${chosen ? 'two secrets and a port' : 'two secrets'}`);
  }
  return { launcher, daemon, ...(chosen ? { port: Number(third) } : {}) };
}

function readPrivate(path: string, uid: number): string {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw new Fault('DAEMON_UNREACHABLE', `${path} cannot be opened`, { cause });
  }
  try {
    const facts = fstatSync(fd);
    // Windows keeps others from the profile in which the file lies.
    const ours = process.platform === 'win32' || (facts.uid === uid && (facts.mode & 0o077) === 0);
    if (facts.isFile() && ours && facts.size <= 256) return readFileSync(fd, 'latin1');
    throw new Fault('DAEMON_UNREACHABLE', `${path} is not a small file that only user ${uid} can read`);
  } finally {
    closeSync(fd);
  }
}
