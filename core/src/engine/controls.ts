// Knows: what a single request may ask of us through its environment. Refuses to know: settings of the daemon.
import { type EnvPairs, envValue } from '../base/index.js';

export interface Controls {
  /** SCCACHE_RECACHE is present: do not look, compile, store. */
  readonly recache: boolean;
  /** SCCACHE_NO_CACHE is present: neither look nor store. Wins over recache, as in sccache. */
  readonly noCache: boolean;
}

export function controlsOf(env: EnvPairs): Controls {
  const noCache = envValue(env, 'SCCACHE_NO_CACHE') !== undefined;
  return { noCache, recache: !noCache && envValue(env, 'SCCACHE_RECACHE') !== undefined };
}
