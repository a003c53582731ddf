// Knows: the environment of this process as data. Refuses to know: what stands in it.
import type { EnvPairs } from '../base/index.js';

/** On Windows `Path` and `PATH` are one variable: everything after this knows it by its name in capitals. */
export function processEnvironment(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): EnvPairs {
  return Object.entries(env).map(([name, value]) => [platform === 'win32' ? name.toUpperCase() : name, value ?? ''] as const);
}
