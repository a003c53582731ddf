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
}

/** Makes new ones and writes them where only this user reads them. File: two lines of 64 hex digits, mode 0600. */
export async function makeSecrets(place: DaemonPlace): Promise<DaemonSecrets> {
  const secrets = { launcher: randomBytes(32).toString('hex'), daemon: randomBytes(32).toString('hex') };
  await writeAtomically(place.secretsFile, `${secrets.launcher}\n${secrets.daemon}\n`, 0o600);
  return secrets;
}

/** @throws Fault DAEMON_UNREACHABLE when the file is absent, not ours, or not what it should be */
export function readSecrets(place: DaemonPlace, uid: number): DaemonSecrets {
  const text = readPrivate(place.secretsFile, uid);
  const [launcher, daemon, rest] = text.split('\n');
  if (launcher?.length !== 64 || daemon?.length !== 64 || rest !== '') {
    throw new Fault('DAEMON_UNREACHABLE', `${place.secretsFile} does not hold two secrets`);
  }
  return { launcher, daemon };
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
    if (facts.isFile() && facts.uid === uid && (facts.mode & 0o077) === 0 && facts.size <= 256) return readFileSync(fd, 'latin1');
    throw new Fault('DAEMON_UNREACHABLE', `${path} is not a small file that only user ${uid} can read`);
  } finally {
    closeSync(fd);
  }
}
