// Knows: words on a command line in cl's manner that are meant for clang's own driver, its cc1 and LLVM, as far as they can be taken.
// Refuses to know: what such words are called (core/compilation has clang's table); everything that cannot be taken is declined.
import { add, findClangOption, flagOf, type Found, gnuMeanings, isPlainCc1Word, isQuietLlvmWord, loseTrack, mayNameFile, optionName, refuse, stayHome } from '@sccache-ts/core/compilation';
import type { ClDraft } from './cl-draft.js';

type Effect = Found['option']['effect'];
type Meant = (draft: ClDraft, how: { readonly flag: string; readonly value: string | undefined; readonly words: readonly string[] }) => void;

const keep: Meant = (draft, { words }) => add(draft, 'common', words);

/** What is not here is declined. */
const meanings: Partial<Readonly<Record<Effect, Meant>>> = {
  common: keep,
  'own-search': keep,
  unhashed: keep,
  preprocessor: (draft, { flag, value = '', words }) => {
    draft.searchFolders.push(value);
    loseTrack(draft, flag);
    add(draft, 'preprocessor', words);
  },
  debug: (draft, how) => {
    keep(draft, how);
    // Older ones ignore the word.
    if (how.words.some((word) => word.endsWith('-gno-codeview-command-line')) && Number.parseInt(draft.facts.version, 10) >= 17) draft.secretive = true;
    draft.debug = true;
  },
  'own-name-inside': gnuMeanings['own-name-inside'],
  processor: gnuMeanings.processor,
  reads: gnuMeanings.reads,
  stays: (draft, how) => {
    keep(draft, how);
    stayHome(draft, how.flag);
  },
};

/** Only behind `/clang:`, for the driver in cl's manner knows other words by these names. */
const dependencyMeanings: Partial<Readonly<Record<Effect, Meant>>> = {
  'dependency-mode': gnuMeanings['dependency-mode'],
  'dependency-file': gnuMeanings['dependency-file'],
  'dependency-target': gnuMeanings['dependency-target'],
  'dependency-phony': gnuMeanings['dependency-phony'],
};

/** As statistics name it: without a value, which would have a line for each file. */
const nameOf = (found: Found | 'no value' | undefined, word: string): string => (typeof found === 'object' ? optionName(found) : flagOf(word));

/** `/clang:word`; a value of its own comes as another one of these. */
export function clangWord(draft: ClDraft, word: string, words: readonly string[]): void {
  const waiting = draft.clangWaits;
  draft.clangWaits = undefined;
  const [first, second] = waiting === undefined ? [word, undefined] : [waiting, word];
  const found = findClangOption(first, second);
  if (found === 'no value') {
    // Its value is to come; both are kept then.
    draft.clangWaits = first;
    return;
  }
  const spelled = waiting === undefined ? words : [`/clang:${waiting}`, ...words];
  const meant = found === undefined ? undefined : (meanings[found.option.effect] ?? dependencyMeanings[found.option.effect]);
  if (found === undefined && mayNameFile(first)) return refuse(draft, `/clang:${flagOf(first)} may name a file`);
  if (found === undefined && /^-(?:[fmWO]|std=)/.test(first)) return add(draft, 'common', spelled);
  if (found === undefined || meant === undefined || (waiting !== undefined && found.words.length < 2)) return refuse(draft, `/clang:${nameOf(found, first)}`);
  meant(draft, { flag: found.option.flag, value: found.value, words: spelled });
}

/** A word such as `-fno-exceptions` or `-msse4.2` that the driver understands in either manner. */
export function ownWord(draft: ClDraft, words: readonly string[]): void {
  const [word = ''] = words;
  const found = findClangOption(word, undefined);
  // Then names hold backslashes, and are looked for in another way.
  if (word.startsWith('-fno-ms-')) loseTrack(draft, word);
  if (found === undefined && mayNameFile(word)) return refuse(draft, `${flagOf(word)} may name a file`);
  if (found === undefined) return add(draft, 'common', words);
  const meant = found === 'no value' ? undefined : meanings[found.option.effect];
  if (found === 'no value' || meant === undefined) return refuse(draft, nameOf(found, word));
  meant(draft, { flag: found.option.flag, value: found.value, words });
}

const valued = new Set(['-target-feature', '-target-cpu', '-tune-cpu', '-target-abi', '-mllvm']);

/** One `-Xclang word`. Options with a value come as two of them. */
export function cc1Word(draft: ClDraft, word: string, words: readonly string[]): void {
  const waiting = draft.cc1Waits;
  draft.cc1Waits = undefined;
  add(draft, 'common', words);
  if (waiting !== undefined) {
    const loud = waiting === '-mllvm' && !isQuietLlvmWord(word);
    const strange = word.startsWith('-') && waiting !== '-mllvm' && waiting !== '-target-feature';
    if (loud || strange) refuse(draft, `-Xclang ${waiting}`);
    return;
  }
  if (valued.has(word)) draft.cc1Waits = word;
  else if (/^-(?:debug-info|gcodeview)/.test(word)) draft.debug = true;
  else if (!isPlainCc1Word(word)) refuse(draft, word.startsWith('-') ? `-Xclang ${flagOf(word)}` : '-Xclang');
}

export function llvmWord(draft: ClDraft, word: string, words: readonly string[]): void {
  if (!isQuietLlvmWord(word)) return refuse(draft, '-mllvm');
  add(draft, 'common', words);
}
