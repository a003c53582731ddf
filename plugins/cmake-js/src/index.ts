// Knows: how cmake-js is told to compile through the launcher, and how many compiles at once. Refuses to know: where the launcher is, how many
// processors there are, and how cmake-js is run.
import { readMakeFlags } from '@sccache-ts/core/base';

/** What to add to a cmake-js run. */
export interface CmakeJsPlan {
  /** To stand after the given ones. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Sentences for the user about what was left alone. */
  readonly notes: readonly string[];
}

export interface CmakeJsMore {
  /** The environment in which cmake-js will run; default empty. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Compiles at once when nobody has said how many; undefined: the build tool's own choice. */
  readonly jobs?: number;
}

const launcherDefinitions = ['CMAKE_C_COMPILER_LAUNCHER', 'CMAKE_CXX_COMPILER_LAUNCHER'] as const;
const levelName = 'CMAKE_BUILD_PARALLEL_LEVEL';

const isSet = (value: string | undefined): boolean => (value ?? '') !== '';

const compiling = new Set(['build', 'rebuild', 'compile']);
const others = /^(?:install|configure|reconfigure|clean|print-.*)$/;

/**
 * Whether the number of jobs need not be known: `-p`, CMake's variable, or a make above us that hands out its jobs, says it, or nothing is going to be
 * compiled. Sources: cmake-js bin/cmake-js, CMake manual "Build a Project".
 */
export function cmakeJsJobsAreDecided(args: readonly string[], env: Readonly<Record<string, string | undefined>>): boolean {
  if (args.some((arg) => others.test(arg)) && !args.some((arg) => compiling.has(arg))) return true;
  if (args.some((arg) => /^(?:-p\d*|--parallel)$|^(?:-p|--parallel)=/.test(arg))) return true;
  return isSet(env[levelName]) || readMakeFlags(env['MAKEFLAGS']).jobs;
}

/** cmake-js takes this one spelling of a definition. */
const defines = (name: string, args: readonly string[]): boolean => args.some((arg) => arg.startsWith(`--CD${name}=`));

function levelOf(args: readonly string[], { env = {}, jobs = 0 }: CmakeJsMore): Readonly<Record<string, string>> {
  return jobs < 2 || cmakeJsJobsAreDecided(args, env) ? {} : { [levelName]: `${Math.trunc(jobs)}` };
}

/**
 * cmake-js hands `--CDNAME=VALUE` on to CMake as `-DNAME=VALUE`, and CMake puts a compiler launcher before every compile
 * but not before links. Sources: cmake-js README ("--CD"), CMake manual, variable CMAKE_<LANG>_COMPILER_LAUNCHER.
 * @param args the cmake-js arguments that the user gave; definitions among them win, and so do variables that are set
 */
export function cmakeJsPlan(launcher: string, args: readonly string[], more: CmakeJsMore = {}): CmakeJsPlan {
  const given = (name: string): boolean => defines(name, args) || isSet(more.env?.[name]);
  return {
    args: launcherDefinitions.filter((name) => !given(name)).map((name) => `--CD${name}=${launcher}`),
    env: levelOf(args, more),
    notes: launcherDefinitions.filter(given).map((name) => `${name} was given and is kept`),
  };
}

/** The same as variables alone, which CMake reads when it configures a build folder for the first time. Source: CMake manual, environment variables. */
export function cmakeJsVariables(launcher: string, more: CmakeJsMore = {}): Omit<CmakeJsPlan, 'args'> {
  const given = launcherDefinitions.filter((name) => isSet(more.env?.[name]));
  const set = launcherDefinitions.filter((name) => !given.includes(name)).map((name) => [name, launcher] as const);
  return { env: { ...Object.fromEntries(set), ...levelOf([], more) }, notes: given.map((name) => `${name} was given and is kept`) };
}
