// Knows: which variables and arguments make an unchanged make project compile through the launcher.
// Refuses to know: where the launcher is, who makes links, how many cores there are: all that is given.
import { type EnvPairs, envValue, Fault, wantsOneAtATime, withLauncher } from '@sccache-ts/core/base';
import { isCompilerName } from './compiler-names.js';
import { definitionOf, makeWishes } from './make-words.js';

/**
 * `variables`: CC and CXX begin with the launcher; reaches every makefile that does not set them by itself.
 * `masquerade`: a folder of links to the launcher, named like compilers, stands first in PATH; reaches every makefile that
 * names compilers without a path. Compilers named by path in the environment or on the command line get the launcher in front.
 */
export type MakeStyle = 'variables' | 'masquerade';

export interface MakeJobs {
  /** Cores of this machine, at least 1. */
  readonly local: number;
  /** Cores that the scheduler offers; 0 without one. */
  readonly offered: number;
  /**
   * How -j is added when the user gave none. `environment`: in GNUMAKEFLAGS, which make reads since 4.0, and over which a makefile's own MAKEFLAGS win.
   * `argument`: in front of all arguments. `never`: only say how many there could be.
   */
  readonly apply: 'environment' | 'argument' | 'never';
}

export interface MakePlanInput {
  readonly style: MakeStyle;
  /** Absolute path of the launcher. */
  readonly launcher: string;
  /** Absolute; needed for `masquerade`. Whoever calls has filled it with links to the launcher, named like compilers. */
  readonly masqueradeDir?: string;
  /** The environment in which make is going to run. */
  readonly env: EnvPairs;
  /** What the user wrote after `make`. */
  readonly args: readonly string[];
  readonly jobs: MakeJobs;
}

export interface MakePlan {
  /** Variables to set over the given environment; MAKEFLAGS is never among them. */
  readonly env: EnvPairs;
  /** All arguments for make. */
  readonly args: readonly string[];
  /** Sentences for the user, who may ask what was done. */
  readonly notes: readonly string[];
}

/** GNU make's own values of the variables that name compilers. */
const compilers: readonly (readonly [name: string, byDefault: string])[] = [['CC', 'cc'], ['CXX', 'g++']];

/** Variables that name compilers by the custom of many makefiles. */
const customary: readonly string[] = ['CC', 'CXX', 'HOSTCC', 'HOSTCXX', 'CC_FOR_BUILD', 'CXX_FOR_BUILD', 'BUILD_CC', 'OBJC', 'OBJCXX'];

/** Every compile away is preprocessed here: more than this many a core, and this machine is what everything waits for. */
const jobsPerCore = 8;

/** How many commands at once keep this machine and the offered cores busy. */
export function suggestedJobs({ local, offered }: Pick<MakeJobs, 'local' | 'offered'>): number {
  const own = Math.max(1, Math.trunc(local));
  return Math.min(own + Math.max(0, Math.trunc(offered)), own * jobsPerCore);
}

/** Whether somebody has decided how many commands run at once, or nothing is built, or more than that is done; then the number of cores need not be known. */
export function jobsAreDecided({ env, args }: Pick<MakePlanInput, 'env' | 'args'>): boolean {
  const { jobs, onlyTells, targets } = makeWishes(args, { makeFlags: envValue(env, 'MAKEFLAGS'), gnuMakeFlags: envValue(env, 'GNUMAKEFLAGS') });
  return jobs || onlyTells || wantsOneAtATime(targets) || /^[1-9]/.test(envValue(env, 'MAKELEVEL') ?? '');
}

/** Such a word means the same to make, to a shell, to a sub-make and to configure scripts that split at blanks. */
const plain = /^\/[\w@%+,./-]*$/;

const firstWord = (value: string): string => value.trim().split(/\s+/, 1)[0] ?? '';
const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

type Changes = { readonly env: EnvPairs; readonly args: readonly string[]; readonly notes: readonly string[] };

function byVariables({ launcher, env, args }: MakePlanInput): Changes {
  if (!plain.test(launcher)) {
    throw new Fault('USAGE', `make: CC cannot begin with ${launcher}: make and shells would take it apart`, {
      hint: 'Use a masquerade folder, or put the launcher where the path has no blanks and special characters.',
    });
  }
  const set: (readonly [string, string])[] = [];
  const words = [...args];
  const notes: string[] = [];
  const { environmentWins } = makeWishes(args, { makeFlags: envValue(env, 'MAKEFLAGS'), gnuMakeFlags: envValue(env, 'GNUMAKEFLAGS') });
  for (const [name, byDefault] of compilers) {
    const given = definitionOf(name, args);
    const inherited = envValue(env, name);
    if (given === undefined && inherited === undefined && environmentWins) {
      notes.push(`${name} was left alone: with -e it would replace the compiler that a makefile chooses.`);
      continue;
    }
    const value = given?.value ?? inherited ?? byDefault;
    const wanted = withLauncher(value, launcher);
    if (wanted === undefined) notes.push(`${name} is "${value}" and was left alone.`);
    else if (given !== undefined) words[given.at] = `${name}=${wanted}`;
    else set.push([name, wanted]);
  }
  notes.push('A makefile that sets CC or CXX by itself keeps its compiler and is not cached; a masquerade folder reaches it too.');
  return { env: set, args: words, notes };
}

/** PATH has no say over a compiler that is named by path; where the user has named it, the launcher can stand in front. */
function namedByPath({ launcher, env, args }: MakePlanInput): Changes {
  const set: (readonly [string, string])[] = [];
  const words = [...args];
  const notes: string[] = [];
  for (const name of customary) {
    const given = definitionOf(name, args);
    const value = given?.value ?? envValue(env, name) ?? '';
    const first = firstWord(value);
    if (!first.startsWith('/') || !isCompilerName(fileName(first))) continue;
    if (!plain.test(launcher)) notes.push(`${name} is "${value}", a path: PATH has no say there, so it is not cached.`);
    else if (given !== undefined) words[given.at] = `${name}=${launcher} ${value.trim()}`;
    else set.push([name, `${launcher} ${value.trim()}`]);
  }
  return { env: set, args: words, notes };
}

function byMasquerade(input: MakePlanInput): Changes {
  const { masqueradeDir, env } = input;
  if (masqueradeDir === undefined || !masqueradeDir.startsWith('/') || masqueradeDir.includes(':')) {
    throw new Fault('USAGE', `make: ${masqueradeDir ?? 'no folder'} cannot be a masquerade folder: an absolute path without ":" is needed`);
  }
  const named = namedByPath(input);
  // What execvp searches when there is no PATH.
  const path = envValue(env, 'PATH') ?? '/bin:/usr/bin';
  const others = path.split(':').filter((folder) => folder !== masqueradeDir).join(':');
  // A ccache that stands before a compiler would take the link for the compiler, and not notice when the compiler changes.
  const forCcache: EnvPairs = envValue(env, 'CCACHE_PATH') === undefined ? [['CCACHE_PATH', others]] : [];
  return { ...named, env: [['PATH', `${masqueradeDir}:${others}`], ...forCcache, ...named.env] };
}

/**
 * What to set and what to add so that this make compiles through the launcher.
 * @throws Fault USAGE when the launcher's path cannot stand in CC, or the folder cannot stand in PATH
 */
export function makePlan(input: MakePlanInput): MakePlan {
  const changes = input.style === 'variables' ? byVariables(input) : byMasquerade(input);
  const jobs = suggestedJobs(input.jobs);
  if (jobs === 1 || jobsAreDecided(input)) return changes;
  const { env, args, notes } = changes;
  switch (input.jobs.apply) {
    case 'argument':
      return { env, args: [`-j${jobs}`, ...args], notes: [...notes, `No -j was given: -j${jobs} was added.`] };
    case 'environment': {
      const flags = envValue(input.env, 'GNUMAKEFLAGS')?.trim() ?? '';
      return { env: [...env, ['GNUMAKEFLAGS', `${flags} -j${jobs}`.trim()]], args, notes: [...notes, `No -j was given: -j${jobs} was added.`] };
    }
    case 'never':
      return { env, args, notes: [...notes, `No -j was given, so one file is compiled at a time: -j${jobs} would keep every core busy.`] };
  }
}
