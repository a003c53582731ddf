// Knows: reading a response file, which the dialects need in the middle of pure work, hence synchronously.
// Refuses to know: its quoting rules.
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';

/** Longer than any build system writes; a compile with a bigger one is left to the compiler. */
const limit = 16 * 1024 * 1024;

/** The text, or undefined when it cannot be read as UTF-8 text of a sane size: the dialect then declines. */
export function readResponseFile(path: string): string | undefined {
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
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(fd));
  } catch {
    // Not UTF-8, or it vanished while it was read: declined, see above.
    return undefined;
  } finally {
    closeSync(fd);
  }
}
