// Knows: which variables make an unchanged cargo compile through the launcher. Refuses to know: where cargo and the launcher are, who starts them,
// and what stands in files: that is the doctor's.
import { type EnvPairs, envValue, isOtherCache, isOurs } from '@sccache-ts/core/base';

export interface CargoPlanInput {
  /** Absolute path of the launcher. */
  readonly launcher: string;
  /** The environment in which cargo is going to run. */
  readonly env: EnvPairs;
  /** What stands after `cargo`. */
  readonly args: readonly string[];
  /**
   * True: CC and CXX, where unset, begin with the launcher, for what build scripts compile. Not by default, because a CC replaces more than it
   * seems: the `cc` crate then no longer looks for a cross compiler, takes `launcher cc` apart by rules that depend on its version, guesses other
   * flags from its name, and build scripts that watch CC run anew. Each of these can change bytes or redden a build.
   */
  readonly nativeCode?: boolean;
}

export interface CargoPlan {
  /** Variables to set over the given environment. */
  readonly env: EnvPairs;
  /** Sentences for the user, who may ask what was done. */
  readonly notes: readonly string[];
}

interface Change {
  readonly set?: readonly [name: string, value: string];
  readonly note?: string;
}

function wrapper({ env, launcher }: CargoPlanInput): readonly Change[] {
  for (const name of ['RUSTC_WRAPPER', 'CARGO_BUILD_RUSTC_WRAPPER']) {
    const value = envValue(env, name);
    if (value === undefined) continue;
    // An empty one is how a wrapper is turned off; whoever calls us wants one again.
    if (value === '') break;
    return isOurs(value, launcher) ? [] : [{ note: `${name} is "${value}" and was left alone: nothing goes through sccache-ts.` }];
  }
  return [{ set: ['RUSTC_WRAPPER', launcher] }];
}

function workspaceWrapper({ env, launcher }: CargoPlanInput): readonly Change[] {
  const value = envValue(env, 'RUSTC_WORKSPACE_WRAPPER') ?? '';
  if (value === '') return [];
  if (isOurs(value, launcher)) return [{ note: 'RUSTC_WORKSPACE_WRAPPER is sccache-ts too and was left alone: it is called once all the same.' }];
  if (isOtherCache(value)) return [{ note: `RUSTC_WORKSPACE_WRAPPER is "${value}" and was left alone: unset it, since two caches in a row do your own crates no good.` }];
  return [{ note: `RUSTC_WORKSPACE_WRAPPER is "${value}" and was left alone: cargo puts sccache-ts before it, and it is part of what your own crates depend on.` }];
}

/** `CARGO_INCREMENTAL` is on for "1" alone, and wins over all others. */
const incrementalNames = /^CARGO_(?:BUILD_INCREMENTAL|PROFILE_[A-Z0-9_]+_INCREMENTAL)$/;

function incremental({ env }: CargoPlanInput): readonly Change[] {
  const value = envValue(env, 'CARGO_INCREMENTAL');
  if (value === '1') return [{ note: 'CARGO_INCREMENTAL is 1 and was left alone: your own crates are not cached.' }];
  if (value !== undefined) return [];
  const wanted = env.find(([name, text]) => incrementalNames.test(name) && text === 'true')?.[0];
  if (wanted !== undefined) return [{ note: `${wanted} is true and was left alone: your own crates are not cached where it holds.` }];
  return [{ set: ['CARGO_INCREMENTAL', '0'] }];
}

/** Such a word means the same to a shell, to the cc crate and to configure scripts that split at blanks. */
const plain = /^\/[\w@%+,./-]*$/;

function crossTarget({ env, args }: CargoPlanInput): boolean {
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  return (envValue(env, 'CARGO_BUILD_TARGET') ?? '') !== '' || own.some((word) => word === '--target' || word.startsWith('--target='));
}

function nativeCode(input: CargoPlanInput): readonly Change[] {
  if (input.nativeCode !== true) return [];
  if (!plain.test(input.launcher)) return [{ note: `CC and CXX were left alone: build scripts would take ${input.launcher} apart.` }];
  if (crossTarget(input)) return [{ note: 'CC and CXX were left alone: a target is named, and build scripts choose its compilers themselves.' }];
  return [['CC', 'cc'], ['CXX', 'c++']].map(([name = '', compiler = '']): Change => {
    const value = envValue(input.env, name);
    return value === undefined ? { set: [name, `${input.launcher} ${compiler}`] } : { note: `${name} is "${value}" and was left alone.` };
  });
}

/** What to set so that this cargo compiles through the launcher. */
export function cargoPlan(input: CargoPlanInput): CargoPlan {
  const changes = [wrapper, workspaceWrapper, incremental, nativeCode].flatMap((part) => part(input));
  return {
    env: changes.flatMap(({ set }) => (set === undefined ? [] : [set])),
    notes: changes.flatMap(({ note }) => (note === undefined ? [] : [note])),
  };
}
