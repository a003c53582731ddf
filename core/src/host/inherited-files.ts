// Knows: which open files this process was started with by accident. Refuses to know: who left them open.
// Node keeps low numbers from its children by itself, but not those behind a gap; a job must not have any of them.
import { closeSync, readdirSync, readFileSync } from 'node:fs';

const closesOnExec = 0o2000000;

/** @param text of `/proc/self/fdinfo/N` */
export function isInheritable(text: string): boolean {
  const flags = /^flags:\s*([0-7]+)$/m.exec(text)?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & closesOnExec) === 0;
}

/**
 * Closes all but the three streams and those that the environment names: a channel of node's, sockets of systemd's. Everything
 * that node opens itself closes on exec and so is not meant. To be called first of all.
 * @returns how many
 */
export function closeInheritedFiles(env: Readonly<Record<string, string | undefined>>): number {
  if (process.platform !== 'linux') return 0;
  const channel = Number(env['NODE_CHANNEL_FD'] ?? -1);
  const firstBehindSockets = 3 + Number(env['LISTEN_FDS'] ?? 0);
  let closed = 0;
  for (const fd of readdirSync('/proc/self/fd').map(Number)) {
    if (fd < firstBehindSockets || fd === channel) continue;
    try {
      if (!isInheritable(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))) continue;
      closeSync(fd);
      closed += 1;
    } catch (thrown) {
      // The list itself was read through one that is closed again.
      if (!['ENOENT', 'EBADF'].includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    }
  }
  return closed;
}
