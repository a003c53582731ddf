// Knows: which part of an environment can change what a compiler is. Refuses to know: what compiles read (the dialects).
import { type CacheKey, envValue, type EnvPairs, isWindowsFolder, type KeyPart, keyOf, listDelimiter } from '../base/index.js';

/** They choose helper programs, libraries and default options of gcc and clang drivers. */
const choosing = [
  'PATH', 'GCC_EXEC_PREFIX', 'COMPILER_PATH', 'CCC_OVERRIDE_OPTIONS', 'QA_OVERRIDE_GCC3_OPTIONS', 'CLANG_NO_DEFAULT_CONFIG',
  'HOME', 'LD_LIBRARY_PATH', 'LD_PRELOAD', 'SDKROOT', 'MACOSX_DEPLOYMENT_TARGET',
  // What stands in /usr/bin on macOS looks for the real compiler by these, as xcrun does.
  'DEVELOPER_DIR', 'TOOLCHAINS',
  // The language in which cl.exe speaks.
  'VSLANG',
] as const;

/** They differ from one command of a build to the next and choose no compiler. */
const passing: ReadonlySet<string> = new Set([
  '_', 'PWD', 'OLDPWD', 'SHLVL', 'MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES', 'MAKE_TERMOUT', 'MAKE_TERMERR', 'COLUMNS', 'LINES',
]);

const choosingNames = new Set<string>(choosing);

/** Whether a variable of this name can change what a compiler that is no script is. */
export const isChoosing = (name: string): boolean => choosingNames.has(name);

const relativeParts = (path: string | undefined, cwd: string): boolean => path?.split(listDelimiter(cwd)).some((part) => !part.startsWith('/') && !isWindowsFolder(part)) === true;

export interface CompilerSurroundings {
  readonly cwd: string;
  readonly env: EnvPairs;
}

/** @param whole true for a script: whatever it reads may choose; all but what changes all the time counts */
export function environmentKey({ cwd, env }: CompilerSurroundings, whole: boolean): CacheKey {
  const named = choosing.flatMap((label): KeyPart[] => {
    const value = envValue(env, label);
    return value === undefined ? [] : [{ label, value }];
  });
  const parts = whole ? env.filter(([name]) => !passing.has(name)).map(([label, value]) => ({ label, value })) : named;
  // With such a PATH, which `as` runs depends on where the compiler is started.
  return keyOf(relativeParts(envValue(env, 'PATH'), cwd) ? [...parts, { label: 'cwd', value: cwd }] : parts);
}

/**
 * What can change which compiler of crates runs. `LD_LIBRARY_PATH` cannot, as long as nobody puts another rustc's insides there; build tools set
 * it anew for each crate.
 * @param programs where the links of the programs lead that are started
 */
export function crateSurroundings({ cwd, env }: CompilerSurroundings, programs: readonly string[]): string {
  const named = ['RUSTUP_TOOLCHAIN', 'RUSTUP_HOME', 'HOME', 'PATH', 'LD_PRELOAD'].map((name) => envValue(env, name) ?? '');
  // rustup chooses by the folder too.
  const proxied = programs.some((program) => program.slice(program.lastIndexOf('/') + 1).startsWith('rustup'));
  return JSON.stringify([...programs, ...(proxied ? [cwd, ...named] : [envValue(env, 'LD_PRELOAD') ?? ''])]);
}
