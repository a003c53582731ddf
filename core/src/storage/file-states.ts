// Knows: how the state of a file is asked for and compared. Refuses to know: what is in files.
import { type BigIntStats, statSync } from 'node:fs';
import type { FileState } from '../base/index.js';

export const fileStateOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileState => ({ dev, ino, size, mtimeNs, ctimeNs });

export const isSameState = (a: FileState, b: FileState): boolean =>
  a.ctimeNs === b.ctimeNs && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.dev === b.dev;

/** Undefined when nothing can be seen there. At once: it takes a few microseconds, a trip to the thread pool takes ten times as many. */
export function stateAt(path: string): FileState | undefined {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stat && fileStateOf(stat);
  } catch {
    // Whoever opens it is told why.
    return undefined;
  }
}
