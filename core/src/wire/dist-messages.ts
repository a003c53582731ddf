// Knows: the shapes of sccache's distribution messages (spec: sccache-dist wire protocol, sections 5-7).
// Refuses to know: bytes (scheduler-codec.ts, builder-codec.ts) and HTTP.

/** 64 hex digits, low nibble first; see archive-id.ts. */
export type ArchiveId = string;
/** `1.2.3.4:10501` or `[::1]:10501`: a build server's public address and its name. */
export type ServerId = string;
/**
 * A u64. Schedulers count from 0, from where they like, or (sccache 0.19) from any number at random; so it is a number where
 * that is exact and a bigint beyond, which makes equal ids `===`. See `jobIdOf`.
 */
export type JobId = number | bigint;

export interface Toolchain {
  readonly archiveId: ArchiveId;
}

export type JobState = 'Pending' | 'Ready' | 'Started' | 'Complete';

export interface JobAlloc {
  readonly auth: string;
  readonly jobId: JobId;
  readonly serverId: ServerId;
}

export type AllocJobReply =
  | { readonly kind: 'Success'; readonly jobAlloc: JobAlloc; readonly needToolchain: boolean; readonly certDigest: Uint8Array }
  | { readonly kind: 'Fail'; readonly msg: string };

export interface ServerCertificateReply {
  /** SHA-256 of the DER, 32 bytes. */
  readonly certDigest: Uint8Array;
  readonly certPem: Uint8Array;
}

export interface HeartbeatRequest {
  /** The key that signs this server's job tokens, 32 bytes. Secret. */
  readonly jwtKey: Uint8Array;
  readonly numCpus: number;
  /** Random per server start. */
  readonly serverNonce: bigint;
  readonly certDigest: Uint8Array;
  readonly certPem: Uint8Array;
}

export interface HeartbeatReply {
  readonly isNew: boolean;
}

export type JobStateReply = { readonly kind: 'Success' } | { readonly kind: 'Fail'; readonly msg: string };

export interface AssignJobReply {
  readonly state: JobState;
  readonly needToolchain: boolean;
}

export type SubmitToolchainReply = 'Success' | 'JobNotFound' | 'CannotCache';

export interface CompileCommand {
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly envVars: readonly (readonly [string, string])[];
  readonly cwd: string;
}

export interface RunJobHeader {
  readonly command: CompileCommand;
  readonly outputs: readonly string[];
}

export interface ProcessOutput {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

export interface OutputData {
  /** A zlib stream. */
  readonly compressed: Uint8Array;
  readonly uncompressedLength: number;
}

export type RunJobReply =
  | { readonly kind: 'JobNotFound' }
  | { readonly kind: 'Complete'; readonly output: ProcessOutput; readonly outputs: readonly (readonly [string, OutputData])[] };

export interface SchedulerStatus {
  readonly numServers: number;
  readonly numCpus: number;
  readonly inProgress: number;
}
