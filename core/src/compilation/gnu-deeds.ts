// Knows: what each effect of an option does to the draft. Refuses to know: which options have which effect, and the verdict.
import { add, gnuMeanings, loseTrack, refuse, stayHome } from './draft.js';
import type { GnuDraft } from './gnu-draft.js';
import { assemblerWords, llvmWord, pluginArgument, preprocessorWord, preprocessorWords } from './gnu-inner-words.js';
import { type Effect, type Found, optionName } from './option-table.js';
import type { CompilerKind } from './types.js';

export type Deed = (draft: GnuDraft, found: Found, kind: CompilerKind) => void;

const keep = (draft: GnuDraft, found: Found): void => add(draft, 'common', found.words);

function colour(draft: GnuDraft, { words: [word = ''], value }: Found): void {
  draft.colourFlag = word;
  if (word.startsWith('-fno-') || value === 'never') draft.colour = 'never';
  else draft.colour = value === 'auto' ? 'auto' : 'always';
}

function debug(draft: GnuDraft, found: Found): void {
  keep(draft, found);
  // `-g0` may be followed or preceded by another level; knowing the directory for nothing only costs a hit.
  if (found.words[0] !== '-g0') draft.cwdInOutputs = true;
}

/** The file of a profile: a directory or nothing means `default.profdata` in it; whether it is one cannot be told here. */
function profileOf(value: string | undefined): string {
  if (value === undefined || value === '') return 'default.profdata';
  return value.endsWith('/') ? `${value}default.profdata` : value;
}

/** A word that means the same to every driver. */
const common = (deed: (typeof gnuMeanings)[keyof typeof gnuMeanings]): Deed => (draft, { option, value, words }) => deed(draft, { flag: option.flag, value, words });

const ownNameInside = common(gnuMeanings['own-name-inside']);
const dependencyMode = common(gnuMeanings['dependency-mode']);
const dependencyFile = common(gnuMeanings['dependency-file']);

/** `-include file`: clang takes `file.pch` or `file.gch` in its stead when there is one, without saying so. */
function include(draft: GnuDraft, found: Found, kind: CompilerKind): void {
  keep(draft, found);
  draft.forcedIncludes.push(found.value ?? '');
  if (kind === 'clang' && found.option.flag === '-include') draft.absentInputs.push(`${found.value}.pch`, `${found.value}.gch`);
}

/** Everything but `-Xclang`, whose words belong together. */
export const deeds: Readonly<Record<Exclude<Effect, 'cc1-word' | 'end-of-options'>, Deed>> = {
  common: keep,
  preprocessor: (draft, { words }) => add(draft, 'preprocessor', words),
  framework: (draft, { option, words }) => {
    add(draft, 'preprocessor', words);
    loseTrack(draft, option.flag);
  },
  'own-search': (draft, found) => {
    keep(draft, found);
    loseTrack(draft, optionName(found));
  },
  unhashed: (draft, { words }) => add(draft, 'unhashed', words),
  'not-compile': (draft, found) => void (draft.notCompile ??= optionName(found)),
  'not-cacheable': (draft, found) => refuse(draft, optionName(found)),
  compile: (draft, { words }) => {
    draft.compile = true;
    add(draft, 'mode', words);
  },
  output: (draft, { words, value }) => {
    if (draft.output !== undefined) refuse(draft, 'multiple -o');
    draft.output = value;
    add(draft, 'output', words);
  },
  language: (draft, found) => {
    draft.explicit = found.value;
    keep(draft, found);
  },
  'dependency-mode': (draft, found, kind) => {
    dependencyMode(draft, found, kind);
    if (draft.dependency.behindDriver) refuse(draft, '-Wp,');
  },
  'dependency-file': (draft, found, kind) => {
    // gcc writes into the file behind -Wp, whatever comes later; clang into the last one.
    if (draft.dependency.behindDriver) refuse(draft, '-Wp,');
    dependencyFile(draft, found, kind);
  },
  'dependency-target': common(gnuMeanings['dependency-target']),
  'dependency-phony': common(gnuMeanings['dependency-phony']),
  'preprocessor-words': (draft, { words: [word = ''] }, kind) => preprocessorWords(draft, word, kind),
  'preprocessor-word': (draft, { words }, kind) => preprocessorWord(draft, words, kind),
  'assembler-words': (draft, { words }) => assemblerWords(draft, words),
  'assembler-word': (draft, { words }) => assemblerWords(draft, words),
  'llvm-word': (draft, { value = '', words }) => llvmWord(draft, value, words),
  colour,
  debug,
  'split-dwarf': (draft, found, kind) => {
    ownNameInside(draft, found, kind);
    draft.sides.splitDwarf = true;
  },
  'coverage-notes': (draft, found, kind) => {
    ownNameInside(draft, found, kind);
    draft.sides.coverageNotes = true;
  },
  'own-name-inside': ownNameInside,
  'stack-usage': (draft, found) => {
    keep(draft, found);
    draft.sides.stackUsage = true;
  },
  'serialized-diagnostics': (draft, { words, value }) => {
    draft.sides.diagnostics = value;
    add(draft, 'side-output', words);
  },
  architecture: (draft, found) => {
    draft.architectures.add(found.value ?? '');
    keep(draft, found);
    if (draft.architectures.size > 1) refuse(draft, 'multiple different -arch, and SCCACHE_CACHE_MULTIARCH not set');
  },
  processor: common(gnuMeanings.processor),
  include,
  bitcode: (draft, found) => {
    keep(draft, found);
    draft.bitcode = true;
  },
  reads: common(gnuMeanings.reads),
  'reads-profile': (draft, found) => {
    keep(draft, found);
    draft.extraInputs.push(profileOf(found.value));
  },
  loads: (draft, found) => {
    keep(draft, found);
    if (found.value !== undefined) draft.extraInputs.push(found.value);
    if (found.option.flag === '-include-pch') draft.precompiled = true;
    stayHome(draft, found.option.flag);
    loseTrack(draft, found.option.flag);
  },
  'plugin-argument': (draft, { value = '', words }) => pluginArgument(draft, value, words),
  stays: (draft, found) => {
    keep(draft, found);
    stayHome(draft, found.option.flag);
  },
};
