// Knows: the lock that exactly one serving daemon holds. Refuses to know: what the daemon serves.
//
// flock(2): the kernel lets go of it however its holder ends, so nothing stale can block the next daemon. Node has no call for it; the
// flock program locks the open file that it is handed, which is ours too. The native launcher hands its lock down already locked.
// Windows lets nobody else open a file that was opened to be shared with nobody, which does the same; node has no name for that flag.
import { spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { Fault } from '../base/index.js';
import type { DaemonPlace } from './daemon-place.js';

const onWindows = process.platform === 'win32';
/** Source: libuv's uv/win.h, UV_FS_O_EXLOCK. */
const shareWithNobody = 0x1000_0000;
const lockFlags = constants.O_RDWR | constants.O_CREAT | (onWindows ? shareWithNobody : constants.O_NOFOLLOW);

export interface DaemonLock {
  /** The locked descriptor; whoever inherits it holds the lock too. */
  readonly fd: number;
  /** Lets go of our share of it. */
  release(): void;
}

function lockOn(fd: number): DaemonLock {
  let held = true;
  return {
    fd,
    release() {
      if (held) closeSync(fd);
      held = false;
    },
  };
}

/** The lock that the starter of this process handed down. @throws Fault DAEMON_START_FAILED when it is no open file */
export function inheritedLock(fd: number): DaemonLock {
  try {
    fstatSync(fd);
  } catch (cause) {
    throw new Fault('DAEMON_START_FAILED', `SCCACHE_TS_LOCK_FD names descriptor ${fd}, which is not open`, { cause });
  }
  return lockOn(fd);
}

/** Undefined: a daemon holds it. @throws Fault TOOL_MISSING when there is no flock program, DAEMON_START_FAILED when the file cannot be opened */
export async function takeLock(place: DaemonPlace): Promise<DaemonLock | undefined> {
  let fd: number;
  try {
    fd = openSync(place.lockFile, lockFlags, 0o600);
  } catch (cause) {
    if (onWindows && (cause as NodeJS.ErrnoException).code === 'EBUSY') return undefined;
    throw new Fault('DAEMON_START_FAILED', `${place.lockFile} cannot be opened`, { cause });
  }
  const lock = lockOn(fd);
  try {
    if (onWindows || (await locked(fd))) return lock;
    lock.release();
    return undefined;
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}

function locked(fd: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['--nonblock', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd], timeout: 5000 });
    child.on('error', (cause) => {
      reject(new Fault('TOOL_MISSING', 'the flock program cannot be run', { hint: 'install util-linux', cause }));
    });
    child.on('close', (code) => resolve(code === 0));
  });
}
