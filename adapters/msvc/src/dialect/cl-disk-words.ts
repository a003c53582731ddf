// Knows: which words of a command line in cl's manner are paths, and how they are called on a build server when the client runs Windows.
// Refuses to know: how a path is called there (core/compilation).
import { type Argument, findOption, type OptionTable, toDiskWord } from '@sccache-ts/core/compilation';
import type { ClEffect } from './cl-options.js';

const pathEffects: ReadonlySet<ClEffect> = new Set<ClEffect>(['search', 'include', 'sysroot', 'object', 'listing-file', 'source', 'source-dependencies']);

/** Undefined: a path in it has no name over there, as it is on a share. Macros and all else that only looks like a path stay as they are. */
export function diskWords(table: OptionTable<ClEffect>, { class: cls, words }: Argument, cwd: string): readonly string[] | undefined {
  const [word = '', next] = words;
  const found = findOption(table, word.startsWith('/') ? `-${word.slice(1)}` : word, next);
  if (cls === 'input' && (found === undefined || found === 'no value' || found.option.effect !== 'source')) {
    const path = toDiskWord(words.at(-1) ?? '', cwd);
    // Over there it begins with `/`, as options do.
    return path === undefined ? undefined : ['--', path];
  }
  if (found === undefined || found === 'no value' || found.value === undefined || !pathEffects.has(found.option.effect)) return words;
  const colon = found.option.effect === 'object' && found.value.startsWith(':');
  const path = toDiskWord(colon ? found.value.slice(1) : found.value, cwd);
  if (path === undefined) return undefined;
  return words.length > 1 ? [word, path] : [word.slice(0, word.length - found.value.length) + path];
}
