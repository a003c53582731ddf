// Knows: the notes about included files that /showIncludes prints, whatever the language of their prefix. Refuses to know: who prints them.
//
// Grammar of a note:  prefix blank* name;  one blank for each level of inclusion. clang-cl's prefix is English always, cl.exe's is localised and in the
// code page of the machine: such text is taken byte by byte, each a character (latin1), and only names are decoded.

export const englishPrefix = 'Note: including file:';

/**
 * The prefix of notes, learnt from a compile that includes one known header; undefined when no line ends with the header's name.
 * @param header the end of its name, e.g. `sccache_ts_probe.h`
 */
export function findNotePrefix(text: string, header: string): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    if (!line.endsWith(header) || line === header) continue;
    // The name starts behind the blanks; it may hold a drive's colon and blanks, so the prefix ends at the blanks before the name's first part.
    const found = /^(.*?[^ \t]:?)[ \t]+((?:[A-Za-z]:)?[^ \t:]*|(?:[A-Za-z]:)?[\\/].*)$/.exec(line);
    if (found?.[1] !== undefined) return found[1];
  }
  return undefined;
}

/** The names of all notes in a text, as spelled, and its other lines. */
export function partNotes(text: string, prefix: string): { readonly names: readonly string[]; readonly others: readonly string[] } {
  const names: string[] = [];
  const others: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const name = line.startsWith(prefix) ? line.slice(prefix.length).replace(/^[ \t]+/, '') : '';
    if (name !== '') names.push(name);
    else if (line !== '') others.push(line);
  }
  return { names, others };
}

/** The names in a text that consists of notes alone; undefined when there is something else. */
export function readNotes(text: string, prefix: string): readonly string[] | undefined {
  const { names, others } = partNotes(text, prefix);
  return others.length === 0 ? names : undefined;
}

/** A name that was taken byte by byte; undefined: it is in a code page, and which file that is only the machine knows. */
export function decodedName(bytes: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    // Not UTF-8.
    return undefined;
  }
}
