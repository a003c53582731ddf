// Knows: which variables and arguments make an unchanged make project compile through the launcher.
// Refuses to know: where the launcher is, who makes links, how many cores there are: all that is given.
import { type EnvPairs, envValue, Fault } from '@sccache-ts/core/base';
import { definitionOf, makeWishes } from './make-words.js';

/**
 * `variables`: CC and CXX begin with the launcher; reaches every makefile that does not set them by itself.
 * `masquerade`: a folder of links to the launcher, named like compilers, stands first in PATH; reaches every makefile that
 * names compilers without a path.
 */
export type MakeStyle = 'variables' | 'masquerade';

export interface MakeJobs {
  /** Cores of this machine, at least 1. */
  readonly local: number;
  /** Cores that the scheduler offers; 0 without one. */
  readonly offered: number;
  /** True: add -j when the user gave none. False: only say how many there could be. */
  readonly apply: boolean;
}

export interface MakePlanInput {
  readonly style: MakeStyle;
  /** Absolute path of the launcher. */
  readonly launcher: string;
  /** Absolute; needed for `masquerade`. Whoever calls has filled it with `masqueradeNames`, links to the launcher. */
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

/** The least that a masquerade folder holds; versioned and cross compilers may be added under their own names. */
export const masqueradeNames: readonly string[] = ['cc', 'c++', 'gcc', 'g++', 'clang', 'clang++'];

/** GNU make's own values of the variables that name compilers. */
const compilers: readonly (readonly [name: string, byDefault: string])[] = [['CC', 'cc'], ['CXX', 'g++']];

/** Every compile away is preprocessed here: more than this many a core, and this machine is what everything waits for. */
const jobsPerCore = 8;

/** How many commands at once keep this machine and the offered cores busy. */
export function suggestedJobs({ local, offered }: Pick<MakeJobs, 'local' | 'offered'>): number {
  const own = Math.max(1, Math.trunc(local));
  return Math.min(own + Math.max(0, Math.trunc(offered)), own * jobsPerCore);
}

/** Such a word means the same to make, to a shell, to a sub-make and to configure scripts that split at blanks. */
const plain = /^\/[\w@%+,./-]*$/;

/** The value with the launcher in front; undefined when it must stay as it is. */
function launched(value: string, launcher: string): string | undefined {
  const first = value.trim().split(/\s+/, 1)[0] ?? '';
  const name = first.slice(first.lastIndexOf('/') + 1);
  return first === launcher || first === '' || /^(ccache|sccache|distcc|icecc)/.test(name) ? undefined : `${launcher} ${value.trim()}`;
}

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
  const { environmentWins } = makeWishes(args, envValue(env, 'MAKEFLAGS'));
  for (const [name, byDefault] of compilers) {
    const given = definitionOf(name, args);
    const inherited = envValue(env, name);
    if (given === undefined && inherited === undefined && environmentWins) {
      notes.push(`${name} was left alone: with -e it would replace the compiler that a makefile chooses.`);
      continue;
    }
    const value = given?.value ?? inherited ?? byDefault;
    const wanted = launched(value, launcher);
    if (wanted === undefined) notes.push(`${name} is "${value}" and was left alone.`);
    else if (given !== undefined) words[given.at] = `${name}=${wanted}`;
    else set.push([name, wanted]);
  }
  notes.push('A makefile that sets CC or CXX by itself keeps its compiler and is not cached; a masquerade folder reaches it too.');
  return { env: set, args: words, notes };
}

function byMasquerade({ masqueradeDir, env, args }: MakePlanInput): Changes {
  if (masqueradeDir === undefined || !masqueradeDir.startsWith('/') || masqueradeDir.includes(':')) {
    throw new Fault('USAGE', `make: ${masqueradeDir ?? 'no folder'} cannot be a masquerade folder: an absolute path without ":" is needed`);
  }
  const notes: string[] = [];
  for (const [name] of compilers) {
    const value = definitionOf(name, args)?.value ?? envValue(env, name);
    if (value?.trim().startsWith('/') === true) notes.push(`${name} is "${value}", a path: PATH has no say there, so it is not cached.`);
  }
  // What execvp searches when there is no PATH.
  const path = envValue(env, 'PATH') ?? '/bin:/usr/bin';
  const others = path.split(':').filter((folder) => folder !== masqueradeDir);
  return { env: [['PATH', [masqueradeDir, ...others].join(':')]], args: [...args], notes };
}

/**
 * What to set and what to add so that this make compiles through the launcher.
 * @throws Fault USAGE when the launcher's path cannot stand in CC, or the folder cannot stand in PATH
 */
export function makePlan(input: MakePlanInput): MakePlan {
  const changes = input.style === 'variables' ? byVariables(input) : byMasquerade(input);
  if (makeWishes(input.args, envValue(input.env, 'MAKEFLAGS')).jobs) return changes;
  const jobs = suggestedJobs(input.jobs);
  if (jobs === 1) return changes;
  const { env, notes } = changes;
  if (input.jobs.apply) return { env, args: [`-j${jobs}`, ...changes.args], notes: [...notes, `No -j was given: -j${jobs} was added.`] };
  return { env, args: changes.args, notes: [...notes, `No -j was given, so one file is compiled at a time: -j${jobs} would keep every core busy.`] };
}
