// Knows: how a gnu command line becomes a verdict. Refuses to know: any option by name (the tables and deeds do).
import { absoluteName, envValue, isWindowsFolder } from '../base/index.js';
import { configureProbe } from './configure-probe.js';
import { add, isCallersOwnFile, namesCallersOwnFile, notCacheable, notCompile, refuse } from './draft.js';
import { type Deed, deeds } from './gnu-deeds.js';
import { emptyGnuDraft, type GnuDraft } from './gnu-draft.js';
import { diskHomeOnly } from './gnu-disk-words.js';
import { cc1Word } from './gnu-inner-words.js';
import { dependencyFileOf, outputsOf } from './gnu-outputs.js';
import { sdkSettings } from './gnu-sdk.js';
import { isHeader, isPreprocessed, languageOf } from './language.js';
import { mayNameFile } from './named-files.js';
import { findOption, flagOf, type OptionTable } from './option-table.js';
import { expandResponseFiles, splitResponseFile } from './response-file.js';
import type { CompileRequest, CompilerFacts, ReadResponseFile, Verdict } from './types.js';

/** Variables that make the compilers write files, print more or run twice. */
export const refusedVariables = [
  'DEPENDENCIES_OUTPUT', 'SUNPRO_DEPENDENCIES', 'GCC_COMPARE_DEBUG',
  'CC_PRINT_OPTIONS', 'CC_PRINT_HEADERS', 'CC_PRINT_PROC_STAT', 'CC_PRINT_INTERNAL_STAT', 'CC_LOG_DIAGNOSTICS',
  'CCC_OVERRIDE_OPTIONS', 'QA_OVERRIDE_GCC3_OPTIONS', 'RC_DEBUG_OPTIONS',
];

function addInput(draft: GnuDraft, path: string, words: readonly string[]): void {
  draft.inputs.push({ path, language: draft.explicit });
  add(draft, 'input', words);
}

/** After `--` every word is an input. */
function addInputsAfter(draft: GnuDraft, words: readonly string[]): void {
  for (const [at, word] of words.entries()) addInput(draft, word, at === 0 ? ['--', word] : [word]);
}

function readWords(draft: GnuDraft, words: readonly string[], table: OptionTable, facts: CompilerFacts): void {
  let cc1Waits: string | undefined;
  for (let at = 0; at < words.length; ) {
    const word = words[at] as string;
    if (!word.startsWith('-')) {
      addInput(draft, word, [word]);
      at += 1;
      continue;
    }
    const found = findOption(table, word, words[at + 1]);
    if (found === 'no value') return refuse(draft, 'argument parse');
    if (found === undefined) {
      // Unknown long options may take a value of their own or write files; unknown short ones do so hardly ever.
      if (word.startsWith('--')) refuse(draft, flagOf(word));
      else if (mayNameFile(word)) refuse(draft, `${flagOf(word)} may name a file`);
      add(draft, 'common', [word]);
      at += 1;
      continue;
    }
    const { effect } = found.option;
    if (effect === 'end-of-options') return addInputsAfter(draft, words.slice(at + 1));
    if (effect === 'cc1-word') cc1Waits = cc1Word(draft, found.words, cc1Waits);
    else (deeds[effect] satisfies Deed)(draft, found, facts.kind);
    at += found.words.length;
  }
  if (cc1Waits !== undefined) refuse(draft, '-Xclang');
}

/** Decides about one command line. */
export function parseGnu(
  table: OptionTable,
  request: CompileRequest,
  context: { readonly facts: CompilerFacts; readonly readResponseFile: ReadResponseFile },
): Verdict {
  const { facts } = context;
  const readResponseFile: ReadResponseFile = (name) => (isCallersOwnFile(name) ? undefined : context.readResponseFile(absoluteName(request.cwd, name)));
  const words = expandResponseFiles(request.args, { split: splitResponseFile, read: readResponseFile });
  if (words === undefined) return notCacheable('@');
  const draft = emptyGnuDraft(isWindowsFolder(request.cwd));
  readWords(draft, words, table, facts);
  if (draft.notCompile !== undefined) return notCompile(draft.notCompile);
  if (!draft.compile) return notCompile('no -c');
  if (draft.refused !== undefined) return notCacheable(draft.refused);
  const variable = refusedVariables.find((name) => envValue(request.env, name) !== undefined);
  if (variable !== undefined) return notCacheable(variable);
  return conclude(draft, request, { table, facts });
}

function conclude(draft: GnuDraft, request: CompileRequest, { table, facts }: { readonly table: OptionTable; readonly facts: CompilerFacts }): Verdict {
  const [input] = draft.inputs;
  if (input === undefined) return notCacheable('no input file');
  if (draft.inputs.length > 1) return notCacheable('multiple input files');
  const language = languageOf(input.path, input.language, facts.plusplus);
  if (language === undefined) return notCacheable(input.language === undefined ? 'unknown source language' : '-x');
  if (isHeader(language)) return notCacheable('precompiled header');
  if (language === 'assembler' && draft.colourFlag !== undefined) return notCacheable(draft.colourFlag);
  const needsPreprocessing = isPreprocessed(language);
  const outputs = outputsOf(draft, input.path);
  if (typeof outputs === 'string') return notCacheable(outputs);
  const dependencyFile = dependencyFileOf(draft, input.path, needsPreprocessing);
  if (typeof dependencyFile === 'string') return notCacheable(dependencyFile);
  if (namesCallersOwnFile(draft)) return notCacheable('file of the calling process');
  // clang lists the same files in another order when it only preprocesses, so its dependency file could not be made anew on a hit.
  if (draft.precompiled && dependencyFile !== undefined) return notCacheable('precompiled header with -MD');
  const namesInOutputs = draft.cwdInOutputs || draft.outputNameInOutputs;
  const disk = draft.windows ? diskHomeOnly(table, draft.args, { cwd: request.cwd, namesInOutputs }) : undefined;
  const probe = configureProbe(request.cwd, input.path);
  return {
    kind: 'compile',
    compilation: {
      language,
      compiler: facts,
      input: input.path,
      cwd: request.cwd,
      args: draft.args,
      outputGiven: draft.output,
      outputs: dependencyFile === undefined ? outputs : [...outputs, { role: 'd', path: dependencyFile.path, optional: false }],
      dependencyFile,
      extraInputs: draft.extraInputs,
      absentInputs: draft.absentInputs,
      readIfThere: [...draft.readIfThere, ...sdkSettings(draft.args, request.env, facts)],
      forcedIncludes: draft.forcedIncludes,
      unfollowed: draft.unfollowed,
      colour: draft.colour,
      needsPreprocessing,
      cwdInOutputs: draft.cwdInOutputs,
      outputNameInOutputs: draft.outputNameInOutputs,
      nativeCpu: draft.nativeCpu,
      homeOnly: draft.homeOnly ?? (needsPreprocessing ? (probe ?? disk) : 'already preprocessed'),
      ...(probe === undefined ? {} : { probe: true }),
    },
  };
}
