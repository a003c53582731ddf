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

/** Callers take to response files when a command line is too long for the kernel (2 MB in all, 128 KiB a word); ours would be, too. */
const mostExpanded = 1_000_000;
const mostInWord = 120_000;

/**
 * Response files hold one argument a line. rustc does not look for further ones in them.
 * @returns undefined when one cannot be read, or holds more than a command line can
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
    if (text.length > mostExpanded || lines.some((line) => line.length > mostInWord)) return undefined;
    for (const line of lines) words.push(line);
  }
  return words;
}

function split(word: string): { readonly name: string; readonly value: string | undefined } {
  if (word.startsWith('--')) {
    const at = word.indexOf('=');
    return at < 0 ? { name: word, value: undefined } : { name: word.slice(0, at), value: word.slice(at + 1) };
  }
  if (word.length <= 2 || rustcOptions.has(word)) return { name: word, value: undefined };
  // `-Copt-level=1`, `-Wunused`. A `=` is part of the value: rustc refuses `-C=opt-level=1`.
  return { name: word.slice(0, 2), value: word.slice(2) };
}

/** Flags of one letter may share a word with each other and with the option after them: `-gO`, `-OCopt-level=3`. */
function apart(word: string): readonly string[] {
  if (word.startsWith('--') || word.length <= 2 || rustcOptions.has(word)) return [word];
  const first = word.slice(0, 2);
  return rustcOptions.get(first)?.shape === 'flag' ? [first, ...apart(`-${word.slice(2)}`)] : [word];
}

/** @returns undefined when a value is missing */
export function readWords(words: readonly string[]): readonly RustcWord[] | undefined {
  const read: RustcWord[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const whole = words[at] ?? '';
    if (!whole.startsWith('-') || whole === '-') {
      read.push({ name: undefined, option: undefined, value: whole, words: [whole] });
      continue;
    }
    const parts = apart(whole);
    const word = parts.at(-1) ?? whole;
    for (const flag of parts.slice(0, -1)) read.push({ name: flag, option: rustcOptions.get(flag), value: '', words: [flag] });
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
