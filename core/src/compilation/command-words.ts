// Knows: what the command lines of all manners have in common. Refuses to know: any word of them.
import { Fault } from '../base/index.js';
import type { Argument, Compilation } from './types.js';

export const wordsOf = (args: readonly Argument[]): string[] => args.flatMap((argument) => argument.words);

/**
 * The words and the place for a preprocess step's dependency file, both or neither.
 * @throws Fault IMPOSSIBLE when a place is given and nothing asked for, or the other way round
 */
export function dependencyAsked({ dependencyFile }: Compilation, place: string | undefined): { readonly words: readonly string[]; readonly place: string } | undefined {
  if (dependencyFile !== undefined && place !== undefined) return { words: dependencyFile.words, place };
  if (dependencyFile === undefined && place === undefined) return undefined;
  throw new Fault('IMPOSSIBLE', 'a place for the dependency file must be given exactly when one is asked for');
}
