// Knows: which escape sequences compilers put into diagnostics. Refuses to know: terminals.

const escape = 0x1b;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const bell = 0x07;
const backslash = 0x5c;

/** The end of the CSI sequence at `at` when it is a colour (`m`) or an erase-line (`K`), else `at`. */
function endOfCsi(bytes: Uint8Array, at: number): number {
  let end = at + 2;
  while (end < bytes.length) {
    const byte = bytes[end] as number;
    const parameter = (byte >= 0x30 && byte <= 0x39) || byte === 0x3b || byte === 0x3a;
    if (!parameter) break;
    end += 1;
  }
  const final = bytes[end];
  return final === 0x6d || final === 0x4b ? end + 1 : at;
}

/** The end of the OSC 8 (hyperlink) sequence at `at`, terminated by BEL or ESC \, else `at`. */
function endOfLink(bytes: Uint8Array, at: number): number {
  if (bytes[at + 2] !== 0x38 || bytes[at + 3] !== 0x3b) return at;
  for (let end = at + 4; end < bytes.length; end++) {
    if (bytes[end] === bell) return end + 1;
    if (bytes[end] === escape) return bytes[end + 1] === backslash ? end + 2 : at;
  }
  return at;
}

/** Takes colours, erase-line and hyperlinks out of diagnostics. Everything else stays byte by byte. */
export function stripColours(bytes: Uint8Array): Uint8Array {
  let next = bytes.indexOf(escape);
  if (next < 0) return bytes;
  const kept = new Uint8Array(bytes.length);
  let length = 0;
  let from = 0;
  while (next >= 0) {
    const kind = bytes[next + 1];
    const end = kind === openBracket ? endOfCsi(bytes, next) : kind === closeBracket ? endOfLink(bytes, next) : next;
    kept.set(bytes.subarray(from, next), length);
    length += next - from;
    from = end;
    next = bytes.indexOf(escape, Math.max(end, next + 1));
  }
  kept.set(bytes.subarray(from), length);
  return kept.subarray(0, length + bytes.length - from);
}
