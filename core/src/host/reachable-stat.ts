// Knows: that a file which this user cannot get at is, for looking things up, the same as one that is not there.
// Refuses to know: what the file is for.
import { type BigIntStats, realpathSync, statSync } from 'node:fs';
import type { FileState } from '../base/index.js';

/** Why the kernel's look-up of a name may fail without anything being wrong: nobody else could open the file either. */
const unreachable = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG']);

/** Follows links; undefined when the name leads nowhere for this user. Other failures, such as EIO, are thrown. */
export function reachableStat(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (thrown) {
    if (unreachable.has((thrown as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw thrown;
  }
}

/** Which file a stat speaks of, and which state of it: a file with another identity is another file. */
export const identityOf = (stat: BigIntStats): string => `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;

/** The numbers that make an identity, without the rest of a stat. */
export const stateOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileState => ({ dev, ino, size, mtimeNs, ctimeNs });

/** Where all links of a name lead; undefined when it leads nowhere for this user. */
export function realName(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    // Gone, or not to be reached: then it is no other name of anything.
    return undefined;
  }
}
