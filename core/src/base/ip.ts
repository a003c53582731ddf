// Knows: how IP addresses are spelled and when two of them are the same machine's.
// Refuses to know: ports, sockets and names.

/** 4 or 16 bytes in network order. */
export type IpBytes = Uint8Array;

function parseV4(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

/** One side of `::` as bytes; only the last group of an address may be dotted. */
function parseGroups(text: string, dottedAllowed: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [at, group] of groups.entries()) {
    if (dottedAllowed && at === groups.length - 1 && group.includes('.')) {
      const dotted = parseV4(group);
      if (dotted === undefined) return undefined;
      bytes.push(...dotted);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}

function parseV6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', tail] = halves;
  const left = parseGroups(head, tail === undefined);
  const right = tail === undefined ? [] : parseGroups(tail, true);
  if (left === undefined || right === undefined) return undefined;
  const missing = 16 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  return [...left, ...new Array<number>(missing).fill(0), ...right];
}

/** Strict textual forms only: no zone, no leading zeros in dotted parts. Undefined when it is not an IP address. */
export function parseIp(text: string): IpBytes | undefined {
  if (text.length > 45) return undefined;
  const bytes = text.includes(':') ? parseV6(text) : parseV4(text);
  return bytes === undefined ? undefined : Uint8Array.from(bytes);
}

const isMapped = (ip: IpBytes): boolean =>
  ip.byteLength === 16 && ip.subarray(0, 10).every((byte) => byte === 0) && ip[10] === 0xff && ip[11] === 0xff;

/** Start and length of the longest run of at least two zero groups, the first of equals (RFC 5952). */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } | undefined {
  let best: { start: number; length: number } | undefined;
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length >= 2 && (best === undefined || length > best.length)) best = { start, length };
  }
  return best;
}

/** The one normal spelling (RFC 5952; IPv4-mapped addresses as `::ffff:1.2.3.4`). */
export function formatIp(ip: IpBytes): string {
  if (ip.byteLength === 4) return ip.join('.');
  if (isMapped(ip)) return `::ffff:${ip.subarray(12).join('.')}`;
  const groups = Array.from({ length: 8 }, (_, at) => ((ip[2 * at] ?? 0) << 8) | (ip[2 * at + 1] ?? 0));
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  const run = longestZeroRun(groups);
  if (run === undefined) return hex(groups);
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`;
}

/**
 * True when both name the same address: spelling, IPv4-in-IPv6 and zones (`%eth0`, which say only by which way a
 * neighbour was reached) do not count. False when either is no IP address.
 */
export function sameIp(a: string, b: string): boolean {
  const plain = (text: string): string | undefined => {
    const ip = parseIp(text.replace(/%.*$/s, ''));
    return ip === undefined ? undefined : formatIp(isMapped(ip) ? ip.subarray(12) : ip);
  };
  const first = plain(a);
  return first !== undefined && first === plain(b);
}
