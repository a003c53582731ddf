// Knows: the command lines that a compilation leads to. Refuses to know: who runs them.
import { type Argument, type ArgumentClass, type Command, type Compilation, dependencyAsked, type OptionTable, toDiskPath, wordsOf } from '@sccache-ts/core/compilation';
import { diskWords } from './cl-disk-words.js';
import type { ClEffect } from './cl-options.js';
import { flavourOf } from './cl-outputs.js';

/** Inputs last: behind `--` nothing else is an option. */
function lined(args: readonly Argument[]): string[] {
  const isInput = ({ class: cls }: Argument): boolean => cls === 'input';
  return [...wordsOf(args.filter((argument) => !isInput(argument))), ...wordsOf(args.filter(isInput))];
}

const notForPreprocessor = new Set<ArgumentClass>(['mode', 'output', 'dependency', 'side-output', 'unhashed']);

/** `clang --driver-mode=cl` and `clang-cl` are the same driver; the mode decides how all other words are read. */
const isClang = ({ compiler }: Compilation): boolean => compiler.kind === 'clang-cl';

export function preprocessCommand(compilation: Compilation, program: string, dependencyPath: string | undefined): Command {
  const { args } = compilation;
  const asked = dependencyAsked(compilation, dependencyPath);
  // Flags that only the later steps use are no reason for clang to warn, and with /WX to fail; headers of Windows itself are one for cl.exe.
  const words = isClang(compilation) ? ['/E', '-Qunused-arguments'] : ['/nologo', '/E', '/WX-', '/showIncludes'];
  if (asked !== undefined) words.push(...asked.words, `/clang:-MF${asked.place}`);
  const kept = args.filter((argument) => !notForPreprocessor.has(argument.class));
  const quiet = kept.filter(({ words: [word = ''] }) => isClang(compilation) || !/^[-/]WX$/.test(word));
  return { program, args: [...words, ...lined(quiet)] };
}

/** Words about colours, where they can be added without being found in the object. */
function colourWords(compilation: Compilation, colour: 'always' | 'never'): readonly string[] {
  if (!isClang(compilation) || compilation.ownCommandOnly === true) return [];
  return [colour === 'always' ? '-fcolor-diagnostics' : '-fno-color-diagnostics'];
}

export function compileCommand(compilation: Compilation, program: string, colour: 'always' | 'never'): Command {
  return { program, args: [...colourWords(compilation, colour), ...lined(compilation.args)] };
}

export function tracedCommand(
  compilation: Compilation,
  program: string,
  { colour, dependencyPath }: { readonly colour: 'always' | 'never'; readonly dependencyPath: string },
): Command {
  const { args } = compileCommand(compilation, program, colour);
  return { program, args: ['/clang:-MD', `/clang:-MF${dependencyPath}`, ...args] };
}

const isForced = ({ words: [word = ''] }: Argument): boolean => /^[-/]FI/.test(word);
const isNoSource = ({ words: [word = ''] }: Argument): boolean => !/^[-/]T[CP]$/.test(word);

export function searchCommand(compilation: Compilation, program: string): Command {
  const kept = compilation.args.filter((argument) => !notForPreprocessor.has(argument.class) && argument.class !== 'input' && !isForced(argument) && isNoSource(argument));
  const language = compilation.language === 'c' ? '/TC' : '/TP';
  return { program, args: ['/E', '-v', '-Qunused-arguments', ...wordsOf(kept), language, '--', flavourOf(compilation.cwd) === 'windows' ? 'NUL' : '/dev/null'] };
}

/** With debug information no word may be added: the files that were read are then told by the notes that the caller has asked for. */
export function remoteCommand(table: OptionTable<ClEffect>, compilation: Compilation, options: { readonly program: string; readonly dependencyPath: string }): Command {
  const { program, dependencyPath } = options;
  const called = (argument: Argument): Argument => ({ ...argument, words: diskWords(table, argument, compilation.cwd) ?? argument.words });
  const words = compilation.args.filter((argument) => argument.class !== 'dependency');
  const kept = flavourOf(compilation.cwd) === 'windows' ? words.map(called) : words;
  if (compilation.ownCommandOnly === true) return { program, args: lined(kept) };
  const mode = kept.some(({ words: [word = ''] }) => word === '--driver-mode=cl') ? [] : ['--driver-mode=cl'];
  // The compiler over there may stand elsewhere; our headers are sent under the names that they have here.
  const { resources: own } = compilation.compiler;
  const resources = own === undefined || flavourOf(compilation.cwd) === 'posix' ? own : toDiskPath(own);
  const headers = resources === undefined ? [] : [`/clang:-resource-dir=${resources}`];
  return { program, args: [...mode, '-fno-color-diagnostics', ...headers, '/clang:-MD', `/clang:-MF${dependencyPath}`, ...lined(kept)] };
}
