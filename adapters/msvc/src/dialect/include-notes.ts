// Knows: the notes about included files that /showIncludes prints, whatever the language of their prefix. Refuses to know: who prints them.
//
// Grammar of a note:  prefix blank* name;  one blank for each level of inclusion. clang-cl's prefix is English always, cl.exe's is localised.

export const englishPrefix = 'Note: including file:';

/**
 * The prefix of notes, learnt from a compile that includes one known header; undefined when no line ends with the header's name.
 * @param header the end of its name, e.g. `sccache_ts_probe.h`
 */
export function findNotePrefix(text: string, header: string): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    if (!line.endsWith(header) || line === header) continue;
    // The name starts behind the blanks; it may hold a drive's colon, so the prefix ends at the blanks before the name's first part.
    const found = /^(.*?\S:?)\s+((?:[A-Za-z]:)?[^\s:]*|(?:[A-Za-z]:)?[\\/].*)$/.exec(line);
    if (found?.[1] !== undefined) return found[1];
  }
  return undefined;
}

/** The names in a text that consists of notes alone; undefined when there is something else. */
export function readNotes(text: string, prefix: string): readonly string[] | undefined {
  const names: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue;
    const name = line.startsWith(prefix) ? line.slice(prefix.length).trimStart() : '';
    if (name === '') return undefined;
    names.push(name);
  }
  return names;
}
