// Knows: what each effect of an option does to the draft. Refuses to know: which options have which effect, and the verdict.
import { add, type Found, loseTrack, refuse, stayHome } from '@sccache-ts/core/compilation';
import { clangWord, cc1Word, llvmWord, ownWord } from './cl-clang-words.js';
import type { ClDraft } from './cl-draft.js';
import { type ClEffect, isDashOnly } from './cl-options.js';

type Deed = (draft: ClDraft, found: Found<ClEffect>) => void;

const keep: Deed = (draft, { words }) => add(draft, 'common', words);

/** The flag as statistics name it: `/Zi`, whatever stands before it. */
const nameOf = ({ option }: Found<ClEffect>): string => (isDashOnly(option.flag) ? option.flag : option.flag.replace('-', '/'));

const major = (version: string): number => Number.parseInt(version, 10) || 0;

/** `/Fo:name`: cl.exe and clang-cl from 19 on take the colon for a part of the option, clang-cl 14 for a part of the name. */
function outputValue(draft: ClDraft, found: Found<ClEffect>): string {
  const { value = '' } = found;
  if (!value.startsWith(':') || found.option.flag === '-o') return value;
  if (draft.facts.kind === 'clang-cl' && major(draft.facts.version) < 19) refuse(draft, `${nameOf(found)}:`);
  return value.slice(1);
}

function source(draft: ClDraft, { option, value = '', words }: Found<ClEffect>): void {
  draft.inputs.push({ path: value, language: option.flag === '-Tc' ? 'c' : 'c++' });
  add(draft, 'input', words);
}

function include(draft: ClDraft, { value = '', words }: Found<ClEffect>): void {
  add(draft, 'common', words);
  draft.forcedIncludes.push(value);
  // clang takes a precompiled header that lies beside it in its stead, without saying so.
  if (draft.facts.kind === 'clang-cl') draft.absentInputs.push(`${value}.pch`, `${value}.gch`);
}

export const deeds: Readonly<Record<Exclude<ClEffect, 'end-of-options'>, Deed>> = {
  common: keep,
  unhashed: (draft, { words }) => add(draft, 'unhashed', words),
  mode: (draft, { words }) => {
    draft.compile = true;
    add(draft, 'mode', words);
  },
  'not-compile': (draft, found) => void (draft.notCompile ??= nameOf(found)),
  declined: (draft, found) => refuse(draft, nameOf(found)),
  search: (draft, { value = '', words }) => {
    draft.searchFolders.push(value);
    add(draft, 'preprocessor', words);
  },
  // Which folders are there beneath it decides which are searched.
  sysroot: (draft, found) => {
    keep(draft, found);
    stayHome(draft, nameOf(found));
    loseTrack(draft, nameOf(found));
  },
  'absolute-names': (draft, found) => {
    keep(draft, found);
    draft.cwdInOutputs = true;
  },
  target: (draft, found) => {
    keep(draft, found);
    // Without Microsoft's manner included files are looked for otherwise.
    if (!/-(?:msvc|win32)/.test(found.value ?? '')) loseTrack(draft, found.words[0] ?? '');
  },
  'no-include': (draft, { words }) => {
    draft.includeVariable = false;
    add(draft, 'preprocessor', words);
  },
  include,
  debug: (draft, found) => {
    keep(draft, found);
    draft.debug = true;
  },
  database: (draft, found) => refuse(draft, `${nameOf(found)} writes a PDB that compiles share; with /Z7 this can be cached`),
  reproducible: (draft, found) => {
    keep(draft, found);
    draft.reproducible = found.option.flag === '-Brepro';
  },
  parallel: (draft, found) => {
    keep(draft, found);
    // Away it would warn of a word without use, and be repeated here for that.
    stayHome(draft, `${nameOf(found)} (clang warns of it)`);
  },
  precompiled: (draft, found) => refuse(draft, `${nameOf(found)} (precompiled header)`),
  'precompiled-use': (draft, found) => {
    keep(draft, found);
    draft.precompiled.uses.push(found.value ?? '');
  },
  'precompiled-make': (draft, found) => {
    keep(draft, found);
    draft.precompiled.makes.push(nameOf(found));
  },
  'precompiled-file': (draft, found) => {
    keep(draft, found);
    draft.precompiled.files.push(found.value ?? '');
  },
  'precompiled-off': (draft, found) => {
    keep(draft, found);
    draft.precompiled.off = true;
  },
  documentation: (draft, found) => {
    const { value = '', words } = found;
    // What cl.exe calls it then is not documented.
    if (draft.documentation !== undefined || !/[^\\/:.][^\\/:]*\.[^\\/.]+$/.test(value)) refuse(draft, nameOf(found));
    draft.documentation = value;
    add(draft, 'side-output', words);
  },
  object: (draft, found) => {
    if (draft.object !== undefined) refuse(draft, 'multiple /Fo');
    draft.object = outputValue(draft, found);
    add(draft, 'output', found.words);
  },
  listing: (draft, found) => {
    keep(draft, found);
    draft.listed = true;
  },
  'listing-file': (draft, found) => {
    if (draft.listing !== undefined) refuse(draft, 'multiple /Fa');
    draft.listed = true;
    draft.listing = outputValue(draft, found);
    add(draft, 'side-output', found.words);
  },
  shows: (draft, { option, words }) => {
    draft.shows.add(option.flag);
    add(draft, 'side-output', words);
  },
  'source-dependencies': (draft, found) => {
    const { value = '', words } = found;
    if (draft.sourceDependencies !== undefined || value === '' || value === '-' || /[\\/]$/.test(value)) refuse(draft, nameOf(found));
    draft.sourceDependencies = value;
    add(draft, 'side-output', words);
  },
  language: (draft, found) => {
    keep(draft, found);
    draft.allAre = found.option.flag === '-TC' ? 'c' : 'c++';
  },
  source,
  'driver-mode': (draft, found) => {
    keep(draft, found);
    if (found.words[0] !== '--driver-mode=cl') refuse(draft, nameOf(found));
  },
  colour: (draft, { option, words }) => {
    draft.colour = option.flag === '-fno-color-diagnostics' ? 'never' : 'always';
    add(draft, 'common', words);
  },
  clang: (draft, found) => clangWord(draft, found.value ?? '', found.words),
  'cc1-word': (draft, found) => cc1Word(draft, found.value ?? '', found.words),
  'llvm-word': (draft, found) => llvmWord(draft, found.value ?? '', found.words),
  'clang-own': (draft, found) => ownWord(draft, found.words),
};
