// Knows: how rustc's command line falls into options, values and files. Refuses to know: what they mean.
import type { CompileRequest, ReadResponseFile } from '@sccache-ts/core/compilation';
import { absoluteName } from '@sccache-ts/core/base';
import { type RustcOption, rustcOptions } from './rustc-options.js';

export interface RustcWord {
  /** Its spelling in the table, e.g. `-C`, `--emit`; undefined: a file. */
  readonly name: string | undefined;
  readonly option: RustcOption | undefined;
  readonly value: string;
  /** One or two words of the command line. */
  readonly words: readonly string[];
}

/**
 * Response files hold one argument a line. rustc does not look for further ones in them.
 * @returns undefined when one cannot be read
 */
export function expandResponseFiles({ args, cwd }: Pick<CompileRequest, 'args' | 'cwd'>, read: ReadResponseFile): readonly string[] | undefined {
  const words: string[] = [];
  for (const arg of args) {
    if (!arg.startsWith('@')) {
      words.push(arg);
      continue;
    }
    const text = read(absoluteName(cwd, arg.slice(1)));
    if (text === undefined) return undefined;
    const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
    if (lines.at(-1) === '') lines.pop();
    words.push(...lines);
  }
  return words;
}

function split(word: string): { readonly name: string; readonly value: string | undefined } {
  if (word.startsWith('--')) {
    const at = word.indexOf('=');
    return at < 0 ? { name: word, value: undefined } : { name: word.slice(0, at), value: word.slice(at + 1) };
  }
  if (word.length <= 2 || rustcOptions.has(word)) return { name: word, value: undefined };
  // `-C=x` is `-Cx`; `-Wunused`.
  return { name: word.slice(0, 2), value: word.startsWith('=', 2) ? word.slice(3) : word.slice(2) };
}

/** @returns undefined when a value is missing */
export function readWords(words: readonly string[]): readonly RustcWord[] | undefined {
  const read: RustcWord[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('-') || word === '-') {
      read.push({ name: undefined, option: undefined, value: word, words: [word] });
      continue;
    }
    const { name, value } = split(word);
    const option = rustcOptions.get(name);
    if (option === undefined || option.shape === 'flag') {
      read.push({ name: option === undefined ? word : name, option, value: value ?? '', words: [word] });
    } else if (value !== undefined) {
      read.push({ name, option, value, words: [word] });
    } else {
      const next = words[at + 1];
      if (next === undefined) return undefined;
      read.push({ name, option, value: next, words: [word, next] });
      at += 1;
    }
  }
  return read;
}
