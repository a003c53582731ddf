// Knows: whether names may have come to mean other files since a moment, though the files themselves are old: by a link that was turned, or a folder that
// was moved into place. Refuses to know: contents, and what the names are for.
import { type BigIntStats, lstatSync } from 'node:fs';
import { isYoungAt } from '../base/index.js';

function ownStat(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // Nobody else who works for this user gets any further.
    return undefined;
  }
}

/** A link never changes but by being made or moved; moving a folder shows in its inode alone, whatever comes or goes in it shows in both times. */
function mayHaveMoved(stat: BigIntStats, sinceMs: number): boolean {
  if (stat.isSymbolicLink()) return isYoungAt(stat, sinceMs);
  const { mtimeNs, ctimeNs } = stat;
  return stat.isDirectory() && isYoungAt(stat, sinceMs) && !isYoungAt({ mtimeNs, ctimeNs: mtimeNs }, sinceMs) && ctimeNs > mtimeNs;
}

/**
 * @param paths absolute; what is behind links on their way is not looked at, but for its end
 * @param sinceMs milliseconds since the epoch
 * @returns the first link or folder that may have been put into place since then
 */
export function movedSince(paths: Iterable<string>, sinceMs: number): string | undefined {
  const seen = new Set<string>();
  for (const path of paths) {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const part = path.slice(0, end);
      // What is above has been looked at as well.
      if (seen.has(part)) break;
      seen.add(part);
      const stat = ownStat(part);
      if (stat !== undefined && mayHaveMoved(stat, sinceMs)) return part;
    }
  }
  return undefined;
}
