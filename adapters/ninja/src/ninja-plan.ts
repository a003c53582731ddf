// Knows: with which arguments and variables ninja runs a build through the launcher, and where its copies of build files stand.
// Refuses to know: how many cores there are, and what the build file says.
import { type EnvPairs, envValue, readMakeFlags } from '@sccache-ts/core/base';
import type { NinjaWishes } from './ninja-words.js';

/** The folder of copies, in the folder where ninja runs. */
export const wrapperFolder = '.sccache-ts';

/** A name that no other build file's copy has. */
export const wrapperOf = (file: string): string => `${wrapperFolder}/${file.replaceAll('%', '%25').replaceAll('/', '%2F')}`;

/** The word by which the copy asks to be made anew. */
export const followWord = '--sccache-ts-follow=';

export interface NinjaPlanInput {
  readonly wishes: NinjaWishes;
  readonly env: EnvPairs;
  /** The build file that ninja is to read. */
  readonly file: string;
  /** Cores of this machine, at least 1. */
  readonly local: number;
  /** Cores that the scheduler offers; 0 without one. */
  readonly offered: number;
  /** How many commands keep both busy. */
  readonly suggested: number;
}

export interface NinjaPlan {
  readonly args: readonly string[];
  /** Variables to set over the environment. */
  readonly env: EnvPairs;
  /** How many links, and how many other commands that are no compiles, run at once; 0: as many as -j says. */
  readonly depths: { readonly links: number; readonly home: number };
}

/** What ninja does without -j. Source: GuessParallelism in ninja.cc */
export const ninjasOwnJobs = (cores: number): number => (cores <= 1 ? 2 : cores === 2 ? 3 : cores + 2);

/** Whether somebody else says how many commands run at once; then the number of cores need not be known. */
export const ninjaJobsAreDecided = ({ wishes, env }: Pick<NinjaPlanInput, 'wishes' | 'env'>): boolean =>
  wishes.jobs || readMakeFlags(envValue(env, 'MAKEFLAGS')).jobserver;

export function ninjaPlan({ wishes, env, file, local, offered, suggested }: NinjaPlanInput): NinjaPlan {
  const own = ninjasOwnJobs(local);
  const more = offered > 0 && suggested > own && !ninjaJobsAreDecided({ wishes, env });
  const told = envValue(env, 'NINJA_STATUS') !== undefined;
  return {
    args: ['-f', file, ...(more ? [`-j${suggested}`] : []), ...wishes.words],
    // Ninja reads it once, before anything runs, so it can tell how many run and may run, but not hits.
    env: more && !told ? [['NINJA_STATUS', `[%f/%t, %r of ${suggested} jobs] `]] : [],
    depths: { links: own, home: more ? own : 0 },
  };
}
