// Knows: whether preprocessed text shows where it was made, so that what is compiled from it may differ in another folder.
// Refuses to know: what else of a compile shows the place (outputs, debug information).
//
// Line markers name files, and are left aside: what follows from them goes into debug information and diagnostics, which are looked at
// themselves. A name anywhere else, such as the value of `__FILE__`, is part of what is compiled.

/** Words that stand for the file's name only when they are compiled. */
export const placeWords = ['__builtin_FILE', '__builtin_source_location', '__PRETTY_FUNCTION__', '__builtin_FUNCSIG'];

const marker = /^# \d+ "/;

function lineAround(text: Buffer, at: number): string {
  const from = text.lastIndexOf(0x0a, at) + 1;
  return text.toString('latin1', from, Math.min(from + 24, text.length));
}

/** @param folder with a `/` at its end  @returns what shows the place; undefined when nothing does */
export function placeInText(text: Buffer, folder: string): string | undefined {
  const name = Buffer.from(folder.endsWith('/') ? folder.slice(0, -1) : folder);
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    if (!marker.test(lineAround(text, at))) return 'the text names the folder, as __FILE__ does';
  }
  const word = placeWords.find((it) => text.includes(it));
  return word === undefined ? undefined : `${word} may name the folder`;
}
