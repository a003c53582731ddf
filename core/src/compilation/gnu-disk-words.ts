// Knows: which words of a command line in gcc's manner are paths, and how they are called on a build server when the client runs Windows.
// Refuses to know: how a path is called there (disk-paths.ts).
import { isWindowsAbsolute, toDiskWord } from './disk-paths.js';
import { type Effect, findOption, type OptionTable } from './option-table.js';
import type { Argument } from './types.js';

const pathEffects: ReadonlySet<Effect> = new Set<Effect>(['preprocessor', 'framework', 'include', 'output', 'serialized-diagnostics', 'reads', 'reads-profile']);
const pathFlags: ReadonlySet<string> = new Set(['-isysroot', '--sysroot']);
/** Macros may look like anything. */
const isMacro = (word: string): boolean => /^-[DU]/.test(word);

/** Undefined: a path in it has no name over there, or it is not known whether it is one. */
export function gnuDiskWords(table: OptionTable, { class: cls, words }: Argument, cwd: string): readonly string[] | undefined {
  const [word = '', next] = words;
  if (cls === 'input') {
    const path = toDiskWord(words.at(-1) ?? '', cwd);
    return path === undefined ? undefined : [...words.slice(0, -1), path];
  }
  const found = findOption(table, word, next);
  if (found === undefined || found === 'no value' || found.value === undefined || !(pathEffects.has(found.option.effect) || pathFlags.has(found.option.flag))) {
    return isMacro(word) || !words.some((it) => /(?:^|[^A-Za-z])[A-Za-z]:[\\/]|\\/.test(it)) ? words : undefined;
  }
  const path = toDiskWord(found.value, cwd);
  if (path === undefined) return undefined;
  return words.length > 1 ? [word, path] : [word.slice(0, word.length - found.value.length) + path];
}

/** Why a compile with names of Windows must stay here; undefined: it may travel. */
export function diskHomeOnly(table: OptionTable, args: readonly Argument[], { cwd, namesInOutputs }: { readonly cwd: string; readonly namesInOutputs: boolean }): string | undefined {
  if (namesInOutputs) return 'the outputs name files, which are called otherwise on a build server';
  const away = args.filter(({ class: cls }) => cls !== 'dependency');
  const onDrives = toDiskWord(cwd) !== undefined && away.every((argument) => gnuDiskWords(table, argument, cwd) !== undefined);
  return onDrives ? undefined : 'a path that is on no drive, or in a word that is not known to hold one';
}

/** Words that we add, which hold whole paths. */
export const diskWord = (word: string, cwd: string): string => (isWindowsAbsolute(word) ? (toDiskWord(word, cwd) ?? word) : word);
