// Knows: which parts of a compile in cl's manner, besides files, decide about its result. Refuses to know: files' contents and the compiler's
// identity; the engine adds those.
import type { EnvPairs, KeyPart } from '@sccache-ts/core/base';
import { type Argument, clangDialect, clVariables, commonParts, type Compilation, findOption, isHashedVariable, type OptionTable, searchParts } from '@sccache-ts/core/compilation';
import type { ClEffect } from './cl-options.js';

type Table = OptionTable<ClEffect>;

/** One spelling for `/I dir`, `-Idir` and their like; NUL between words. */
export function normalised(table: Table, words: readonly string[]): string {
  const [word = '', next] = words;
  const found = findOption(table, word.startsWith('/') ? `-${word.slice(1)}` : word, next);
  if (found === undefined || found === 'no value') return words.join('\0');
  const { flag, shape } = found.option;
  if (found.value === undefined) return flag;
  return shape === 'either' || shape === 'joined' ? flag + found.value : `${flag}\0${found.value}`;
}

/** Whether an argument is hashed as text. With debug information all are, for they are in the object; of outputs the name is, as it is there. */
function isHashed({ ownCommandOnly, needsPreprocessing, compiler }: Compilation): (argument: Argument) => boolean {
  const all = ownCommandOnly === true || !needsPreprocessing;
  // There it is the caller's own command line, not what the driver made of it.
  if (ownCommandOnly === true && compiler.kind === 'msvc') return () => true;
  return ({ class: cls, words: [word = ''] }) => {
    if (cls === 'common') return true;
    // What is told of files is part of the result, the listing's place is not.
    if (cls === 'side-output') return /^[-/]show/.test(word);
    return all && cls !== 'mode' && cls !== 'input' && cls !== 'output';
  };
}

export function keyParts(table: Table, compilation: Compilation, env: EnvPairs): readonly KeyPart[] {
  const rules = { driver: compilation.compiler.kind, isHashed: isHashed(compilation), normalised: (words: readonly string[]) => normalised(table, words) };
  const parts = commonParts(compilation, env, rules);
  if (compilation.outputNameInOutputs) {
    for (const { role, path } of compilation.outputs) parts.push({ label: `output name ${role}`, value: path });
  }
  for (const [name, value] of env) {
    if (isHashedVariable(name) || clVariables.includes(name)) parts.push({ label: `variable ${name}`, value });
  }
  return parts;
}

export const nearParts = (table: Table, compilation: Compilation): readonly KeyPart[] => searchParts(compilation, (words) => normalised(table, words));

/** What a build server needs to compile alike. `CL` and `_CL_` keep a compile at home. */
export function remoteEnv(env: EnvPairs): EnvPairs {
  const gnu = new Set(clangDialect.remoteEnv(env));
  return env.filter((pair) => gnu.has(pair) || (clVariables.includes(pair[0]) && pair[0] !== 'CL' && pair[0] !== '_CL_'));
}
