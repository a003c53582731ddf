// Knows: how a build server's address, which is also its name, is spelled. Refuses to know: whether anybody lives there.
import { Fault, formatIp, formatSocketAddress, parseIp, parseSocketAddress } from '../base/index.js';
import type { ServerId } from './dist-messages.js';

export interface ServerAddress {
  /** Without brackets, in its normal spelling. */
  readonly ip: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** Two spellings of one address are one name, so the address is spelled in its normal form. */
function parseAddress(text: string): ServerAddress | undefined {
  const address = parseSocketAddress(text);
  const ip = address && parseIp(address.host);
  return address && ip && { ip: formatIp(ip), port: address.port, family: address.family };
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
  return formatSocketAddress({ host: address.ip, port: address.port });
}

/** Checks and normalises `1.2.3.4:10501` or `[::1]:10501`. @throws Fault ADDRESS_INVALID */
export function parseServerId(text: string): ServerId {
  return formatServerId(serverAddress(text));
}

/** The same; undefined for anything else. */
export function serverIdOf(text: string): ServerId | undefined {
  const address = parseAddress(text);
  return address && formatServerId(address);
}
