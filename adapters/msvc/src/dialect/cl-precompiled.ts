// Knows: what words about precompiled headers mean to clang-cl, together. Refuses to know: how the words are found.
//
// A precompiled header of clang holds the times of the files that it was made of, and no compile takes it once one of them has another time. So one
// from a cache would be refused; one that the build has made is an input like others. What a compile with one reads only the compile tells: asked to
// preprocess, the driver forgets the header, and the macros that it brings decide about what is read.
import { type PathFlavour, refuse, stayHome } from '@sccache-ts/core/compilation';
import type { ClDraft } from './cl-draft.js';
import { extensionAt } from './cl-outputs.js';

/** Source: clang's driver, `GetClPchPath`. */
function fileOf(header: string, named: string | undefined, flavour: PathFlavour): string {
  if (named === undefined) return `${header.slice(0, extensionAt(header, flavour))}.pch`;
  return extensionAt(named, flavour) < named.length ? named : `${named}.pch`;
}

const single = (values: readonly string[]): boolean => new Set(values).size <= 1;

/** The file of the header that is used, as the compiler opens it; undefined: none. The draft is refused where that cannot be told. */
export function precompiledOf(draft: ClDraft, flavour: PathFlavour): string | undefined {
  const { uses, makes, files, off } = draft.precompiled;
  if (off) return undefined;
  const [header] = uses;
  const [make] = makes;
  if (make !== undefined) refuse(draft, `${make} (a precompiled header holds the times of its files)`);
  if (header === undefined) {
    // Away it would warn of a word without use, and be repeated here for that.
    if (files.length > 0) stayHome(draft, '/Fp (clang warns of it)');
    return undefined;
  }
  if (header === '' || !single(uses)) refuse(draft, '/Yu without a header of its own');
  if (!single(files) || files[0] === '') refuse(draft, '/Fp without a name of its own');
  if (draft.debug && !draft.secretive) refuse(draft, '/Yu with debug information, which holds the command line');
  return fileOf(header, files[0], flavour);
}
