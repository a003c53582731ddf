// Knows: how lines reach the system's log. Refuses to know: what is in them.
//
// Through one long-lived `logger` (util-linux, bsdutils on Debian): node has no unix datagram sockets, and /dev/log is one.
import { spawn } from 'node:child_process';
import type { LogLevel } from '../base/index.js';

/** Facility DAEMON is 3; severities as in RFC 5424. */
const priorities: Readonly<Record<LogLevel, number>> = {
  error: 3 * 8 + 3,
  warn: 3 * 8 + 4,
  info: 3 * 8 + 6,
  debug: 3 * 8 + 7,
  trace: 3 * 8 + 7,
};

/** Lines waiting for a syslog that does not read; more are dropped. */
const mostWaiting = 1024 * 1024;

export interface Syslog {
  /** False when the line was not taken, because there is no syslog. */
  write(level: LogLevel, message: string): boolean;
}

/** @param lost told once, when lines can no longer be delivered */
export function openSyslog(ident: string, lost: (why: string) => void): Syslog {
  // In a session of its own, so that a Ctrl-C for us does not end it before our last words.
  const child = spawn('logger', ['--prio-prefix', '--tag', `${ident}[${process.pid}]`], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  let open = true;
  const close = (why: string): void => {
    if (!open) return;
    open = false;
    lost(why);
  };
  child.on('error', (error) => close(error.message));
  child.on('exit', (code, signal) => close(`logger ended with ${signal ?? code}`));
  child.stdin.on('error', (error) => close(error.message));
  child.unref();
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  return {
    write(level, message) {
      if (open && child.stdin.writableLength < mostWaiting) child.stdin.write(`<${priorities[level]}>${message}\n`);
      return open;
    },
  };
}
