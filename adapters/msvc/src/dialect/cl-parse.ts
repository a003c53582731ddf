// Knows: how a command line in cl's manner becomes a verdict. Refuses to know: any option by name (the tables and deeds do).
import { absoluteName, envValue } from '@sccache-ts/core/base';
import {
  add, type CompileRequest, type CompilerFacts, expandResponseFiles, findOption, isCallersOwnFile, type Language, languageOf, loseTrack, namesCallersOwnFile, notCacheable,
  notCompile, type OptionTable, type ReadResponseFile, refuse, refusedVariables, stayHome, toDiskPath, type Verdict,
} from '@sccache-ts/core/compilation';
import { deeds } from './cl-deeds.js';
import { diskWords } from './cl-disk-words.js';
import { type ClDraft, emptyClDraft } from './cl-draft.js';
import { type ClEffect, isDashOnly } from './cl-options.js';
import { dependencyFileOf, flavourOf, outputsOf } from './cl-outputs.js';
import { precompiledOf } from './cl-precompiled.js';
import { splitClWords, wordsOfVariable } from './cl-words.js';

type Table = OptionTable<ClEffect>;

function addInput(draft: ClDraft, path: string, words: readonly string[]): void {
  draft.inputs.push({ path, language: undefined });
  add(draft, 'input', words);
}

/** A word that begins with `/` and is no option is a path, if it looks like one. */
const looksLikePath = (word: string): boolean => word.indexOf('/', 1) > 0 || /\.(?:c|cc|cpp|cxx|i|ii)$/i.test(word);

function readWords(draft: ClDraft, words: readonly string[], table: Table): void {
  for (let at = 0; at < words.length; ) {
    const word = words[at] as string;
    const slash = word.startsWith('/');
    if (word === '' || (!slash && !word.startsWith('-'))) {
      addInput(draft, word, [word]);
      at += 1;
      continue;
    }
    const found = findOption(table, slash ? `-${word.slice(1)}` : word, words[at + 1]);
    if (found === 'no value') return refuse(draft, 'argument parse');
    if (found === undefined || (slash && isDashOnly(found.option.flag))) {
      if (slash && looksLikePath(word)) addInput(draft, word, [word]);
      else refuse(draft, word.replace(/(?<=[:=]).*/, '').slice(0, 60));
      at += 1;
      continue;
    }
    // The table is asked for the word with `-`; what is kept is what the caller wrote.
    const own = { ...found, words: [word, ...found.words.slice(1)] };
    if (own.option.effect === 'end-of-options') {
      for (const [index, path] of words.slice(at + 1).entries()) addInput(draft, path, index === 0 ? ['--', path] : [path]);
      return;
    }
    deeds[own.option.effect](draft, own);
    at += own.words.length;
  }
}

/** Words from CL and _CL_ are read by every run of the compiler, so only those can be taken that no step has to leave out. */
function readVariables(draft: ClDraft, { env }: CompileRequest, table: Table): void {
  for (const name of ['CL', '_CL_']) {
    const words = wordsOfVariable(envValue(env, name) ?? '');
    if (words.length === 0) continue;
    const before = draft.args.length;
    readWords(draft, words, table);
    const added = draft.args.splice(before);
    if (words.some((word) => word.startsWith('@')) || added.some(({ class: cls }) => cls !== 'common' && cls !== 'preprocessor')) refuse(draft, `variable ${name}`);
    stayHome(draft, `variable ${name}`);
    // Folders in them are not among the arguments.
    loseTrack(draft, `variable ${name}`);
  }
}

const languages: readonly (Language | undefined)[] = ['c', 'c++', 'cPreprocessed', 'c++Preprocessed'];

function languageIn(draft: ClDraft, [input]: ClDraft['inputs']): Language | undefined {
  if (input === undefined) return undefined;
  const told = draft.allAre ?? input.language;
  if (told !== undefined) return told;
  // On Windows there is no other C++ beside C than by name, and letters have no case.
  const language = /\.[CM]$/.test(input.path) ? undefined : languageOf(input.path.replaceAll('\\', '/'), undefined, false);
  return languages.includes(language) ? language : undefined;
}

export function parseCl(table: Table, request: CompileRequest, context: { readonly facts: CompilerFacts; readonly readResponseFile: ReadResponseFile }): Verdict {
  const { facts } = context;
  const flavour = flavourOf(request.cwd);
  const read = (name: string): string | undefined => (isCallersOwnFile(name) ? undefined : context.readResponseFile(absoluteName(request.cwd, name), 'marked'));
  const words = expandResponseFiles(request.args, { split: splitClWords, read, nested: facts.kind === 'clang-cl' });
  if (words === undefined) return notCacheable('@');
  const draft = emptyClDraft(facts);
  readWords(draft, words, table);
  if (draft.notCompile !== undefined) return notCompile(draft.notCompile);
  if (!draft.compile) return notCompile('no -c');
  readVariables(draft, request, table);
  if (draft.clangWaits !== undefined || draft.cc1Waits !== undefined) refuse(draft, 'argument parse');
  const precompiled = precompiledOf(draft, flavour);
  if (draft.refused !== undefined) return notCacheable(draft.refused);
  const variable = refusedVariables.find((name) => envValue(request.env, name) !== undefined);
  if (variable !== undefined) return notCacheable(variable);
  if (precompiled !== undefined) useOf(draft, precompiled);
  return conclude(draft, request, { table, precompiled });
}

/** Objects for other systems hold no time. */
function adviceOf({ reproducible, args }: ClDraft): string | undefined {
  const elsewhere = args.some(({ words: [word = ''] }) => word.startsWith('--target=') && !/windows|win32|uefi/.test(word));
  if (reproducible || elsewhere) return undefined;
  return 'without /Brepro the object holds the time of its compile: one from the cache is the one that was made first, and two builds are never the same';
}

/** With a dependency file that we ask for, clang tells of system headers after all. */
const userOnly = '-showIncludes:user';

/** Why the compile must stay here, if it must. */
function homeOnlyOf(draft: ClDraft, { needsPreprocessing, windows, offDrives }: { readonly needsPreprocessing: boolean; readonly windows: boolean; readonly offDrives: boolean }): string | undefined {
  if (draft.homeOnly !== undefined) return draft.homeOnly;
  if (draft.facts.kind === 'msvc') return 'cl.exe runs on Windows only: it compiles here';
  if (!needsPreprocessing) return 'already preprocessed';
  if (offDrives) return 'a path that is on no drive';
  // Over there files are called otherwise.
  if (windows && (draft.debug || draft.cwdInOutputs || draft.outputNameInOutputs || draft.listed)) return 'the outputs name files, which are called otherwise on a build server';
  if (draft.shows.has(userOnly)) return '/showIncludes:user tells too little';
  const silent = draft.debug && !draft.secretive && !draft.shows.has('-showIncludes');
  return silent ? 'debug information holds the command line (add /showIncludes)' : undefined;
}

function foldersOf({ searchFolders, includeVariable }: ClDraft, { env }: CompileRequest): readonly string[] {
  const named = includeVariable ? ['INCLUDE', 'EXTERNAL_INCLUDE'].flatMap((name) => (envValue(env, name) ?? '').split(';')) : [];
  const gnu = ['CPATH', 'C_INCLUDE_PATH', 'CPLUS_INCLUDE_PATH'].flatMap((name) => (envValue(env, name) ?? '').split(':'));
  return [...new Set([...searchFolders, ...named, ...gnu])].filter((folder) => folder !== '');
}

function useOf(draft: ClDraft, file: string): void {
  draft.extraInputs.push(file);
  // It names the folder in which it was made.
  draft.cwdInOutputs = true;
  stayHome(draft, '/Yu');
}

function conclude(draft: ClDraft, request: CompileRequest, { table, precompiled }: { readonly table: Table; readonly precompiled: string | undefined }): Verdict {
  const [input] = draft.inputs;
  if (input === undefined) return notCacheable('no input file');
  if (draft.inputs.length > 1) return notCacheable('multiple input files');
  if (input.path === '' || input.path === '-') return notCacheable('invalid input file');
  if (draft.facts.kind === 'msvc' && /[*?]/.test(input.path)) return notCacheable('invalid input file');
  const language = languageIn(draft, draft.inputs);
  if (language === undefined) return notCacheable('unknown source language');
  const flavour = flavourOf(request.cwd);
  const outputs = outputsOf(draft, input.path, flavour);
  if (typeof outputs === 'string') return notCacheable(outputs);
  const needsPreprocessing = !language.endsWith('Preprocessed');
  if (precompiled !== undefined && !needsPreprocessing) return notCacheable('/Yu with preprocessed text');
  const dependencyFile = needsPreprocessing ? dependencyFileOf(draft, flavour) : undefined;
  if (typeof dependencyFile === 'string') return notCacheable(dependencyFile);
  if (namesCallersOwnFile(draft)) return notCacheable('file of the calling process');
  const ownCommandOnly = (draft.debug && !draft.secretive) || draft.shows.has(userOnly);
  const offDrives = flavour === 'windows' && (toDiskPath(request.cwd) === undefined || draft.args.some((argument) => diskWords(table, argument, request.cwd) === undefined));
  const isMsvc = draft.facts.kind === 'msvc';
  const { args, facts, extraInputs, absentInputs, forcedIncludes, nativeCpu } = draft;
  return {
    kind: 'compile',
    compilation: {
      ...{ language, compiler: facts, input: input.path, cwd: request.cwd, args, extraInputs, absentInputs, forcedIncludes, nativeCpu, needsPreprocessing },
      outputGiven: draft.object,
      outputs: dependencyFile === undefined ? outputs : [...outputs, { role: 'd', path: dependencyFile.path, optional: false }],
      dependencyFile,
      searchFolders: foldersOf(draft, request),
      unfollowed: isMsvc ? 'cl.exe does not tell where it searches' : draft.unfollowed,
      // With debug information a word about colours would be found in the object; cl.exe knows none.
      colour: (ownCommandOnly && draft.colour === 'auto') || isMsvc ? 'never' : draft.colour,
      // Every object of cl.exe names itself by its whole path.
      cwdInOutputs: isMsvc || draft.debug || draft.cwdInOutputs,
      outputNameInOutputs: isMsvc || draft.debug || draft.outputNameInOutputs,
      ownCommandOnly,
      tracedOnly: precompiled === undefined ? undefined : '/Yu',
      advice: adviceOf(draft),
      homeOnly: homeOnlyOf(draft, { needsPreprocessing, windows: flavour === 'windows', offDrives }),
    },
  };
}
