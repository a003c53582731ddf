// Knows: the command lines that a compilation leads to. Refuses to know: who runs them.
import { isWindowsFolder } from '../base/index.js';
import { dependencyAsked, wordsOf } from './command-words.js';
import { gnuDiskWords } from './gnu-disk-words.js';
import type { OptionTable } from './option-table.js';
import type { Argument, ArgumentClass, Command, Compilation, Language } from './types.js';

const notForPreprocessor = new Set<ArgumentClass>(['mode', 'output', 'dependency', 'side-output']);

/** Debug levels that put macros into the object, so that text without macro definitions would not say everything. */
const macrosInDebug = /^-g(gdb|stabs|dwarf-?\d*|xcoff|coff|vms)?3$|^-fdebug-macro$/;

export function preprocessCommand(compilation: Compilation, program: string, dependencyPath: string | undefined): Command {
  const { args, compiler } = compilation;
  const asked = dependencyAsked(compilation, dependencyPath);
  const words = ['-E'];
  if (compiler.kind === 'gcc') words.push('-fpch-preprocess');
  // Flags that only the later steps use are no reason for clang to warn, and with -Werror to fail.
  else words.push('-Qunused-arguments');
  if (args.some(({ words: [word = ''] }) => macrosInDebug.test(word))) words.push('-dD');
  if (asked !== undefined) words.push(...asked.words, '-MF', asked.place);
  return { program, args: [...words, ...wordsOf(args.filter((argument) => !notForPreprocessor.has(argument.class)))] };
}

export function compileCommand(compilation: Compilation, program: string, colour: 'always' | 'never'): Command {
  const words = wordsOf(compilation.args);
  // The assembler knows no colours, and clang would warn of a flag without use.
  return { program, args: compilation.language === 'assembler' ? words : [`-fdiagnostics-color=${colour}`, ...words] };
}

export function tracedCommand(
  compilation: Compilation,
  program: string,
  { colour, dependencyPath }: { readonly colour: 'always' | 'never'; readonly dependencyPath: string },
): Command {
  const { args } = compileCommand(compilation, program, colour);
  return { program, args: ['-MD', '-MF', dependencyPath, ...args] };
}

const gnuNames: Partial<Readonly<Record<Language, string>>> = { objc: 'objective-c', 'objc++': 'objective-c++', assemblerToPreprocess: 'assembler-with-cpp' };

/** Forced includes would be looked for and read. */
const isForced = ({ words: [word = ''] }: Argument): boolean => /^-(?:include|imacros)/.test(word);

export function searchCommand(compilation: Compilation, program: string): Command {
  const { args, compiler, language, cwd } = compilation;
  const kept = args.filter((argument) => !notForPreprocessor.has(argument.class) && argument.class !== 'input' && !isForced(argument));
  const quiet = compiler.kind === 'gcc' ? [] : ['-Qunused-arguments'];
  return { program, args: ['-E', '-v', ...quiet, ...wordsOf(kept), '-x', gnuNames[language] ?? language, isWindowsFolder(cwd) ? 'NUL' : '/dev/null'] };
}

export function remoteCommand(table: OptionTable, compilation: Compilation, { program, dependencyPath }: { readonly program: string; readonly dependencyPath: string }): Command {
  const { cwd } = compilation;
  const called = (argument: Argument): Argument => ({ ...argument, words: gnuDiskWords(table, argument, cwd) ?? argument.words });
  const own = compilation.args.filter((argument) => argument.class !== 'dependency');
  const kept = isWindowsFolder(cwd) ? own.map(called) : own;
  return { program, args: ['-fdiagnostics-color=never', '-MD', '-MF', dependencyPath, ...wordsOf(kept)] };
}
