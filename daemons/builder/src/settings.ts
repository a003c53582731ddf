// Knows: what stands in server.conf. Refuses to know: where the file is and how it is parsed.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { resolve } from 'node:path';
import {
  decodeSettings,
  type Field,
  formatSocketAddress,
  integer,
  invalid,
  list,
  type LogFormat,
  logFormats,
  oneOf,
  optional,
  parsed,
  parseSchedulerUrl,
  parsedSecret,
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
import { isPin } from '@sccache-ts/core/host';
import { claimedServerId, insecureTokens, parseServerId, type ServerId, sharedServerToken } from '@sccache-ts/core/wire';

export interface BuilderSettings {
  /** The public address: its name, reached by clients and scheduler. */
  readonly serverId: ServerId;
  readonly bindAddress: SocketAddress;
  /** Ends in `/`. */
  readonly schedulerUrl: string;
  /** What is shown to the scheduler, unless there is a key. Secret. */
  readonly schedulerToken: string;
  /** What a server that has joined by a code proves with who it is. */
  readonly schedulerKey?: SchedulerKey | undefined;
  /** Digest of the scheduler's public key; undefined: the machine's authorities decide. */
  readonly schedulerPin?: string | undefined;
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
  /** Default `usualJob`. */
  readonly job?: JobSettings;
  /** How jobs' roots are made. Default `usualSandbox`. */
  readonly sandbox?: SandboxSettings;
  /** Longest time, in seconds, that jobs under way get when the server is told to stop. */
  readonly drainSeconds: number;
  /** Where figures are served to whoever reaches it; undefined: on `bindAddress` to this machine alone. */
  readonly metricsAddr: SocketAddress | undefined;
  readonly logFormat: LogFormat;
  /** Bytes of unpacked toolchains that are kept while nobody uses them; undefined: three times the archives. */
  readonly unpackedSize: number | undefined;
}

/** What one job may use; a job that uses more is ended, and its client compiles at home. */
export interface JobSettings {
  /** Of processor time, of all its processes together; undefined: four times `jobSeconds`. */
  readonly cpuSeconds: number | undefined;
  /** Bytes, of all its processes together; undefined: half of what the machine has. */
  readonly memory: number | undefined;
  /** At once, threads counted one by one. */
  readonly processes: number;
  /** Bytes on the disk, inputs included. */
  readonly disk: number;
  /** Files and folders, inputs included. */
  readonly files: number;
  /** Bytes of all outputs together. */
  readonly output: number;
}

export interface SandboxSettings {
  readonly layers: 'auto' | 'overlay' | 'binds';
  /** As root, each job has a user id of its own, from here on; undefined: it has not. */
  readonly firstUser: number | undefined;
  readonly proc: 'covered' | 'none';
  /** `memory`: each job's files lie in a file system of their own, of exactly the size that the job may use. `watched`: on the disk. */
  readonly disk: 'watched' | 'memory';
  /** Folders of control groups, or what to do about them. */
  readonly groups: 'auto' | 'off' | readonly string[];
}

export const usualJob: JobSettings = { cpuSeconds: undefined, memory: undefined, processes: 1000, disk: 8 * 1024 ** 3, files: 300_000, output: 1024 ** 3 };
export const usualSandbox: SandboxSettings = { layers: 'auto', firstUser: 53_200, proc: 'covered', disk: 'watched', groups: 'auto' };

export interface SchedulerKey {
  /** Ed25519. Secret. */
  readonly privateKey: KeyObject;
  readonly membership: string;
}

/** Relative ones are relative to where the server is started, as with sccache. */
const path = parsed('a path', (text) => (text === '' || text.includes('\0') ? undefined : resolve(text)));

const schedulerUrl = parsed('an http or https address without a path, like "http://192.168.1.1:10600"', parseSchedulerUrl);

const notYet = (kind: string): Field<never> => (_value, place) => {
  throw invalid({ ...place, path: [...place.path, 'type'] }, `builder "${kind}" is not supported yet`, 'Use type = "overlay", which needs bubblewrap.');
};

/** A word, or the folders. */
const groups: Field<SandboxSettings['groups']> = (value, place) => (typeof value === 'string' ? word(['auto', 'off'])(value, place) : list(path)(value, place));
const memberKey = parsedSecret('the key that `sccache-ts-dist join` has made', (text) => {
  try {
    const key = createPrivateKey({ key: Buffer.from(text, 'base64url'), format: 'der', type: 'pkcs8' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    // No key at all: told as a value that makes no sense.
    return undefined;
  }
});

const pin = parsed('64 hex digits', (text) => (isPin(text) ? text : undefined));

const server = table({
  cache_dir: required(path),
  public_addr: required(socketAddress),
  bind_address: optional(socketAddress),
  scheduler_url: required(schedulerUrl),
  scheduler_pin: optional(pin),
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
      key: table({ key: required(memberKey), membership: required(secret) }),
    }),
  ),
  exit_codes: optional(word(['auto', 'wait-status', 'plain']), 'auto'),
  slots: optional(integer(1, 4096)),
  job_seconds: optional(integer(1, 24 * 3600), 20 * 60),
  job_cpu_seconds: optional(integer(1, 1_000_000)),
  job_memory: optional(size),
  job_processes: optional(integer(8, 100_000), usualJob.processes),
  job_disk: optional(size, usualJob.disk),
  job_files: optional(integer(100, 10_000_000), usualJob.files),
  job_output: optional(size, usualJob.output),
  sandbox_layers: optional(word(['auto', 'overlay', 'binds']), usualSandbox.layers),
  sandbox_first_user: optional(integer(0, 2 ** 31 - 1), usualSandbox.firstUser),
  sandbox_proc: optional(word(['covered', 'none']), usualSandbox.proc),
  sandbox_disk: optional(word(['watched', 'memory']), usualSandbox.disk),
  sandbox_groups: optional(groups, usualSandbox.groups),
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
    case 'key':
      return '';
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
  const { builder, scheduler_auth: auth } = read;
  if (read.scheduler_pin !== undefined && !read.scheduler_url.startsWith('https:')) throw invalid({ document, path: ['scheduler_pin'] }, 'needs a scheduler_url that begins with https://');
  return {
    serverId,
    bindAddress: read.bind_address ?? read.public_addr,
    schedulerUrl: read.scheduler_url,
    schedulerToken: tokenOf(auth, serverId, { document, path: ['scheduler_auth', 'token'] }),
    schedulerKey: auth.kind === 'key' ? { privateKey: auth.key, membership: auth.membership } : undefined,
    schedulerPin: read.scheduler_pin,
    cacheDir: read.cache_dir,
    toolchainCacheSize: read.toolchain_cache_size,
    buildDir: builder.build_dir,
    bwrapPath: builder.bwrap_path,
    exitCodes: read.exit_codes,
    slots: read.slots,
    jobSeconds: read.job_seconds,
    job: {
      cpuSeconds: read.job_cpu_seconds,
      memory: read.job_memory,
      processes: read.job_processes,
      disk: read.job_disk,
      files: read.job_files,
      output: read.job_output,
    },
    sandbox: {
      layers: read.sandbox_layers,
      firstUser: read.sandbox_first_user === 0 ? undefined : read.sandbox_first_user,
      proc: read.sandbox_proc,
      disk: read.sandbox_disk,
      groups: read.sandbox_groups,
    },
    unpackedSize: read.unpacked_toolchains_size,
    drainSeconds: read.drain_seconds,
    metricsAddr: read.metrics_addr,
    logFormat: read.log_format,
  };
}
