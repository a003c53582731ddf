// Knows: in which folders CMake tries out what a compiler can do: one for each question, with a name of chance. Refuses to know: compilers.

const scratch = /[\\/]CMakeFiles[\\/](?:CMakeScratch[\\/]TryCompile-|CMakeTmp(?:[\\/]|$))/;

/** Whether the name of a working directory says nothing. @param cwd absolute, of either flavour */
export const isScratchFolder = (cwd: string): boolean => scratch.test(cwd);
