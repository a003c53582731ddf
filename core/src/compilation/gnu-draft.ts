// Knows: what has been learned of a gnu command line so far. Refuses to know: how it is learned.
import type { Argument, ArgumentClass, ColourMode, Decline } from './types.js';

/** What the parser gathers from left to right. */
export interface Draft {
  readonly args: Argument[];
  readonly inputs: { readonly path: string; readonly language: string | undefined }[];
  /** Operand of the `-x` in force. */
  explicit: string | undefined;
  output: string | undefined;
  compile: boolean;
  /** The first flag that makes this no compile. */
  notCompile: string | undefined;
  /** The first reason against caching. */
  refused: string | undefined;
  homeOnly: string | undefined;
  colour: ColourMode;
  /** The last flag about colours, which is not among `args`. */
  colourFlag: string | undefined;
  readonly dependency: DependencyDraft;
  readonly extraInputs: string[];
  readonly absentInputs: string[];
  readonly forcedIncludes: string[];
  /** The first reason why reads cannot be followed. */
  unfollowed: string | undefined;
  readonly sides: SideOutputs;
  cwdInOutputs: boolean;
  outputNameInOutputs: boolean;
  nativeCpu: boolean;
  /** A precompiled header is named. */
  precompiled: boolean;
  /** `-emit-llvm`. */
  bitcode: boolean;
  readonly architectures: Set<string>;
}

export interface DependencyDraft {
  mode: '-MD' | '-MMD' | undefined;
  file: string | undefined;
  /** Words for the preprocess step but mode and file. */
  readonly words: string[];
  /** Whether a target was named. */
  targeted: boolean;
  /** gcc's preprocessor was told behind the driver's back (`-Wp,-MD,file`): the target is then made from the input's name. */
  behindDriver: boolean;
}

export interface SideOutputs {
  splitDwarf: boolean;
  coverageNotes: boolean;
  stackUsage: boolean;
  diagnostics: string | undefined;
}

export function emptyDraft(): Draft {
  return {
    args: [],
    inputs: [],
    explicit: undefined,
    output: undefined,
    compile: false,
    notCompile: undefined,
    refused: undefined,
    homeOnly: undefined,
    colour: 'auto',
    colourFlag: undefined,
    dependency: { mode: undefined, file: undefined, words: [], targeted: false, behindDriver: false },
    extraInputs: [],
    absentInputs: [],
    forcedIncludes: [],
    unfollowed: undefined,
    sides: { splitDwarf: false, coverageNotes: false, stackUsage: false, diagnostics: undefined },
    cwdInOutputs: false,
    outputNameInOutputs: false,
    nativeCpu: false,
    precompiled: false,
    bitcode: false,
    architectures: new Set(),
  };
}

export function add(draft: Draft, cls: ArgumentClass, words: readonly string[]): void {
  draft.args.push({ class: cls, words });
}

export function refuse(draft: Draft, reason: string): void {
  draft.refused ??= reason;
}

export function stayHome(draft: Draft, reason: string): void {
  draft.homeOnly ??= reason;
}

export function loseTrack(draft: Draft, reason: string): void {
  draft.unfollowed ??= reason;
}

export const notCompile = (reason: string): Decline => ({ kind: 'decline', why: 'not-compile', reason });
export const notCacheable = (reason: string): Decline => ({ kind: 'decline', why: 'not-cacheable', reason });
