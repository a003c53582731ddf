// Knows: words handed through to the preprocessor (-Wp, -Xpreprocessor), the assembler (-Wa, -Xassembler), clang's
// cc1 (-Xclang) and LLVM (-mllvm), as far as they can be taken. Refuses to know: everything else, which is declined.
import { clangTable } from './clang-options.js';
import { add, loseTrack, refuse, stayHome } from './draft.js';
import { gccTable } from './gcc-options.js';
import type { GnuDraft } from './gnu-draft.js';
import { isQuietLlvmWord, mayNameFile } from './named-files.js';
import { findOption, flagOf } from './option-table.js';
import type { CompilerKind } from './types.js';

/** Whether a word that is handed through is as plain as most, by what it means to the driver. */
function isPlainInside(word: string, kind: CompilerKind): boolean {
  const found = findOption(kind === 'gcc' ? gccTable : clangTable, word, undefined);
  if (found === undefined) return !mayNameFile(word);
  return found !== 'no value' && found.option.effect === 'common';
}

/** Harmless for the preprocess step and visible in its text, or hashed anyway. */
const plainPreprocessorWord = /^-[DUW].|^-f(?!dump|plugin|preprocessed|directives|pch)/;
const isPlainPreprocessorWord = (word: string, kind: CompilerKind): boolean => plainPreprocessorWord.test(word) && (!word.startsWith('-f') || isPlainInside(word, kind));

/** `-Wp,a,b`; build systems of kernels write dependency files this way. */
export function preprocessorWords(draft: GnuDraft, word: string, kind: CompilerKind): void {
  const inner = word.slice('-Wp,'.length).split(',');
  const [first = '', file] = inner;
  if (first === '-MD' || first === '-MMD') {
    if (file === undefined || file === '' || inner.length > 2 || draft.dependency.mode !== undefined || draft.dependency.file !== undefined) return refuse(draft, '-Wp,');
    draft.dependency.mode = first;
    draft.dependency.file = file;
    draft.dependency.behindDriver = kind === 'gcc';
    return add(draft, 'dependency', [word]);
  }
  if (!inner.every((part) => isPlainPreprocessorWord(part, kind))) return refuse(draft, '-Wp,');
  add(draft, 'common', [word]);
}

export function preprocessorWord(draft: GnuDraft, words: readonly string[], kind: CompilerKind): void {
  if (!isPlainPreprocessorWord(words[1] ?? '', kind)) return refuse(draft, '-Xpreprocessor');
  add(draft, 'common', words);
}

const plainAssemblerWord = new RegExp(
  '^(-m.*|-g.*|--gdwarf.*|--gstabs.*|--32|--64|--x32|-32|-64|--(no)?execstack|--fatal-warnings|--(no-)?warn|-W|--defsym[=,]?.*|' +
    '--compress-debug-sections.*|--nocompress-debug-sections|--no-pad-sections|-K|-L|--keep-locals|--elf-stt-common=.*|' +
    '--generate-missing-build-notes=.*|--strip-local-absolute|-n|--divide|-O\\d?|--size-check=.*|[\\w.$]+=\\w+)$',
);

function assemblerWord(draft: GnuDraft, word: string): boolean {
  if (word.startsWith('-I')) {
    stayHome(draft, '-Wa,-I');
    return true;
  }
  if (!plainAssemblerWord.test(word)) return false;
  if (/^--?g/.test(word) && !word.startsWith('--generate')) draft.cwdInOutputs = true;
  return true;
}

/** `-Wa,a,b` or `-Xassembler a`. Listings, dependency files and `@file` are among the words that are not known. */
export function assemblerWords(draft: GnuDraft, words: readonly string[]): void {
  const [first = '', second] = words;
  const inner = second === undefined ? first.slice('-Wa,'.length).split(',') : [second];
  if (!inner.every((word) => assemblerWord(draft, word))) return refuse(draft, second === undefined ? '-Wa,' : '-Xassembler');
  add(draft, 'common', words);
}

/** `-mllvm word`, `-mllvm=word`. */
export function llvmWord(draft: GnuDraft, value: string, words: readonly string[]): void {
  if (!isQuietLlvmWord(value)) return refuse(draft, '-mllvm');
  add(draft, 'common', words);
}

/** cc1's own flags without a value that change nothing but the code. */
const plainCc1Flag = /^-(no-opaque-pointers|opaque-pointers|disable-llvm-passes|disable-O0-optnone|fno-pch-timestamp|fallow-half-arguments-and-returns|fnative-half-type|menable-no-infs|menable-no-nans|disable-noundef-analysis|enable-noundef-analysis|debug-info-kind=[\w-]+|fuse-ctor-homing)$/;
/** Flags that the driver knows as well; the driver's own dangerous ones are excluded. */
const sharedCc1Flag = /^-(W(?![pal],).*|[DU].+|O[0-3sz]|std=.*|f(?!dump|modul|plugin|profile|sanitize|time|save|optimization|proc|embed|cas|dep|diagnostics-color|color|thinlto|openmp-targets|cuda|xray|debug|prebuilt|build-session|pass-plugin).*)$/;

/** Whether a word for clang's cc1 takes no value and changes nothing but the code and its diagnostics. */
export const isPlainCc1Word = (word: string): boolean => plainCc1Flag.test(word) || (sharedCc1Flag.test(word) && (!word.startsWith('-f') || isPlainInside(word, 'clang')));

/** What a plugin may read because an argument names it: the argument, or what it gives a name to. */
const filesInArgument = (value: string): readonly string[] => [...new Set([value, value.slice(value.indexOf('=') + 1)])].filter((name) => name !== '');

/** `-fplugin-arg-name-argument` */
export function pluginArgument(draft: GnuDraft, value: string, words: readonly string[]): void {
  add(draft, 'common', words);
  draft.readIfThere.push(...filesInArgument(value.slice(value.indexOf('-') + 1)));
}

const valueOfCc1: Readonly<Record<string, 'common' | 'loads'>> = {
  '-target-feature': 'common', '-target-cpu': 'common', '-tune-cpu': 'common', '-target-abi': 'common', '-mllvm': 'common',
  '-add-plugin': 'common', '-load': 'loads', '-include-pch': 'loads', '-include': 'common',
};

/**
 * One `-Xclang word`. Options with a value come as two of them: `-Xclang -load -Xclang file`.
 * @param pending the flag that waits for its value
 * @returns the flag that now waits, if any
 */
export function cc1Word(draft: GnuDraft, words: readonly string[], pending: string | undefined): string | undefined {
  const word = words[1] ?? '';
  add(draft, 'common', words);
  if (pending !== undefined) {
    const meaning = Object.hasOwn(valueOfCc1, pending) ? valueOfCc1[pending] : 'common';
    if (word.startsWith('-') && !pending.startsWith('-plugin-arg-') && pending !== '-mllvm' && pending !== '-target-feature') refuse(draft, '-Xclang');
    if (pending === '-mllvm' && !isQuietLlvmWord(word)) refuse(draft, '-mllvm');
    if (pending.startsWith('-plugin-arg-')) draft.readIfThere.push(...filesInArgument(word));
    if (meaning === 'loads') {
      draft.extraInputs.push(word);
      if (pending === '-include-pch') draft.precompiled = true;
      stayHome(draft, `-Xclang ${pending}`);
    }
    if (meaning === 'loads' || pending === '-include') loseTrack(draft, `-Xclang ${pending}`);
    return undefined;
  }
  if (Object.hasOwn(valueOfCc1, word) || word.startsWith('-plugin-arg-')) return word;
  if (!isPlainCc1Word(word)) refuse(draft, word.startsWith('-') ? flagOf(word) : '-Xclang');
  return undefined;
}
