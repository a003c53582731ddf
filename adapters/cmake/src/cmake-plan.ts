// Knows: what a cmake command line must say for compiles to go through the launcher, for each of cmake's ways of working, and when that cannot be.
// Refuses to know: files, processes, and what CMake itself makes of it (cmake/sccache-ts.cmake does).
import { type EnvPairs, envValue, Fault, readMakeFlags } from '@sccache-ts/core/base';

/** The oldest that the files of this package are tried with. */
export const leastCmake = '3.22';

export interface ConfigureInput {
  /** What the user wrote after `cmake`. */
  readonly args: readonly string[];
  /** Absolute path of the launcher. */
  readonly launcher: string;
  /** Absolute: `cmakeFolder`. */
  readonly folder: string;
  /** What `cmake --version` says; undefined when it could not be understood. */
  readonly version: string | undefined;
  /** From the command line, a preset, the build folder or CMAKE_GENERATOR; undefined: CMake chooses. */
  readonly generator: string | undefined;
  readonly platform: 'posix' | 'windows';
}

const numbers = (version: string): readonly number[] => version.split('.').map(Number);

function isOlder(version: string, least: string): boolean {
  const [one, other] = [numbers(version), numbers(least)];
  const at = other.findIndex((number, index) => (one[index] ?? 0) !== number);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}

/** These run compilers by themselves, and put nothing before them. */
const deafGenerators = /^(?:Visual Studio|Xcode|Green Hills)/;

/**
 * @returns all arguments for cmake
 * @throws Fault TOOL_TOO_OLD; USAGE for a generator that cannot work
 */
export function configurePlan({ args, launcher, folder, version, generator, platform }: ConfigureInput): readonly string[] {
  if (version === undefined || isOlder(version, leastCmake)) {
    throw new Fault('TOOL_TOO_OLD', `cmake: version ${version ?? 'unknown'} was found, ${leastCmake} or newer is needed`, {
      hint: `Put a newer cmake into PATH, or set CMAKE_C_COMPILER_LAUNCHER and CMAKE_CXX_COMPILER_LAUNCHER to ${launcher} yourself.`,
    });
  }
  if (generator !== undefined && deafGenerators.test(generator)) {
    throw new Fault('USAGE', `cmake: the generator "${generator}" puts nothing before its compilers, so nothing would be cached: add -G Ninja and use a build folder of its own`);
  }
  if (generator === undefined && platform === 'windows') {
    throw new Fault('USAGE', 'cmake: on Windows CMake chooses a Visual Studio generator by itself, which puts nothing before its compilers: add -G Ninja, in a shell in which cl is found');
  }
  // Last, so that the file sees all that was given before it, a preset too.
  return [...args, `-DSCCACHE_TS_LAUNCHER:FILEPATH=${launcher.replaceAll('\\', '/')}`, '-C', `${folder}/initial-cache.cmake`];
}

export interface BuildInput {
  readonly args: readonly string[];
  readonly env: EnvPairs;
  /** The command line or a preset says it already. */
  readonly jobsGiven: boolean;
  /** Undefined when unknown. */
  readonly generator: string | undefined;
  /** How many commands at once keep all processors busy, here and on build servers. */
  readonly jobs: number;
  /** Processors of build servers. */
  readonly offered: number;
}

/** Whether somebody has said already how many commands run at once; then the number of processors need not be known. */
export function buildJobsAreDecided({ env, jobsGiven }: Pick<BuildInput, 'env' | 'jobsGiven'>): boolean {
  // Below another make, its jobserver decides.
  return jobsGiven || (envValue(env, 'CMAKE_BUILD_PARALLEL_LEVEL') ?? '') !== '' || readMakeFlags(envValue(env, 'MAKEFLAGS')).jobs;
}

/** All arguments for `cmake --build …`: `--parallel` is added where nobody has said how much. */
export function buildPlan({ args, env, jobsGiven, generator, jobs, offered }: BuildInput): readonly string[] {
  // Ninja alone keeps this machine busy better than we could.
  const ninjaAlone = offered === 0 && generator?.includes('Ninja') === true;
  if (buildJobsAreDecided({ env, jobsGiven }) || ninjaAlone || jobs <= 1) return args;
  const end = args.indexOf('--');
  const at = end < 0 ? args.length : end;
  return [...args.slice(0, at), '--parallel', String(jobs), ...args.slice(at)];
}
