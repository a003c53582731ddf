// Knows: the environment variables that stand for settings, and what a bad one means. Refuses to know: files and defaults.
import { Fault, parseSize } from '@sccache-ts/core/base';
import type { OwnFile } from './settings-fields.js';
import { pathsOf, type Surroundings, variable } from './settings-paths.js';

/** Variables that choose a storage which sccache has and we have not; a prefix, because each has many. */
const otherStorages: readonly (readonly [prefix: string, what: string])[] = [
  ['SCCACHE_BUCKET', 'S3'],
  ['SCCACHE_REDIS', 'Redis'],
  ['SCCACHE_MEMCACHED', 'memcached'],
  ['SCCACHE_GCS_BUCKET', 'Google Cloud Storage'],
  ['SCCACHE_GHA_', 'GitHub Actions'],
  ['SCCACHE_AZURE_BLOB_CONTAINER', 'Azure'],
  ['SCCACHE_WEBDAV_ENDPOINT', 'WebDAV'],
  ['SCCACHE_OSS_BUCKET', 'OSS'],
  ['SCCACHE_COS_BUCKET', 'COS'],
  ['SCCACHE_MULTILEVEL_CHAIN', 'multilevel'],
];

type Disk = NonNullable<NonNullable<OwnFile['cache']>['disk']>;

export interface VariableSettings {
  readonly disk: Partial<Disk>;
  readonly compressionLevel: number | undefined;
  readonly basedirs: readonly string[] | undefined;
  readonly idleTimeout: number | undefined;
  readonly clientSide: boolean | undefined;
  readonly warnings: readonly string[];
}

/**
 * @throws Fault SETTINGS_INVALID for booleans and base directories that make no sense, as sccache does; other values that
 * make no sense are left aside with a warning, as sccache leaves them aside in silence
 */
export function readVariables(around: Surroundings): VariableSettings {
  const warnings: string[] = [];
  const ignored = (name: string, expected: string): undefined => {
    warnings.push(`${name} is ignored: expected ${expected}, found ${JSON.stringify(variable(around, name))}`);
    return undefined;
  };
  const number = (name: string, least: number, most: number): number | undefined => {
    const value = variable(around, name);
    if (value === undefined) return undefined;
    const found = /^\d{1,9}$/.test(value) ? Number(value) : -1;
    return found >= least && found <= most ? found : ignored(name, `a whole number from ${least} to ${most}`);
  };
  const given = variable(around, 'SCCACHE_CACHE_SIZE');
  const size = given === undefined ? undefined : (parseSize(given) ?? ignored('SCCACHE_CACHE_SIZE', 'a size like "10G"'));
  const mode = variable(around, 'SCCACHE_LOCAL_RW_MODE');
  const known = mode === 'READ_ONLY' || mode === 'READ_WRITE' ? mode : undefined;
  if (mode !== undefined && known === undefined) ignored('SCCACHE_LOCAL_RW_MODE', 'READ_ONLY or READ_WRITE');
  const direct = truth(around, 'SCCACHE_DIRECT');
  const disk: Disk = {
    dir: variable(around, 'SCCACHE_DIR'),
    size,
    rw_mode: known,
    preprocessor_cache_mode:
      direct === undefined
        ? undefined
        : {
            use_preprocessor_cache_mode: direct,
            file_stat_matches: undefined,
            use_ctime_for_stat: undefined,
            ignore_time_macros: undefined,
            skip_system_headers: undefined,
            hash_working_directory: undefined,
          },
  };
  for (const [prefix, what] of otherStorages) {
    const name = Object.keys(around.env).find((it) => it.startsWith(prefix) && variable(around, it) !== undefined);
    if (name !== undefined) warnings.push(`${name} is ignored: storage in ${what} is not available yet, results are kept on the local disk`);
  }
  return {
    disk,
    compressionLevel: number('SCCACHE_CACHE_ZSTD_LEVEL', 1, 22),
    basedirs: basedirs(around),
    idleTimeout: number('SCCACHE_IDLE_TIMEOUT', 0, 31_536_000),
    clientSide: truth(around, 'SCCACHE_CLIENT_SIDE'),
    warnings,
  };
}

/** @throws Fault SETTINGS_INVALID */
function truth(around: Surroundings, name: string): boolean | undefined {
  const value = variable(around, name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (['true', 'on', '1'].includes(value)) return true;
  if (['false', 'off', '0'].includes(value)) return false;
  throw new Fault('SETTINGS_INVALID', `${name} must be 'true', 'on', '1', 'false', 'off' or '0', not ${JSON.stringify(value)}`);
}

/** Set but empty means none, and wins over the files (inventory R2-56). */
function basedirs(around: Surroundings): readonly string[] | undefined {
  const value = around.env['SCCACHE_BASEDIRS'];
  return value === undefined ? undefined : value.split(pathsOf(around.platform).delimiter).filter((it) => it !== '');
}
