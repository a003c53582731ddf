// Knows: when the files that a compile has read were written, as one text. Refuses to know: which compiles care.
import { absoluteName } from '../base/index.js';
import { reachableStat } from '../host/index.js';

/** No variable has such a name. */
export const timesName = 'times of files';

/** The same as long as no file was written anew, with whatever content. @param names as spelled */
export function timesOf(names: readonly string[], cwd: string): string {
  return names.map((name) => String(reachableStat(absoluteName(cwd, name))?.mtimeNs ?? 'none')).join(' ');
}
