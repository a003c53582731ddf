// Knows: the parts of a key that are the same for every manner of command line. Refuses to know: which arguments count, and how they are spelled alike.
import { type EnvPairs, envValue, type KeyPart } from '../base/index.js';
import type { Argument, Compilation } from './types.js';

/** How one manner tells its arguments apart. */
export interface ArgumentRules {
  /** The compiler as it is called. */
  readonly driver: string;
  /** Whether an argument is hashed as text. */
  readonly isHashed: (argument: Argument) => boolean;
  /** One spelling for words that mean the same. */
  readonly normalised: (words: readonly string[]) => string;
}

/** All but what names of outputs and variables add. Labelled so that an explanation of a miss can name what differs. */
export function commonParts(compilation: Compilation, env: EnvPairs, { driver, isHashed, normalised }: ArgumentRules): KeyPart[] {
  const parts: KeyPart[] = [
    { label: 'language', value: compilation.language },
    { label: 'driver', value: driver },
    { label: 'outputs', value: compilation.outputs.map((output) => output.role).filter((role) => role !== 'd').join(' ') },
    { label: 'colours', value: compilation.colour === 'never' ? 'never' : 'kept' },
  ];
  for (const [at, argument] of compilation.args.filter(isHashed).entries()) {
    parts.push({ label: `argument ${at + 1}`, value: normalised(argument.words) });
  }
  if (!compilation.needsPreprocessing) parts.push({ label: 'input name', value: compilation.input });
  if (compilation.cwdInOutputs) {
    parts.push({ label: 'working directory', value: compilation.cwd });
    // The compilers write this name instead when it means the same directory.
    parts.push({ label: 'variable PWD', value: envValue(env, 'PWD') ?? '' });
  }
  return parts;
}

/** What decides, besides the parts of a key, which files are read; labelled as those are. */
export function searchParts(compilation: Compilation, normalised: ArgumentRules['normalised']): readonly KeyPart[] {
  const search = compilation.args.filter(({ class: cls }) => cls === 'preprocessor');
  const dependency = compilation.dependencyFile?.words ?? [];
  return [
    { label: 'source name', value: compilation.input },
    ...search.map(({ words }, at) => ({ label: `search ${at + 1}`, value: normalised(words) })),
    ...dependency.map((value, at) => ({ label: `dependency ${at + 1}`, value })),
  ];
}
