// Knows: how a file of a build system is read whole, and by what it is known to have changed. Refuses to know: what is in it.
import { readFileSync, statSync, utimesSync } from 'node:fs';

const isAbsent = (cause: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '');

/** Undefined: there is none. @throws Error of node's when it is there and cannot be read */
export function readWhole(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw cause;
  }
}

/** Equal for equal files; undefined: there is none, or it cannot be looked at. */
export function versionOf(path: string): string | undefined {
  try {
    const { size, mtimeNs, ino } = statSync(path, { bigint: true });
    return `${size} ${mtimeNs} ${ino}`;
  } catch {
    // Whatever keeps it from being looked at, nobody knows what is in it now.
    return undefined;
  }
}

/** Makes a file look no older than others, whatever their clocks say; those that are not there do not count. */
export function makeNoOlder(path: string, others: readonly string[]): void {
  const times = others.flatMap((it) => statSync(it, { throwIfNoEntry: false })?.mtimeMs ?? []);
  const newest = Math.max(0, ...times) / 1000;
  // Node keeps fractions of a second as a double: one tick of it more, so that rounding never makes it older.
  if (newest > statSync(path).mtimeMs / 1000) utimesSync(path, newest + 0.000_01, newest + 0.000_01);
}

/** All of standard input, as UTF-8. @throws Error when it is longer than `most` bytes */
export async function readWholeInput(most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    size += (chunk as Buffer).byteLength;
    if (size > most) throw new Error(`standard input holds more than ${most} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
