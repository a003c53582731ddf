// Knows: where CMake tries out what a compiler can do: small files, one at a time, and configure waits for each. Refuses to know: compilers.

const cmakeScratch = /[\\/]CMakeFiles[\\/](?:CMakeScratch[\\/]TryCompile-|CMakeTmp(?:[\\/]|$))/;

/** Why a compile in this folder is not worth a journey; undefined when it may travel. @param cwd absolute, of either flavour */
export const trialIn = (cwd: string): string | undefined => (cmakeScratch.test(cwd) ? 'try_compile' : undefined);
