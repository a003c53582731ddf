// Knows: what the user wants, from variables and settings files, each key decided for itself: variable, then our file, then
// sccache's file, then the default. Refuses to know: what is done with it.
import { decodeSettings, executableKey, invalid, type SettingsDocument, spellPath, spellPlace } from '@sccache-ts/core/base';
import { readSettingsFile, withSecretFiles } from '@sccache-ts/core/host';
import { authWarnings, decideAuth, filesOfAuth } from './settings-auth.js';
import { type OwnFile, ownFile, otherStorages, sccacheFile, type ToolchainKeys } from './settings-fields.js';
import { cacheFolder, pathsOf, requireAbsolute, settingsPaths, type Surroundings } from './settings-paths.js';
import type { ClientSettings, DirectModeSettings, DistSettings, ToolchainSettings } from './settings-shape.js';
import { readVariables, type VariableSettings } from './settings-variables.js';

const gibibyte = 1024 ** 3;
const defaultRecordBytes = 16 * 1024 ** 2;

interface Source {
  readonly document: SettingsDocument;
  readonly keys: OwnFile;
}

/**
 * Reads, checks and freezes the client's settings.
 * @throws Fault SETTINGS_SYNTAX, SETTINGS_UNREADABLE, SETTINGS_UNKNOWN_KEY, SETTINGS_INVALID, each naming file and line or variable
 */
export async function loadClientSettings(around: Surroundings): Promise<ClientSettings> {
  const paths = settingsPaths(around);
  const variables = readVariables(around);
  const sccache = await readFirst(paths.sccache);
  const written = await readSettingsFile(paths.own);
  // In our file only: sccache would refuse the key.
  const { document: own, files: secretFiles } = written === undefined ? { document: written, files: [] } : await withSecretFiles(written, [['dist', 'auth', 'token']]);
  const sources: Source[] = [];
  if (own !== undefined) sources.push({ document: own, keys: decodeSettings(own, ownFile) });
  if (sccache !== undefined) sources.push({ document: sccache, keys: foreign(around, sccache) });
  const dist = await decideDist(around, sources);
  const disk = decideDisk(around, variables, sources);
  const basedirs = normalBasedirs(around, variables.basedirs ?? pick(sources, (keys) => keys.basedirs) ?? []);
  return deepFreeze({
    files: [...paths.sccache, paths.own, ...secretFiles, ...filesOfAuth(dist?.auth)],
    disk,
    records: decideRecords(around, disk, sources),
    linkedCrates: pick(sources, (keys) => keys.cache?.linked_crates) ?? true,
    dist,
    basedirs,
    startupTimeoutMs: pick(sources, (keys) => keys.server_startup_timeout_ms) ?? 10_000,
    idleTimeoutMs: milliseconds(variables.idleTimeout ?? pick(sources, (keys) => keys.idle_timeout) ?? 600),
    warnings: [...variables.warnings, ...complaints(variables, sources), ...authWarnings(dist?.auth, Date.now())],
  });
}

async function readFirst(paths: readonly string[]): Promise<SettingsDocument | undefined> {
  for (const path of paths) {
    const document = await readSettingsFile(path);
    if (document !== undefined) return document;
  }
  return undefined;
}

/** sccache's folders are its own: where its file names one, ours is a folder in it. */
function foreign(around: Surroundings, document: SettingsDocument): OwnFile {
  const keys = decodeSettings(document, sccacheFile);
  const inside = (dir: string | undefined): string | undefined => dir && pathsOf(around.platform).join(dir, 'sccache-ts');
  return {
    ...keys,
    idle_timeout: undefined,
    records: undefined,
    dist: keys.dist && { ...keys.dist, cache_dir: inside(keys.dist.cache_dir), scheduler_pin: undefined },
    cache: keys.cache && {
      ...keys.cache,
      disk: keys.cache.disk && { ...keys.cache.disk, dir: inside(keys.cache.disk.dir) },
      compression_level: undefined,
      uncompressed_size: undefined,
      lookup_timeout_ms: undefined,
      linked_crates: undefined,
    },
  };
}

/** The first source that speaks of a key decides it. */
function pick<T>(sources: readonly Source[], key: (keys: OwnFile) => T | undefined): T | undefined {
  for (const { keys } of sources) {
    const value = key(keys);
    if (value !== undefined) return value;
  }
  return undefined;
}

const milliseconds = (seconds: number): number | undefined => (seconds === 0 ? undefined : seconds * 1000);

function absolute(around: Surroundings, dir: string, what: string): string {
  requireAbsolute(around, dir, what);
  return pathsOf(around.platform).normalize(dir);
}

function decideDisk(around: Surroundings, variables: VariableSettings, sources: readonly Source[]): ClientSettings['disk'] {
  const { join } = pathsOf(around.platform);
  const named = variables.disk.dir === undefined ? undefined : join(absolute(around, variables.disk.dir, 'SCCACHE_DIR'), 'sccache-ts');
  const dir = named ?? pick(sources, (keys) => keys.cache?.disk?.dir) ?? cacheFolder(around);
  const maxBytes = variables.disk.size ?? pick(sources, (keys) => keys.cache?.disk?.size) ?? 10 * gibibyte;
  return {
    dir: absolute(around, dir, 'cache.disk.dir'),
    maxBytes,
    plainBytes: pick(sources, (keys) => keys.cache?.uncompressed_size) ?? Math.floor(maxBytes / 4),
    readOnly: (variables.disk.rw_mode ?? pick(sources, (keys) => keys.cache?.disk?.rw_mode)) === 'READ_ONLY',
    compressionLevel: variables.compressionLevel ?? pick(sources, (keys) => keys.cache?.compression_level) ?? 3,
    lookupTimeoutMs: pick(sources, (keys) => keys.cache?.lookup_timeout_ms) ?? 10_000,
    direct: decideDirect(variables, sources),
  };
}

/** A cache that is only read has no folder to write to. */
function decideRecords(around: Surroundings, { dir, readOnly }: ClientSettings['disk'], sources: readonly Source[]): ClientSettings['records'] {
  const maxBytes = readOnly ? 0 : (pick(sources, (keys) => keys.records?.size) ?? defaultRecordBytes);
  return { dir: pathsOf(around.platform).join(dir, 'records'), maxBytes };
}

function decideDirect(variables: VariableSettings, sources: readonly Source[]): DirectModeSettings {
  type Mode = NonNullable<NonNullable<NonNullable<OwnFile['cache']>['disk']>['preprocessor_cache_mode']>;
  const key = (name: keyof Mode, otherwise: boolean): boolean =>
    variables.disk.preprocessor_cache_mode?.[name] ?? pick(sources, (keys) => keys.cache?.disk?.preprocessor_cache_mode?.[name]) ?? otherwise;
  return {
    enabled: key('use_preprocessor_cache_mode', true),
    fileStatMatches: key('file_stat_matches', false),
    useCtimeForStat: key('use_ctime_for_stat', true),
    ignoreTimeMacros: key('ignore_time_macros', false),
    skipSystemHeaders: key('skip_system_headers', false),
    hashWorkingDirectory: key('hash_working_directory', true),
  };
}

async function decideDist(around: Surroundings, sources: readonly Source[]): Promise<DistSettings | undefined> {
  const { join } = pathsOf(around.platform);
  const toolchains = decideToolchains(around, sources);
  const schedulerUrl = pick(sources, (keys) => keys.dist?.scheduler_url);
  if (schedulerUrl === undefined) return undefined;
  const cacheDir = pick(sources, (keys) => keys.dist?.cache_dir) ?? join(cacheFolder(around), 'dist-client');
  return {
    schedulerUrl,
    schedulerPin: schedulerUrl.startsWith('https:') ? pick(sources, (keys) => keys.dist?.scheduler_pin) : undefined,
    auth: await decideAuth(around, pick(sources, (keys) => keys.dist?.auth)),
    cacheDir: absolute(around, cacheDir, 'dist.cache_dir'),
    toolchainCacheBytes: pick(sources, (keys) => keys.dist?.toolchain_cache_size) ?? 10 * gibibyte,
    rewriteIncludesOnly: pick(sources, (keys) => keys.dist?.rewrite_includes_only) ?? false,
    toolchains,
  };
}

/** One word on each compiler: two, even equal ones, are a mistake that sccache refuses as well. */
function decideToolchains({ platform }: Surroundings, sources: readonly Source[]): readonly ToolchainSettings[] {
  const source = sources.find(({ keys }) => keys.dist?.toolchains !== undefined);
  if (source === undefined) return [];
  const seen = new Set<string>();
  return (source.keys.dist?.toolchains ?? []).map((keys, at) => {
    const executable = executableKey(keys.compiler_executable, platform);
    if (seen.has(executable)) {
      throw invalid({ document: source.document, path: ['dist', 'toolchains', at] }, `${keys.compiler_executable} has an entry already`);
    }
    seen.add(executable);
    return toolchainOf(keys);
  });
}

function toolchainOf(keys: ToolchainKeys): ToolchainSettings {
  if (keys.kind === 'no_dist') return { kind: 'no_dist', compiler: keys.compiler_executable };
  return { kind: 'path_override', compiler: keys.compiler_executable, archive: keys.archive, archiveCompiler: keys.archive_compiler_executable };
}

/** Inventory R3-67: no `.`, `..` or double separators, one separator at the end, each once. */
function normalBasedirs(around: Surroundings, dirs: readonly string[]): readonly string[] {
  const { normalize, sep } = pathsOf(around.platform);
  const normal = dirs.map((dir) => {
    const whole = normalize(absolute(around, dir, 'basedirs'));
    return whole.endsWith(sep) ? whole : whole + sep;
  });
  return [...new Set(normal)];
}

function complaints(variables: VariableSettings, sources: readonly Source[]): readonly string[] {
  const told: string[] = [];
  for (const { document, keys } of sources) {
    for (const storage of otherStorages) {
      if (keys.cache?.[storage] === undefined) continue;
      const path = ['cache', storage];
      told.push(`${spellPlace({ document, path })}: ${spellPath(path)} is ignored: this storage is not available yet, results are kept on the local disk`);
    }
  }
  if (variables.clientSide === true || pick(sources, (keys) => keys.client_side_mode) === true) {
    told.push('client-side mode is ignored: the launcher is quick enough to need none');
  }
  return told;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
