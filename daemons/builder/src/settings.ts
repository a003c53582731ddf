// Knows: what stands in server.conf. Refuses to know: where the file is, and what the build server does with it.
import {
  decodeSettings,
  type Field,
  formatSocketAddress,
  invalid,
  oneOf,
  optional,
  parsed,
  parseSchedulerUrl,
  required,
  secret,
  type SettingsDocument,
  size,
  type SocketAddress,
  socketAddress,
  table,
} from '@sccache-ts/core/base';
import { claimedServerId, insecureTokens, parseServerId, type ServerId, sharedServerToken } from '@sccache-ts/core/wire';

export interface BuilderSettings {
  /** Archives of toolchains live in `tc` below it. */
  readonly cacheDir: string;
  /** Bytes of compressed archives. */
  readonly toolchainCacheSize: number;
  /** The public address in its normal spelling: what clients and the scheduler connect to. */
  readonly serverId: ServerId;
  readonly bindAddress: SocketAddress;
  /** Ends in `/`. */
  readonly schedulerUrl: string;
  /** The bearer token for the scheduler, whole. Secret. */
  readonly schedulerToken: string;
  readonly builder: {
    readonly kind: 'overlay';
    /** Emptied at start. */
    readonly buildDir: string;
    readonly bwrapPath: string;
  };
}

const defaultCacheSize = 10 * 1024 ** 3;

const path = parsed('a path', (text) => (text === '' || text.includes('\0') ? undefined : text));
const schedulerUrl = parsed('an http or https address without a path, like "http://192.168.1.1:10600"', parseSchedulerUrl);

const notYet = (kind: string): Field<never> => (_value, place) => {
  throw invalid({ ...place, path: [...place.path, 'type'] }, `builder "${kind}" is not supported yet`, 'Use type = "overlay".');
};

const token = table({ token: required(secret) });

const server = table({
  cache_dir: required(path),
  toolchain_cache_size: optional(size, defaultCacheSize),
  public_addr: required(socketAddress),
  bind_address: optional(socketAddress),
  scheduler_url: required(schedulerUrl),
  builder: required(
    oneOf({
      overlay: table({ build_dir: required(path), bwrap_path: required(path) }),
      docker: notYet('docker'),
      pot: notYet('pot'),
    }),
  ),
  scheduler_auth: required(oneOf({ DANGEROUSLY_INSECURE: table({}), token, jwt_token: token })),
});

/**
 * Relative paths stay relative.
 * @throws Fault SETTINGS_UNKNOWN_KEY, SETTINGS_INVALID, also when the token was made for another address
 */
export function decodeBuilderSettings(document: SettingsDocument): BuilderSettings {
  const read = decodeSettings(document, server);
  const serverId = parseServerId(formatSocketAddress(read.public_addr));
  const auth = read.scheduler_auth;
  const at = { document, path: ['scheduler_auth', 'token'] };
  if (auth.kind === 'jwt_token') {
    const claimed = claimedServerId(auth.token);
    if (claimed === undefined) throw invalid(at, 'is not a token of a build server', 'Make one with `sccache-ts-dist auth generate-jwt-hs256-server-token`.');
    if (claimed !== serverId) throw invalid(at, `was made for the build server ${claimed}, but public_addr is ${serverId}`, 'Make a token for this address.');
  }
  if (read.public_addr.port === 0) throw invalid({ document, path: ['public_addr'] }, 'needs a port that others can connect to, not 0');
  const sharedSecret = auth.kind === 'DANGEROUSLY_INSECURE' ? insecureTokens.server : auth.token;
  return {
    cacheDir: read.cache_dir,
    toolchainCacheSize: read.toolchain_cache_size,
    serverId,
    bindAddress: read.bind_address ?? read.public_addr,
    schedulerUrl: read.scheduler_url,
    schedulerToken: auth.kind === 'jwt_token' ? auth.token : sharedServerToken(serverId, sharedSecret),
    builder: { kind: 'overlay', buildDir: read.builder.build_dir, bwrapPath: read.builder.bwrap_path },
  };
}
