// Knows: what stands in server.conf. Refuses to know: where the file is and how it is parsed.
import { resolve } from 'node:path';
import {
  decodeSettings,
  type Field,
  formatSocketAddress,
  integer,
  invalid,
  type LogFormat,
  logFormats,
  oneOf,
  optional,
  parsed,
  parseSchedulerUrl,
  type Place,
  required,
  secret,
  type SettingsDocument,
  size,
  type SocketAddress,
  socketAddress,
  table,
  word,
} from '@sccache-ts/core/base';
import { claimedServerId, insecureTokens, parseServerId, type ServerId, sharedServerToken } from '@sccache-ts/core/wire';

export interface BuilderSettings {
  /** The public address: its name, reached by clients and scheduler. */
  readonly serverId: ServerId;
  readonly bindAddress: SocketAddress;
  /** Ends in `/`. */
  readonly schedulerUrl: string;
  /** What is shown to the scheduler. Secret. */
  readonly schedulerToken: string;
  /** Absolute. Toolchain archives lie in `tc` in it. */
  readonly cacheDir: string;
  /** Bytes of toolchain archives. */
  readonly toolchainCacheSize: number;
  /** Absolute. Its folders `builds` and `toolchains` are emptied at start. */
  readonly buildDir: string;
  readonly bwrapPath: string | undefined;
  /** What clients make of a failed command's code; `auto` looks at each. Keys from here on are ours, unknown to sccache. */
  readonly exitCodes: 'auto' | 'wait-status' | 'plain';
  /** Jobs that run at once; undefined: as many as sccache's scheduler hands out. */
  readonly slots: number | undefined;
  /** For one command, in seconds. */
  readonly jobSeconds: number;
  /** Longest time, in seconds, that jobs under way get when the server is told to stop. */
  readonly drainSeconds: number;
  /** Where figures are served to whoever reaches it; undefined: on `bindAddress` to this machine alone. */
  readonly metricsAddr: SocketAddress | undefined;
  readonly logFormat: LogFormat;
  /** Bytes of unpacked toolchains that are kept while nobody uses them; undefined: three times the archives. */
  readonly unpackedSize: number | undefined;
}

/** Relative ones are relative to where the server is started, as with sccache. */
const path = parsed('a path', (text) => (text === '' || text.includes('\0') ? undefined : resolve(text)));

const schedulerUrl = parsed('an http or https address without a path, like "http://192.168.1.1:10600"', parseSchedulerUrl);

const notYet = (kind: string): Field<never> => (_value, place) => {
  throw invalid({ ...place, path: [...place.path, 'type'] }, `builder "${kind}" is not supported yet`, 'Use type = "overlay", which needs bubblewrap.');
};

const server = table({
  cache_dir: required(path),
  public_addr: required(socketAddress),
  bind_address: optional(socketAddress),
  scheduler_url: required(schedulerUrl),
  toolchain_cache_size: optional(size, 10 * 1024 ** 3),
  builder: required(
    oneOf({
      overlay: table({ build_dir: required(path), bwrap_path: optional(path) }),
      docker: notYet('docker'),
      pot: notYet('pot'),
    }),
  ),
  scheduler_auth: required(
    oneOf({
      DANGEROUSLY_INSECURE: table({}),
      token: table({ token: required(secret) }),
      jwt_token: table({ token: required(secret) }),
    }),
  ),
  exit_codes: optional(word(['auto', 'wait-status', 'plain']), 'auto'),
  slots: optional(integer(1, 4096)),
  job_seconds: optional(integer(1, 24 * 3600), 20 * 60),
  unpacked_toolchains_size: optional(size),
  drain_seconds: optional(integer(0, 24 * 3600), 60),
  metrics_addr: optional(socketAddress),
  log_format: optional(word(logFormats), 'text'),
});

type Auth = ReturnType<typeof server>['scheduler_auth'];

/** @throws Fault SETTINGS_INVALID without a word of the token */
function tokenOf(auth: Auth, serverId: ServerId, place: Place): string {
  switch (auth.kind) {
    case 'DANGEROUSLY_INSECURE':
      return sharedServerToken(serverId, insecureTokens.server);
    case 'token':
      return sharedServerToken(serverId, auth.token);
    case 'jwt_token': {
      const claimed = claimedServerId(auth.token);
      if (claimed === serverId) return auth.token;
      const found = claimed === undefined ? 'is not a token of a build server' : `was made for the build server ${claimed}, but public_addr is ${serverId}`;
      throw invalid(place, found, `Make one with \`sccache-ts-dist auth generate-jwt-hs256-server-token --server ${serverId}\`.`);
    }
  }
}

/** @throws Fault SETTINGS_UNKNOWN_KEY, SETTINGS_INVALID */
export function decodeBuilderSettings(document: SettingsDocument): BuilderSettings {
  const read = decodeSettings(document, server);
  if (read.public_addr.port === 0) throw invalid({ document, path: ['public_addr'] }, 'needs a port that others can connect to, not 0');
  const serverId = parseServerId(formatSocketAddress(read.public_addr));
  const { builder } = read;
  return {
    serverId,
    bindAddress: read.bind_address ?? read.public_addr,
    schedulerUrl: read.scheduler_url,
    schedulerToken: tokenOf(read.scheduler_auth, serverId, { document, path: ['scheduler_auth', 'token'] }),
    cacheDir: read.cache_dir,
    toolchainCacheSize: read.toolchain_cache_size,
    buildDir: builder.build_dir,
    bwrapPath: builder.bwrap_path,
    exitCodes: read.exit_codes,
    slots: read.slots,
    jobSeconds: read.job_seconds,
    unpackedSize: read.unpacked_toolchains_size,
    drainSeconds: read.drain_seconds,
    metricsAddr: read.metrics_addr,
    logFormat: read.log_format,
  };
}
