// Knows: how `1.2.3.4:10501` and `[::1]:10501` are spelled. Refuses to know: names, resolving, sockets.
import { parseIp } from './ip.js';

export interface SocketAddress {
  /** Without brackets, as node's `listen` and `connect` take it. */
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** An IP address and port; undefined for anything else, names included. */
export function parseSocketAddress(text: string): SocketAddress | undefined {
  const found = /^(?:\[([^\]]+)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(text);
  if (found === null) return undefined;
  const port = Number(found[3]);
  if (port > 65_535) return undefined;
  const [, six, four] = found;
  const ip = parseIp(six ?? four ?? '');
  if (ip === undefined || (ip.byteLength === 16) !== (six !== undefined)) return undefined;
  return { host: (six ?? four ?? '').toLowerCase(), port, family: six === undefined ? 4 : 6 };
}

/** The inverse of `parseSocketAddress`. */
export function formatSocketAddress(address: Pick<SocketAddress, 'host' | 'port'>): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
