// Knows: the two gnu dialects, one set of rules over two option tables. Refuses to know: anything of its own.
import { clangTable } from './clang-options.js';
import { gccTable } from './gcc-options.js';
import { clangForeignWords, gccForeignWords } from './gnu-foreign-words.js';
import { compileCommand, preprocessCommand, remoteCommand, searchCommand, tracedCommand } from './gnu-commands.js';
import { isHashedVariable, keyParts, nearParts, remoteEnv } from './gnu-key.js';
import { parseGnu, refusedVariables } from './gnu-parse.js';
import { findOption, type Found, type OptionTable } from './option-table.js';
import type { CompilerKind, Dialect } from './types.js';

function gnuDialect(kind: CompilerKind, table: OptionTable): Dialect {
  return {
    kind,
    parse: (request, facts, readResponseFile) => parseGnu(table, request, { facts, readResponseFile }),
    preprocessCommand,
    compileCommand,
    remoteCommand: (compilation, program, dependencyPath) => remoteCommand(table, compilation, { program, dependencyPath }),
    tracedCommand,
    searchCommand,
    foreignWords: kind === 'clang' ? clangForeignWords : gccForeignWords,
    keyParts: (compilation, env) => keyParts(table, compilation, env),
    nearParts: (compilation) => nearParts(table, compilation),
    remoteEnv,
  };
}

export const gccDialect: Dialect = gnuDialect('gcc', gccTable);
export const clangDialect: Dialect = gnuDialect('clang', clangTable);

/** What a word of clang's driver means; drivers that speak otherwise hand such words on. @param next the word after it */
export const findClangOption = (word: string, next: string | undefined): Found | 'no value' | undefined => findOption(clangTable, word, next);

/** Variables that drivers in cl's manner read besides those of the gnu ones. */
export const clVariables: readonly string[] = ['CL', '_CL_', 'INCLUDE', 'EXTERNAL_INCLUDE', 'VCToolsInstallDir', 'VCINSTALLDIR', 'VSINSTALLDIR', 'VSCMD_ARG_TGT_ARCH', 'WindowsSdkDir', 'UniversalCRTSdkDir', 'VSLANG'];

const read = new Set(['PWD', ...refusedVariables, ...clVariables]);

/** Whether a variable of this name can decide about a compile by either dialect. Those that choose the compiler's own programs are not among them. */
export const isReadVariable = (name: string): boolean => read.has(name) || isHashedVariable(name);
