// Knows: how an option is found in a table and how many words it takes. Refuses to know: any option.

/** How an option and its value are written. */
export type Shape =
  /** The word alone. */
  | 'flag'
  /** `-x value`, two words. */
  | 'separate'
  /** `-xvalue`, one word; the value may be empty. */
  | 'joined'
  /** `-xvalue` or `-x value`. */
  | 'either'
  /** `--x=value` or `--x value`. */
  | 'equals';

/** What an option means to us; the parser has one deed for each. */
export type Effect =
  | 'common' | 'preprocessor' | 'unhashed' | 'not-compile' | 'not-cacheable'
  | 'compile' | 'output' | 'language' | 'end-of-options'
  | 'dependency-mode' | 'dependency-file' | 'dependency-target' | 'dependency-phony'
  | 'preprocessor-words' | 'preprocessor-word' | 'assembler-words' | 'assembler-word' | 'cc1-word' | 'llvm-word'
  | 'colour' | 'debug' | 'split-dwarf' | 'coverage-notes' | 'own-name-inside' | 'stack-usage' | 'serialized-diagnostics'
  | 'architecture' | 'processor' | 'include' | 'bitcode'
  /** Folders that are searched by rules of their own. */
  | 'framework'
  /** Changes how included files are looked for. */
  | 'own-search'
  /** Reads a file that we digest and send along. */
  | 'reads'
  | 'reads-profile'
  /** Runs code from a file: digested, never away. */
  | 'loads'
  /** Tells a plugin of something that may be a file. */
  | 'plugin-argument'
  /** Hashed like any other, never away. */
  | 'stays';

/** @typeParam E what options mean to the dialect that has the table */
export interface Option<E extends string = Effect> {
  readonly flag: string;
  readonly shape: Shape;
  readonly effect: E;
}

export type OptionTable<E extends string = Effect> = ReadonlyMap<string, Option<E>>;

/** Rows as people write them: flags by shape, separated by blanks. */
export type OptionGroup<E extends string = Effect> = { readonly effect: E } & Partial<Readonly<Record<Shape, string>>>;

const shapes: readonly Shape[] = ['flag', 'separate', 'joined', 'either', 'equals'];

/** Later groups win over earlier ones for the same flag. */
export function optionTable<E extends string = Effect>(...groups: readonly OptionGroup<E>[]): OptionTable<E> {
  const table = new Map<string, Option<E>>();
  for (const group of groups) {
    for (const shape of shapes) {
      const flags = group[shape]?.trim().split(/\s+/) ?? [];
      for (const flag of flags) table.set(flag, { flag, shape, effect: group.effect });
    }
  }
  return table;
}

/** An option as it stands on a command line. */
export interface Found<E extends string = Effect> {
  readonly option: Option<E>;
  readonly value: string | undefined;
  /** One or two words. */
  readonly words: readonly string[];
}

/** A flag as it stands before its value, the `=` included: `-fa=b` is `-fa=`. */
export const flagOf = (word: string): string => word.slice(0, word.indexOf('=') + 1 || undefined);

/**
 * The option as statistics name it, without its value, which differs from file to file and would have a line each. Rows of joined words stand for families,
 * of which the member is told: `-fdump-tree-all`, `-fmodule-file=`.
 */
export function optionName<E extends string>({ option: { flag, shape }, words: [word = ''] }: Pick<Found<E>, 'option' | 'words'>): string {
  const name = flagOf(word);
  return shape === 'joined' && /^[\w-]*=?$/.test(name.slice(flag.length)) ? name : flag;
}

/** No flag in a table is longer; bounds the search for joined values. */
const longestFlag = 48;

function takesJoined(option: Option<string>, word: string): boolean {
  if (option.shape === 'joined' || option.shape === 'either') return true;
  return option.shape === 'equals' && word.charAt(option.flag.length) === '=';
}

function whole<E extends string>(option: Option<E>, word: string, next: string | undefined): Found<E> | 'no value' {
  if (option.shape === 'flag') return { option, value: undefined, words: [word] };
  if (option.shape === 'joined') return { option, value: '', words: [word] };
  return next === undefined ? 'no value' : { option, value: next, words: [word, next] };
}

/**
 * Finds the longest flag of the table that `word` is or begins with.
 * @param next the word after it
 * @returns undefined for a word that no row describes, `no value` when the separate value is missing
 */
export function findOption<E extends string>(table: OptionTable<E>, word: string, next: string | undefined): Found<E> | 'no value' | undefined {
  const exact = table.get(word);
  if (exact !== undefined) return whole(exact, word, next);
  for (let length = Math.min(word.length - 1, longestFlag); length >= 2; length--) {
    const option = table.get(word.slice(0, length));
    if (option === undefined || !takesJoined(option, word)) continue;
    const value = word.slice(option.shape === 'equals' ? length + 1 : length);
    return { option, value, words: [word] };
  }
  return undefined;
}

/**
 * One spelling for `-I dir` and `-Idir`, `-include f` and `-includef`: two-character flags joined, longer ones apart,
 * NUL between words.
 */
export function normalised(table: OptionTable, words: readonly string[]): string {
  const [word = '', next] = words;
  const found = word.startsWith('-') ? findOption(table, word, next) : undefined;
  if (found === undefined || found === 'no value' || found.value === undefined) return words.join('\0');
  const { flag, shape } = found.option;
  if (shape !== 'either' && shape !== 'equals') return words.join('\0');
  return flag.length === 2 ? flag + found.value : `${flag}\0${found.value}`;
}
