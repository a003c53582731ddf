// Knows: how gcc and clang cut a response file into words. Refuses to know: reading files; a function is handed in.

/** Words of a response file: white space separates, quotes of both kinds group, a backslash takes the next character as it is. */
export function splitResponseFile(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let started = false;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') {
      at += 1;
      word += text.charAt(at);
      started = true;
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      started = true;
    } else if (' \t\n\r\v\f'.includes(char)) {
      if (started) words.push(word);
      word = '';
      started = false;
    } else {
      word += char;
      started = true;
    }
  }
  if (started) words.push(word);
  return words;
}

/** A response file that names itself ends here; gcc itself gives up at 2000 files. */
const maxFiles = 100;
/** Longer command lines may not be startable, now that they are spelled out. */
const maxCharacters = 512 * 1024;

/**
 * Replaces every `@file` by the words in it, depth first, as the compilers do.
 * @returns undefined when a file is unreadable (the compiler then takes the word literally) or the result is absurdly long
 */
export function expandResponseFiles(
  args: readonly string[],
  read: (name: string) => string | undefined,
): readonly string[] | undefined {
  if (!args.some((word) => word.startsWith('@'))) return args;
  const words: string[] = [];
  const waiting = [...args].reverse();
  let files = 0;
  let characters = 0;
  for (let word = waiting.pop(); word !== undefined; word = waiting.pop()) {
    if (!word.startsWith('@')) {
      characters += word.length + 1;
      if (characters > maxCharacters) return undefined;
      words.push(word);
      continue;
    }
    files += 1;
    const text = files > maxFiles ? undefined : read(word.slice(1));
    if (text === undefined || text.length > maxCharacters) return undefined;
    for (const inner of splitResponseFile(text).reverse()) waiting.push(inner);
  }
  return words;
}
