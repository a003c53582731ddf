// Knows: how gcc and clang cut a response file into words, and how words of files take the place of their names. Refuses to know: reading files; a function is handed in.

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

export interface ResponseFiles {
  /** How the compiler cuts a file's text into words. */
  readonly split: (text: string) => readonly string[];
  readonly read: (name: string) => string | undefined;
  /** False: the compiler does not follow files that are named in files, which then are given up. */
  readonly nested?: boolean;
}

/**
 * Replaces every `@file` by the words in it, depth first, as the compilers do.
 * @returns undefined when a file is unreadable (the compiler then takes the word literally) or the result is absurdly long
 */
export function expandResponseFiles(args: readonly string[], { split, read, nested = true }: ResponseFiles): readonly string[] | undefined {
  if (!args.some((word) => word.startsWith('@'))) return args;
  const words: string[] = [];
  const waiting = args.map((word) => ({ word, inside: false })).reverse();
  let files = 0;
  let characters = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { word, inside } = next;
    if (!word.startsWith('@')) {
      characters += word.length + 1;
      if (characters > maxCharacters) return undefined;
      words.push(word);
      continue;
    }
    files += 1;
    const text = files > maxFiles || (inside && !nested) ? undefined : read(word.slice(1));
    if (text === undefined || text.length > maxCharacters) return undefined;
    for (const inner of [...split(text)].reverse()) waiting.push({ word: inner, inside: true });
  }
  return words;
}
