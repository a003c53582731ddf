// Knows: every key that a settings file of the client may hold, sccache's and ours. Refuses to know: defaults, variables, which file wins.
import {
  anything, boolean, type Field, type FieldValue, integer, list, oneOf, optional, parsed, parseSchedulerUrl, required, secret, size, table, text, word,
} from '@sccache-ts/core/base';
import { isPin } from '@sccache-ts/core/host';

const schedulerUrl: Field<string> = parsed('an http or https address without a path, like "http://192.168.1.1:10600"', parseSchedulerUrl);

const filled: Field<string> = parsed('text that is not empty', (value) => (value === '' ? undefined : value));

/** Direct mode's settings: which files are trusted without being read. */
const directMode = table({
  use_preprocessor_cache_mode: optional(boolean),
  file_stat_matches: optional(boolean),
  use_ctime_for_stat: optional(boolean),
  ignore_time_macros: optional(boolean),
  skip_system_headers: optional(boolean),
  hash_working_directory: optional(boolean),
});

const disk = table({
  dir: optional(filled),
  size: optional(size),
  rw_mode: optional(word(['READ_ONLY', 'READ_WRITE'])),
  preprocessor_cache_mode: optional(directMode),
});

/** Storages that sccache knows beside the disk, by their table below `[cache]`. */
export const otherStorages = ['s3', 'redis', 'memcached', 'gcs', 'gha', 'azure', 'webdav', 'oss', 'cos', 'multilevel'] as const;

const sccacheCache = {
  disk: optional(disk),
  s3: optional(anything),
  redis: optional(anything),
  memcached: optional(anything),
  gcs: optional(anything),
  gha: optional(anything),
  azure: optional(anything),
  webdav: optional(anything),
  oss: optional(anything),
  cos: optional(anything),
  multilevel: optional(anything),
} as const;

const toolchain = oneOf({
  no_dist: table({ compiler_executable: required(filled) }),
  path_override: table({
    compiler_executable: required(filled),
    archive: required(filled),
    archive_compiler_executable: required(filled),
  }),
});

/** As it stands: sccache files a token under the very spelling. */
const webAddress: Field<string> = parsed('an address that begins with http:// or https://', (value) => (/^https?:\/\//i.test(value) && URL.canParse(value) ? value : undefined));

const auth = oneOf({
  token: table({ token: required(secret) }),
  oauth2_code_grant_pkce: table({ client_id: required(text), auth_url: required(webAddress), token_url: required(webAddress) }),
  oauth2_implicit: table({ client_id: required(text), auth_url: required(webAddress) }),
  mozilla: table({}),
});

const dist = {
  scheduler_url: optional(schedulerUrl),
  auth: optional(auth),
  cache_dir: optional(filled),
  toolchain_cache_size: optional(size),
  toolchains: optional(list(toolchain)),
  rewrite_includes_only: optional(boolean),
} as const;

const pin = parsed('64 hex digits', (value) => (isPin(value) ? value : undefined));

const top = {
  server_startup_timeout_ms: optional(integer(0, 3_600_000)),
  basedirs: optional(list(text)),
  client_side_mode: optional(boolean),
} as const;

/** sccache's own file: exactly its keys, because it would refuse any other. */
export const sccacheFile = table({ ...top, dist: optional(table(dist)), cache: optional(table(sccacheCache)) });

/** Our file: sccache's keys and those it does not know. */
export const ownFile = table({
  ...top,
  dist: optional(table({ ...dist, scheduler_pin: optional(pin) })),
  cache: optional(
    table({
      ...sccacheCache,
      compression_level: optional(integer(1, 22)),
      uncompressed_size: optional(size),
      lookup_timeout_ms: optional(integer(1, 3_600_000)),
      linked_crates: optional(boolean),
    }),
  ),
  idle_timeout: optional(integer(0, 31_536_000)),
  records: optional(table({ size: optional(size) })),
});

export type OwnFile = FieldValue<typeof ownFile>;
export type AuthKeys = FieldValue<typeof auth>;
export type ToolchainKeys = FieldValue<typeof toolchain>;
