// Knows: how gcc and clang tell, with -v and in the C locale, where they look for included files. Refuses to know: who asks them.
//
// Grammar (standard error):  ignoring nonexistent directory "DIR"
//                            #include "..." search starts here:
//                             DIR
//                            #include <...> search starts here:
//                             DIR
//                            End of search list.

export interface SearchList {
  /** Searched for quoted names only, after the folder of the including file; as the compiler spells them. */
  readonly quoted: readonly string[];
  /** Searched for both kinds of names, in order. */
  readonly angled: readonly string[];
  /** Would be searched if they were there. */
  readonly missing: readonly string[];
}

const quotedStart = '#include "..." search starts here:';
const angledStart = '#include <...> search starts here:';
const end = 'End of search list.';

/** Undefined when there is no such list, or one that we cannot follow (Apple's frameworks, header maps). */
export function readSearchList(stderr: string): SearchList | undefined {
  const lines = stderr.split('\n').map((line) => line.trimEnd());
  const [quotedAt, endAt] = [lines.indexOf(quotedStart), lines.indexOf(end)];
  // clang leaves the second heading out when nothing would stand under it.
  const angledAt = lines.includes(angledStart) ? lines.indexOf(angledStart) : endAt;
  if (quotedAt < 0 || angledAt < quotedAt || endAt < angledAt) return undefined;
  const listed = [...lines.slice(quotedAt + 1, angledAt), ...lines.slice(angledAt + 1, endAt)];
  if (listed.some((line) => !line.startsWith(' ') || / \((?:framework directory|headermap)\)$/.test(line))) return undefined;
  const folders = (from: number, to: number): readonly string[] => lines.slice(from + 1, to).map((line) => line.slice(1));
  const start = 'ignoring nonexistent directory "';
  const missing = lines.filter((line) => line.startsWith(start) && line.endsWith('"')).map((line) => line.slice(start.length, -1));
  return { quoted: folders(quotedAt, angledAt), angled: folders(angledAt, endAt), missing: [...new Set(missing)] };
}
