// Knows: what a single request may ask of us through its environment. Refuses to know: settings of the daemon.
import { type EnvPairs, envValue, listDelimiter } from '../base/index.js';

export interface Controls {
  /** SCCACHE_RECACHE is present: do not look, compile, store. */
  readonly recache: boolean;
  /** SCCACHE_NO_CACHE is present: neither look nor store. Wins over recache, as in sccache. */
  readonly noCache: boolean;
  /** SCCACHE_DIRECT: whether direct mode may be used; undefined: as the settings say. Words that mean neither are left aside, as in the settings. */
  readonly direct: boolean | undefined;
  /** SCCACHE_BASEDIRS: folders whose names do not matter; undefined: those of the settings. */
  readonly basedirs: readonly string[] | undefined;
}

const truth: Readonly<Record<string, boolean>> = { true: true, on: true, 1: true, false: false, off: false, 0: false };

/** A list of Windows begins with a drive. */
const listOf = (dirs: string | undefined): readonly string[] | undefined => dirs?.split(listDelimiter(dirs)).filter((dir) => dir !== '');

export function controlsOf(env: EnvPairs): Controls {
  const noCache = envValue(env, 'SCCACHE_NO_CACHE') !== undefined;
  const direct = envValue(env, 'SCCACHE_DIRECT')?.toLowerCase() ?? '';
  return {
    noCache,
    recache: !noCache && envValue(env, 'SCCACHE_RECACHE') !== undefined,
    direct: Object.hasOwn(truth, direct) ? truth[direct] : undefined,
    basedirs: listOf(envValue(env, 'SCCACHE_BASEDIRS')),
  };
}
