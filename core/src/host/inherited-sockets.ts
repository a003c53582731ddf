// Knows: which listening sockets whoever started this process has handed over (sd_listen_fds(3)), and at which address each listens.
// Refuses to know: what is served there.
import { readFileSync, readlinkSync } from 'node:fs';
import { formatIp, formatSocketAddress } from '../base/index.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** By the protocol, behind the three streams. */
const firstFd = 3;
const mostFds = 1024;

/** Descriptors that were handed to this very process; none when the words were meant for another one, or make no sense. */
export function handedOver(env: Environment, pid: number): readonly number[] {
  const { LISTEN_PID: meant = '', LISTEN_FDS: count = '' } = env;
  if (meant !== String(pid) || !/^[0-9]{1,4}$/.test(count) || Number(count) > mostFds) return [];
  return Array.from({ length: Number(count) }, (_, at) => firstFd + at);
}

/** The kernel writes each 32 bits as the number that the machine takes them for: backwards, but for machines that are so themselves. */
function ipOf(hex: string, littleEndian: boolean): string {
  const bytes = Buffer.from(hex, 'hex');
  return formatIp(littleEndian ? bytes.swap32() : bytes);
}

const listening = '0A';
const column = { local: 1, state: 3, inode: 9 } as const;
const machineIsLittle = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * Addresses of listening sockets by inode.
 * @param text of `/proc/net/tcp` or `/proc/net/tcp6`
 */
export function parseListeners(text: string, littleEndian = machineIsLittle): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [ip = '', port = ''] = (fields[column.local] ?? '').split(':');
    if (fields[column.state] !== listening || !/^([0-9A-F]{8}|[0-9A-F]{32})$/.test(ip)) continue;
    found.set(fields[column.inode] ?? '', formatSocketAddress({ host: ipOf(ip, littleEndian), port: Number.parseInt(port, 16) }));
  }
  return found;
}

export interface InheritedSockets {
  /** The descriptor that listens at exactly this address, the first time it is asked for. */
  take(host: string, port: number): number | undefined;
  /** What was handed over and not taken, in words. */
  left(): readonly string[];
}

export const noSockets: InheritedSockets = { take: () => undefined, left: () => [] };

/** Looks once, at what there is now. Linux only, as is who hands sockets over. */
export function inheritedSockets(env: Environment, pid = process.pid): InheritedSockets {
  const fds = handedOver(env, pid);
  if (fds.length === 0) return noSockets;
  const listeners = new Map(['tcp', 'tcp6'].flatMap((table) => [...parseListeners(readFileSync(`/proc/self/net/${table}`, 'latin1'))]));
  const addresses = new Map<number, string>();
  for (const fd of fds) {
    const inode = /^socket:\[([0-9]+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? '';
    addresses.set(fd, listeners.get(inode) ?? 'something that is no listening TCP socket');
  }
  return {
    take(host, port) {
      const wanted = formatSocketAddress({ host, port });
      const fd = fds.find((it) => addresses.get(it) === wanted);
      if (fd !== undefined) addresses.delete(fd);
      return fd;
    },
    left: () => [...addresses.values()],
  };
}
