// Knows: which parts of a compile in cl's manner, besides files, decide about its result. Refuses to know: files' contents and the compiler's
// identity; the engine adds those.
import { type EnvPairs, envValue, type KeyPart } from '@sccache-ts/core/base';
import { type Argument, clangDialect, clVariables, type Compilation, findOption, isHashedVariable, type OptionTable } from '@sccache-ts/core/compilation';
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
function isHashed({ ownCommandOnly, needsPreprocessing }: Compilation): (argument: Argument) => boolean {
  const all = ownCommandOnly === true || !needsPreprocessing;
  return ({ class: cls, words: [word = ''] }) => {
    if (cls === 'common') return true;
    // What is told of files is part of the result, the listing's place is not.
    if (cls === 'side-output') return /^[-/]show/.test(word);
    return all && cls !== 'mode' && cls !== 'input' && cls !== 'output';
  };
}

export function keyParts(table: Table, compilation: Compilation, env: EnvPairs): readonly KeyPart[] {
  const parts: KeyPart[] = [
    { label: 'language', value: compilation.language },
    { label: 'driver', value: compilation.compiler.kind },
    { label: 'outputs', value: compilation.outputs.map((output) => output.role).filter((role) => role !== 'd').join(' ') },
    { label: 'colours', value: compilation.colour === 'never' ? 'never' : 'kept' },
  ];
  for (const [at, argument] of compilation.args.filter(isHashed(compilation)).entries()) {
    parts.push({ label: `argument ${at + 1}`, value: normalised(table, argument.words) });
  }
  if (!compilation.needsPreprocessing) parts.push({ label: 'input name', value: compilation.input });
  if (compilation.cwdInOutputs) {
    parts.push({ label: 'working directory', value: compilation.cwd });
    // clang writes this name instead when it means the same directory.
    parts.push({ label: 'variable PWD', value: envValue(env, 'PWD') ?? '' });
  }
  if (compilation.outputNameInOutputs) {
    for (const { role, path } of compilation.outputs) parts.push({ label: `output name ${role}`, value: path });
  }
  for (const [name, value] of env) {
    if (isHashedVariable(name) || clVariables.includes(name)) parts.push({ label: `variable ${name}`, value });
  }
  return parts;
}

/** Labelled as `keyParts` are. */
export function nearParts(table: Table, compilation: Compilation): readonly KeyPart[] {
  const search = compilation.args.filter(({ class: cls }) => cls === 'preprocessor');
  const dependency = compilation.dependencyFile?.words ?? [];
  return [
    { label: 'source name', value: compilation.input },
    ...search.map(({ words }, at) => ({ label: `search ${at + 1}`, value: normalised(table, words) })),
    ...dependency.map((value, at) => ({ label: `dependency ${at + 1}`, value })),
  ];
}

/** What a build server needs to compile alike. `CL` and `_CL_` keep a compile at home. */
export function remoteEnv(env: EnvPairs): EnvPairs {
  const gnu = new Set(clangDialect.remoteEnv(env));
  return env.filter((pair) => gnu.has(pair) || (clVariables.includes(pair[0]) && pair[0] !== 'CL' && pair[0] !== '_CL_'));
}
