// Knows: how journald is told the level of a line on standard error (sd-daemon(3)). Refuses to know: what is in the line.
import { fstatSync } from 'node:fs';
import type { LogLevel } from '../base/index.js';

/** Numbers of syslog(3), as the journal takes them; it cuts them off. */
const priorities: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7, trace: 7 };

/** Device and inode of a descriptor, as `JOURNAL_STREAM` has them. */
function streamOf(fd: number): string | undefined {
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return `${dev}:${ino}`;
  } catch (thrown) {
    // It was closed before we came.
    if ((thrown as NodeJS.ErrnoException).code === 'EBADF') return undefined;
    throw thrown;
  }
}

/**
 * What a line of this level begins with: nothing, unless this process's standard error goes to the journal.
 * @param stream for tests; device and inode of standard error
 */
export function journalMark(env: Readonly<Record<string, string | undefined>>, stream = streamOf(2)): (level: LogLevel) => string {
  const wanted = env['JOURNAL_STREAM'];
  return wanted === undefined || wanted === '' || wanted !== stream ? () => '' : (level) => `<${priorities[level]}>`;
}
