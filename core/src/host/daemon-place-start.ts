// Knows: how JavaScript brings exactly one daemon to life, and how the daemon tells that it has come up. Refuses to know: what it serves.
// core/native/start.cc is the same for the native launcher.
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { type EnvPairs, envValue, Fault } from '../base/index.js';
import { addressText, type DaemonPlace } from './daemon-place.js';
import { type DaemonLock, takeLock } from './daemon-place-lock.js';

/** What of a build's environment a daemon may see that outlives the build. */
const forDaemon = /^(SCCACHE_.*|XDG_.*|LC_.*|HOME|PATH|USER|LOGNAME|LANG|TMPDIR|TZ|RUST_LOG)$/;
/** Without these programs do not even start, or know nobody's folders. */
const forDaemonOnWindows = /^(SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|TEMP|TMP|USERPROFILE|USERNAME|HOMEDRIVE|HOMEPATH|(LOCAL)?APPDATA|PROGRAM(DATA|FILES|FILES\(X86\)|W6432)|NUMBER_OF_PROCESSORS|PROCESSOR_.*)$/;
const onWindows = process.platform === 'win32';
const lockDescriptor = 3;
const noticeDescriptor = 4;

/** One line of JSON on the notice descriptor. */
export type StartNotice =
  | { readonly listening: string }
  | { readonly failed: { readonly code: string; readonly message: string; readonly hint?: string } };

export interface StartOptions {
  readonly place: DaemonPlace;
  /** The caller's environment; what is not for a daemon is left out. */
  readonly env: EnvPairs;
  /** The program that becomes the daemon when SCCACHE_START_SERVER is 1. */
  readonly script: string;
  /** Default: none. */
  readonly scriptArgs?: readonly string[];
  readonly timeoutMs: number;
}

function daemonEnvironment({ env, place }: StartOptions): Record<string, string> {
  const kept = Object.fromEntries(env.filter(([name]) => forDaemon.test(name) || (onWindows && forDaemonOnWindows.test(name))));
  // A relative socket path means the build's directory, not the daemon's.
  if (kept['SCCACHE_SERVER_UDS'] !== undefined && place.kind !== 'port') kept['SCCACHE_SERVER_UDS'] = addressText(place);
  return {
    ...kept,
    SCCACHE_START_SERVER: '1',
    SCCACHE_TS_LOCK_FD: String(lockDescriptor),
    SCCACHE_TS_NOTICE_FD: String(noticeDescriptor),
  };
}

function openErrorLog(path: string): number | 'ignore' {
  if (path === '') return 'ignore';
  try {
    return openSync(path, 'a', 0o600);
  } catch (cause) {
    throw new Fault('SETTINGS_INVALID', `Cannot open/write log file '${path}'`, { cause });
  }
}

/**
 * Starts a daemon, detached, and waits until it listens. `busy`: another one holds the lock, so there is or will be a daemon without us.
 * @throws Fault DAEMON_START_FAILED or the daemon's own reason (ADDRESS_IN_USE, SETTINGS_…), TOOL_MISSING without a flock program
 */
export async function startDetachedDaemon(options: StartOptions): Promise<{ listening: string } | 'busy'> {
  const lock = await takeLock(options.place);
  if (lock === undefined) return 'busy';
  try {
    const notice = await spawnAndWait(options, lock);
    if ('listening' in notice) return notice;
    const { code, message, hint } = notice.failed;
    throw new Fault(code === 'ADDRESS_IN_USE' ? code : 'DAEMON_START_FAILED', message, hint === undefined ? {} : { hint });
  } finally {
    lock.release();
  }
}

/**
 * On a machine with much memory node would otherwise keep tens of megabytes for garbage, and collect it with a thread for each processor,
 * which the compilers need. core/native/become.h says the same.
 */
const daemonFlags = ['--max-semi-space-size=4', '--single-threaded-gc'] as const;

function spawnAndWait(options: StartOptions, lock: DaemonLock): Promise<StartNotice> {
  const log = openErrorLog(envValue(options.env, 'SCCACHE_ERROR_LOG') ?? '');
  const child = spawn(process.execPath, [...daemonFlags, options.script, ...(options.scriptArgs ?? [])], {
    cwd: onWindows ? dirname(options.place.lockFile) : '/',
    detached: true,
    windowsHide: true,
    env: daemonEnvironment(options),
    stdio: ['ignore', 'ignore', log, lock.fd, 'pipe'],
  });
  if (log !== 'ignore') closeSync(log);
  return new Promise((resolve, reject) => {
    const notice = child.stdio[noticeDescriptor] as Readable;
    let text = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Fault('DAEMON_START_FAILED', `the daemon did not listen within ${options.timeoutMs} ms`));
    }, options.timeoutMs);
    const done = (deed: () => void): void => {
      clearTimeout(timer);
      notice.destroy();
      child.unref();
      deed();
    };
    notice.on('data', (piece: Buffer) => {
      text += piece.toString('utf8');
      if (text.endsWith('\n')) done(() => resolve(JSON.parse(text) as StartNotice));
    });
    notice.on('end', () => done(() => reject(new Fault('DAEMON_START_FAILED', 'the daemon ended before it listened'))));
    child.on('error', (cause) => done(() => reject(new Fault('DAEMON_START_FAILED', 'the daemon cannot be started', { cause }))));
  });
}

/** Called by the daemon itself: tells its starter, if that waits for news, and lets go of the descriptor. */
export function tellStarter(fd: number, notice: StartNotice): void {
  try {
    writeSync(fd, `${JSON.stringify(notice)}\n`);
    closeSync(fd);
  } catch {
    // The starter has gone; the daemon does not depend on it.
  }
}
