// Knows: what a command line in cl's manner has been found to say so far, besides what all manners do. Refuses to know: how it is learned.
import { type CompilerFacts, type Draft, emptyDraft } from '@sccache-ts/core/compilation';

/** Words about precompiled headers, as given; they count together only. */
export interface PrecompiledDraft {
  /** Operands of `/Yu`. */
  readonly uses: string[];
  /** Words of `/Yc`. */
  readonly makes: string[];
  /** Operands of `/Fp`. */
  readonly files: string[];
  /** `/Y-`. */
  off: boolean;
}

export interface ClDraft extends Draft {
  readonly facts: CompilerFacts;
  readonly inputs: { readonly path: string; readonly language: 'c' | 'c++' | undefined }[];
  /** `/TC` or `/TP`; the last one counts, for all inputs. */
  allAre: 'c' | 'c++' | undefined;
  /** Operand of `/Fo` or `-o`. */
  object: string | undefined;
  listed: boolean;
  /** Operand of `/Fa`. */
  listing: string | undefined;
  sourceDependencies: string | undefined;
  /** Operand of `/doc`. */
  documentation: string | undefined;
  readonly precompiled: PrecompiledDraft;
  /** `/Brepro`: the object does not hold the time of its compile. */
  reproducible: boolean;
  /** Debug information is asked for. */
  debug: boolean;
  /** The object leaves out the command line. */
  secretive: boolean;
  /** What is told of files on standard output, e.g. `-showIncludes`. */
  readonly shows: Set<string>;
  readonly searchFolders: string[];
  /** False after `/X`. */
  includeVariable: boolean;
  /** A word for clang's driver that waits for its value behind the next `/clang:`, with what is to be done with it. */
  clangWaits: string | undefined;
  cc1Waits: string | undefined;
}

export const emptyClDraft = (facts: CompilerFacts): ClDraft => ({
  ...emptyDraft(),
  facts,
  inputs: [],
  allAre: undefined,
  object: undefined,
  listed: false,
  listing: undefined,
  sourceDependencies: undefined,
  documentation: undefined,
  precompiled: { uses: [], makes: [], files: [], off: false },
  reproducible: false,
  debug: false,
  secretive: false,
  shows: new Set(),
  searchFolders: [],
  includeVariable: true,
  clangWaits: undefined,
  cc1Waits: undefined,
});
