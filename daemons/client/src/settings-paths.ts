// Knows: where settings files and caches lie on each operating system. Refuses to know: what is in them.
import { posix, win32 } from 'node:path';
import { Fault } from '@sccache-ts/core/base';
import type { TokenPlaces } from './login/token-store.js';

export interface Surroundings {
  /** Undefined and empty are the same. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home directory, absolute. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/** The value of a variable that is set to something. */
export function variable({ env }: Pick<Surroundings, 'env'>, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}

export const pathsOf = (platform: NodeJS.Platform): typeof posix => (platform === 'win32' ? win32 : posix);

/** The folder that a variable names, when it names an absolute one, else one below home (inventory R2-1 ff. and the XDG rules). */
function folder(around: Surroundings, name: string, ...below: readonly string[]): string {
  const { join, isAbsolute } = pathsOf(around.platform);
  const value = variable(around, name);
  return value !== undefined && isAbsolute(value) ? value : join(around.home, ...below);
}

/** @throws Fault SETTINGS_INVALID */
export function requireAbsolute(around: Surroundings, path: string, what: string): void {
  if (pathsOf(around.platform).isAbsolute(path)) return;
  throw new Fault('SETTINGS_INVALID', `${what}: expected an absolute path, found ${JSON.stringify(path)}`, {
    hint: 'the daemon serves builds in many directories, so a relative path means nothing to it',
  });
}

export interface SettingsPaths {
  /** sccache's own file, in the order in which they are tried; the first that is there is read. */
  readonly sccache: readonly string[];
  /** Ours: what it says wins. */
  readonly own: string;
}

/** @throws Fault SETTINGS_INVALID when a variable names a relative path */
export function settingsPaths(around: Surroundings): SettingsPaths {
  const { join, dirname } = pathsOf(around.platform);
  const own = variable(around, 'SCCACHE_TS_CONF');
  const named = variable(around, 'SCCACHE_CONF');
  for (const [name, path] of Object.entries({ SCCACHE_CONF: named, SCCACHE_TS_CONF: own })) {
    if (path !== undefined) requireAbsolute(around, path, name);
  }
  if (named !== undefined) return { sccache: [named], own: own ?? join(dirname(named), 'sccache-ts', 'config') };
  const there = standardPaths(around);
  return { ...there, own: own ?? there.own };
}

function standardPaths(around: Surroundings): SettingsPaths {
  const { join } = pathsOf(around.platform);
  if (around.platform === 'win32') {
    const roaming = folder(around, 'APPDATA', 'AppData', 'Roaming');
    return { sccache: [join(roaming, 'Mozilla', 'sccache', 'config', 'config')], own: join(roaming, 'sccache-ts', 'config') };
  }
  if (around.platform === 'darwin') {
    const library = join(around.home, 'Library');
    return {
      sccache: ['Application Support', 'Preferences'].map((it) => join(library, it, 'Mozilla.sccache', 'config')),
      own: join(library, 'Application Support', 'sccache-ts', 'config'),
    };
  }
  const config = folder(around, 'XDG_CONFIG_HOME', '.config');
  return { sccache: [join(config, 'sccache', 'config')], own: join(config, 'sccache-ts', 'config') };
}

/**
 * Where sccache keeps the tokens of logins, and where we note what that file has no room for. Beside sccache's settings where these lie
 * unless told otherwise, not beside those that SCCACHE_CONF names: so sccache has it.
 * @throws Fault SETTINGS_INVALID
 */
export function tokenPlaces(around: Surroundings): TokenPlaces {
  const { join, dirname } = pathsOf(around.platform);
  const named = variable(around, 'SCCACHE_CACHED_CONF');
  if (named !== undefined) requireAbsolute(around, named, 'SCCACHE_CACHED_CONF');
  const [standard = ''] = standardPaths(around).sccache;
  return { cachedConfig: named ?? join(dirname(standard), 'cached-config'), notes: join(dirname(settingsPaths(around).own), 'logins.json') };
}

/** Our own folder below the system's folder for caches. */
export function cacheFolder(around: Surroundings): string {
  const { join } = pathsOf(around.platform);
  if (around.platform === 'win32') return join(folder(around, 'LOCALAPPDATA', 'AppData', 'Local'), 'sccache-ts');
  if (around.platform === 'darwin') return join(around.home, 'Library', 'Caches', 'sccache-ts');
  return join(folder(around, 'XDG_CACHE_HOME', '.cache'), 'sccache-ts');
}
