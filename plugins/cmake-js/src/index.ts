// Knows: how cmake-js is told to compile through the launcher. Refuses to know: where the launcher is, and how cmake-js is run.

/** What to add to a cmake-js command line. */
export interface CmakeJsPlan {
  readonly args: readonly string[];
  /** Sentences for the user about what was left alone. */
  readonly notes: readonly string[];
}

const launcherDefinitions = ['CMAKE_C_COMPILER_LAUNCHER', 'CMAKE_CXX_COMPILER_LAUNCHER'] as const;

/**
 * cmake-js hands `--CDNAME=VALUE` on to CMake as `-DNAME=VALUE`, and CMake puts a compiler launcher before every compile
 * but not before links. Sources: cmake-js README ("--CD"), CMake manual, variable CMAKE_<LANG>_COMPILER_LAUNCHER.
 * @param args the cmake-js arguments that the user gave; definitions among them win
 */
export function cmakeJsPlan(launcher: string, args: readonly string[]): CmakeJsPlan {
  const given = (name: string): boolean => args.some((arg) => arg.startsWith(`--CD${name}=`));
  return {
    args: launcherDefinitions.filter((name) => !given(name)).map((name) => `--CD${name}=${launcher}`),
    notes: launcherDefinitions.filter(given).map((name) => `${name} was given and is kept`),
  };
}
