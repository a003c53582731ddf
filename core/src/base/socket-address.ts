// Knows: how `1.2.3.4:10501` and `[::1]:10501` are spelled. Refuses to know: names, resolving, sockets.

export interface SocketAddress {
  /** Without brackets, as node's `listen` and `connect` take it. */
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** Four decimal numbers without leading zeros, as Rust and inet_pton accept them. */
function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
}

/** Eight groups, at most one `::`, optionally an IPv4 tail. No zone. */
function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [half, piece] of halves.entries()) {
    if (piece === '') continue;
    const words = piece.split(':');
    for (const [at, word] of words.entries()) {
      const last = half === halves.length - 1 && at === words.length - 1;
      if (last && isIpv4(word)) groups += 2;
      else if (/^[0-9a-fA-F]{1,4}$/.test(word)) groups += 1;
      else return false;
    }
  }
  return halves.length === 2 ? groups < 8 : groups === 8;
}

/** An IP address and port; undefined for anything else, names included. */
export function parseSocketAddress(text: string): SocketAddress | undefined {
  const found = /^(?:\[([^\]]+)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(text);
  if (found === null) return undefined;
  const port = Number(found[3]);
  if (port > 65_535) return undefined;
  const [, six, four] = found;
  if (six !== undefined) return isIpv6(six) ? { host: six.toLowerCase(), port, family: 6 } : undefined;
  return four !== undefined && isIpv4(four) ? { host: four, port, family: 4 } : undefined;
}

/** The inverse of `parseSocketAddress`. */
export function formatSocketAddress(address: Pick<SocketAddress, 'host' | 'port'>): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
