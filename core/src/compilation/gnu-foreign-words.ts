// Knows: the words by which the same compiler, installed elsewhere and under another name, takes sources for the same language and looks for its own
// headers where the one here does.
// Refuses to know: what is in those folders.
import type { SearchList } from './search-list.js';
import type { Compilation } from './types.js';

/** `…/lib/clang/14.0.6/include`: the headers that belong to the compiler. */
const ownHeaders = /^(.*\/lib(?:64|32)?\/clang\/[^/]+)\/include\/?$/;
const cppHeaders = /\/c\+\+(?:\/|$)/;

const isCpp = ({ language }: Compilation): boolean => language.startsWith('c++') || language.startsWith('objc++');

/**
 * Folders are named as they are spelled here, so that they are also called alike in debug information. Where the two compilers then read different
 * files, the compile is repeated at home.
 */
export function clangForeignWords(compilation: Compilation, list: SearchList | undefined): readonly string[] {
  // Which driver it plays comes from its name.
  const manners = `--driver-mode=${compilation.compiler.plusplus ? 'g++' : 'gcc'}`;
  const angled = list?.angled ?? [];
  const at = angled.findIndex((folder) => ownHeaders.test(folder));
  const own = ownHeaders.exec(angled[at] ?? '')?.[1];
  if (own === undefined) return [manners];
  const named = compilation.args.filter(({ class: cls }) => cls === 'preprocessor').flatMap(({ words }) => words);
  const isNamed = (folder: string): boolean => named.some((word) => word.endsWith(folder));
  const cpp = isCpp(compilation) ? angled.slice(0, at).filter((folder) => cppHeaders.test(folder) && !isNamed(folder)) : [];
  return [manners, '-resource-dir', own, ...cpp.flatMap((folder) => ['-stdlib++-isystem', folder])];
}

/** g++ takes `.c` for C++, gcc does not; both obey the word. */
export function gccForeignWords({ compiler, language, args }: Compilation): readonly string[] {
  const isExplicit = args.some(({ words: [word = ''] }) => word.startsWith('-x'));
  return compiler.plusplus && language === 'c++' && !isExplicit ? ['-x', 'c++'] : [];
}
