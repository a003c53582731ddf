// Knows: quick looks at files and folders that may be inputs. Refuses to know: their content.
// Synchronous: some hundred looks belong to one job, and each takes a microsecond or two where an asynchronous one takes fifty.
import { type BigIntStats, existsSync, statSync } from 'node:fs';
import { reachableStat } from './reachable-stat.js';

/** The file's identity and size; undefined when there is no regular file that can be asked about. */
export function statOfFile(path: string): BigIntStats | undefined {
  // Most paths that are asked about do not exist, and this says so for a third of the price.
  if (!existsSync(path)) return undefined;
  const stat = reachableStat(path);
  return stat?.isFile() === true ? stat : undefined;
}

export function isFolder(path: string): boolean {
  return reachableStat(path)?.isDirectory() === true;
}

/** True when both are names of one folder. */
export function isSameFolder(one: string, other: string): boolean {
  const [a, b] = [reachableStat(one), reachableStat(other)];
  return a !== undefined && b !== undefined && a.isDirectory() && a.dev === b.dev && a.ino === b.ino;
}

/** True when the file is still the one of this size, time and inode. */
export function isUnchanged(file: { readonly path: string; readonly size: number; readonly mtimeMs: number; readonly inode: number }): boolean {
  try {
    const stat = statSync(file.path, { throwIfNoEntry: false });
    return stat?.size === file.size && stat.mtimeMs === file.mtimeMs && stat.ino === file.inode;
  } catch {
    return false;
  }
}
