// Knows: reading a response file, which the dialects need in the middle of pure work, hence synchronously.
// Refuses to know: its quoting rules.
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import type { ResponseEncoding } from '../compilation/index.js';

/** Longer than any build system writes; a compile with a bigger one is left to the compiler. */
const limit = 16 * 1024 * 1024;

/** @throws TypeError for bytes that are no such text */
function textOf(bytes: Buffer, encoding: ResponseEncoding): string {
  const utf16 = encoding === 'marked' && bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(utf16 ? 'utf-16le' : 'utf-8', { fatal: true, ignoreBOM: encoding === 'utf-8' }).decode(bytes);
}

/** The text, or undefined when it cannot be read as text of a sane size: the dialect then declines. */
export function readResponseFile(path: string, encoding: ResponseEncoding = 'utf-8'): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    // Unreadable for whatever reason: the compiler itself will say so better than we can.
    return undefined;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > limit) return undefined;
    return textOf(readFileSync(fd), encoding);
  } catch {
    // Written in another encoding, or it vanished while it was read: declined, see above.
    return undefined;
  } finally {
    closeSync(fd);
  }
}
