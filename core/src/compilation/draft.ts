// Knows: what a C compiler's command line is gathered into, word by word, whichever manner it is in. Refuses to know: how words are read.
import type { Argument, ArgumentClass, ColourMode, Decline } from './types.js';

/** Each manner adds what only it has. */
export interface Draft {
  readonly args: Argument[];
  compile: boolean;
  /** The first flag that makes this no compile. */
  notCompile: string | undefined;
  /** The first reason against caching. */
  refused: string | undefined;
  homeOnly: string | undefined;
  /** The first reason why reads cannot be followed. */
  unfollowed: string | undefined;
  colour: ColourMode;
  readonly dependency: DependencyDraft;
  readonly extraInputs: string[];
  readonly absentInputs: string[];
  readonly forcedIncludes: string[];
  cwdInOutputs: boolean;
  outputNameInOutputs: boolean;
  nativeCpu: boolean;
}

export interface DependencyDraft {
  mode: '-MD' | '-MMD' | undefined;
  file: string | undefined;
  /** Words for the preprocess step but mode and file. */
  readonly words: string[];
  /** Whether a target was named. */
  targeted: boolean;
}

export const emptyDraft = (): Draft => ({
  args: [],
  compile: false,
  notCompile: undefined,
  refused: undefined,
  homeOnly: undefined,
  unfollowed: undefined,
  colour: 'auto',
  dependency: { mode: undefined, file: undefined, words: [], targeted: false },
  extraInputs: [],
  absentInputs: [],
  forcedIncludes: [],
  cwdInOutputs: false,
  outputNameInOutputs: false,
  nativeCpu: false,
});

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

/** A word of a table, with its value. */
interface Told {
  readonly flag: string;
  readonly value: string | undefined;
  /** As the caller wrote it. */
  readonly words: readonly string[];
}

/** What gcc's and clang's words mean wherever they stand; a driver in cl's manner has them behind `/clang:`. */
export const gnuMeanings = {
  'dependency-mode': (draft: Draft, { flag, words }: Told): void => {
    // With both, clang and gcc disagree about which of them counts.
    if (draft.dependency.mode !== undefined && draft.dependency.mode !== flag) refuse(draft, '-MD -MMD');
    draft.dependency.mode = flag === '-MMD' ? '-MMD' : '-MD';
    add(draft, 'dependency', words);
  },
  'dependency-file': (draft: Draft, { value, words }: Told): void => {
    draft.dependency.file = value;
    add(draft, 'dependency', words);
  },
  'dependency-target': (draft: Draft, { words }: Told): void => {
    draft.dependency.targeted = true;
    draft.dependency.words.push(...words);
    add(draft, 'dependency', words);
  },
  'dependency-phony': (draft: Draft, { words }: Told): void => {
    draft.dependency.words.push(...words);
    add(draft, 'dependency', words);
  },
  'own-name-inside': (draft: Draft, { words }: Told): void => {
    add(draft, 'common', words);
    draft.cwdInOutputs = true;
    draft.outputNameInOutputs = true;
  },
  processor: (draft: Draft, { value, words }: Told): void => {
    add(draft, 'common', words);
    if (value !== 'native') return;
    draft.nativeCpu = true;
    stayHome(draft, words[0] ?? '');
  },
  reads: (draft: Draft, { value, words }: Told): void => {
    add(draft, 'common', words);
    if (value !== undefined) draft.extraInputs.push(value);
  },
} as const;

/** Open files and terminals of the calling process: under these names we would meet our own. */
const callersOwnFile = /\/dev\/(?:fd\/|std(?:in|out|err)$|tty)|\/proc\/(?:self|thread-self)\//;

export const isCallersOwnFile = (word: string): boolean => callersOwnFile.test(word);
export const namesCallersOwnFile = ({ args }: Draft): boolean => args.some(({ words }) => words.some(isCallersOwnFile));
