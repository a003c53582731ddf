// Knows: in which folders CMake and config.guess try out what a compiler can do: one for each question, with a name of chance. Refuses to know: compilers.

const scratch = /[\\/]CMakeFiles[\\/](?:CMakeScratch[\\/]TryCompile-|CMakeTmp(?:[\\/]|$))/;

/** Whether the name of a working directory says nothing. @param cwd absolute, of either flavour */
export const isScratchFolder = (cwd: string): boolean => scratch.test(cwd);

/** Made by mktemp with `cg` before six characters of chance, or, where there is no mktemp, before a process id and a number. Source: config.guess, `set_cc_for_build`. */
const guess = /^(.*\/cg[A-Za-z0-9-]+)\/dummy\.c$/;

/** The folder around a source whose name says nothing; undefined: there is none. @param source absolute, posix */
export const scratchFolderOf = (source: string): string | undefined => guess.exec(source)?.[1];
