// Knows: what has been learned of a command line in cl's manner so far. Refuses to know: how it is learned.
import type { Argument, ArgumentClass, ColourMode, CompilerFacts, Decline } from '@sccache-ts/core/compilation';

export interface ClDraft {
  readonly facts: CompilerFacts;
  readonly args: Argument[];
  readonly inputs: { readonly path: string; readonly language: 'c' | 'c++' | undefined }[];
  /** `/TC` or `/TP`; the last one counts, for all inputs. */
  allAre: 'c' | 'c++' | undefined;
  compile: boolean;
  /** The first flag that makes this no compile. */
  notCompile: string | undefined;
  /** The first reason against caching. */
  refused: string | undefined;
  homeOnly: string | undefined;
  unfollowed: string | undefined;
  /** Operand of `/Fo` or `-o`. */
  object: string | undefined;
  listed: boolean;
  /** Operand of `/Fa`. */
  listing: string | undefined;
  sourceDependencies: string | undefined;
  /** Debug information is asked for. */
  debug: boolean;
  /** The object leaves out the command line. */
  secretive: boolean;
  cwdInOutputs: boolean;
  outputNameInOutputs: boolean;
  nativeCpu: boolean;
  /** What is told of files on standard output, e.g. `-showIncludes`. */
  readonly shows: Set<string>;
  colour: ColourMode;
  readonly dependency: { mode: '-MD' | '-MMD' | undefined; file: string | undefined; readonly words: string[]; targeted: boolean };
  readonly extraInputs: string[];
  readonly absentInputs: string[];
  readonly forcedIncludes: string[];
  readonly searchFolders: string[];
  /** False after `/X`. */
  includeVariable: boolean;
  /** A word for clang's driver that waits for its value behind the next `/clang:`, with what is to be done with it. */
  clangWaits: string | undefined;
  cc1Waits: string | undefined;
}

export function emptyClDraft(facts: CompilerFacts): ClDraft {
  return {
    facts,
    args: [],
    inputs: [],
    allAre: undefined,
    compile: false,
    notCompile: undefined,
    refused: undefined,
    homeOnly: undefined,
    unfollowed: undefined,
    object: undefined,
    listed: false,
    listing: undefined,
    sourceDependencies: undefined,
    debug: false,
    secretive: false,
    cwdInOutputs: false,
    outputNameInOutputs: false,
    nativeCpu: false,
    shows: new Set(),
    colour: 'auto',
    dependency: { mode: undefined, file: undefined, words: [], targeted: false },
    extraInputs: [],
    absentInputs: [],
    forcedIncludes: [],
    searchFolders: [],
    includeVariable: true,
    clangWaits: undefined,
    cc1Waits: undefined,
  };
}

export function add(draft: ClDraft, cls: ArgumentClass, words: readonly string[]): void {
  draft.args.push({ class: cls, words });
}

export function refuse(draft: ClDraft, reason: string): void {
  draft.refused ??= reason;
}

export function stayHome(draft: ClDraft, reason: string): void {
  draft.homeOnly ??= reason;
}

export const notCompile = (reason: string): Decline => ({ kind: 'decline', why: 'not-compile', reason });
export const notCacheable = (reason: string): Decline => ({ kind: 'decline', why: 'not-cacheable', reason });
