// Knows: how a build server's address, which is also its name, is spelled. Refuses to know: whether anybody lives there.
import { Fault } from '../base/index.js';
import type { ServerId } from './dist-messages.js';
import { formatIp, parseIp } from './ip.js';

export interface ServerAddress {
  /** Without brackets, in its normal spelling. */
  readonly ip: string;
  readonly port: number;
  readonly family: 4 | 6;
}

function parsePort(text: string): number | undefined {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 0xffff ? port : undefined;
}

function parseAddress(text: string): ServerAddress | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):([0-9]+)$/.exec(text);
  if (match === null) return undefined;
  const [, six, four, portText = ''] = match;
  const ip = parseIp(six ?? four ?? '');
  const port = parsePort(portText);
  if (ip === undefined || port === undefined) return undefined;
  const family = ip.byteLength === 4 ? 4 : 6;
  if ((family === 6) !== (six !== undefined)) return undefined;
  return { ip: formatIp(ip), port, family };
}

/** The parts of an address. @throws Fault ADDRESS_INVALID */
export function serverAddress(id: ServerId): ServerAddress {
  const address = parseAddress(id);
  if (address !== undefined) return address;
  throw new Fault('ADDRESS_INVALID', `${JSON.stringify(id.slice(0, 80))} is not an IP address with a port`, {
    hint: 'Write it as 192.168.1.1:10501 or [2001:db8::1]:10501; host names are not understood here.',
  });
}

/** Puts an address in its one normal spelling. */
export function formatServerId(address: Pick<ServerAddress, 'ip' | 'port'>): ServerId {
  return address.ip.includes(':') ? `[${address.ip}]:${address.port}` : `${address.ip}:${address.port}`;
}

/** Checks and normalises `1.2.3.4:10501` or `[::1]:10501`. @throws Fault ADDRESS_INVALID */
export function parseServerId(text: string): ServerId {
  return formatServerId(serverAddress(text));
}
