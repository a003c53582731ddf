// Knows: what the client daemon is told, once everything is read and decided. Refuses to know: where it was written.
import type { LoginFlow } from './login/authorisation.js';
import type { KeptToken, TokenPlaces } from './login/token-store.js';

/** Which files direct mode trusts without reading them; names and meanings are sccache's. */
export interface DirectModeSettings {
  readonly enabled: boolean;
  readonly fileStatMatches: boolean;
  readonly useCtimeForStat: boolean;
  readonly ignoreTimeMacros: boolean;
  readonly skipSystemHeaders: boolean;
  readonly hashWorkingDirectory: boolean;
}

export interface DiskCacheSettings {
  /** Absolute; ours alone. */
  readonly dir: string;
  readonly maxBytes: number;
  /** How many of them uncompressed entries may take. */
  readonly plainBytes: number;
  readonly readOnly: boolean;
  /** zstd's, 1 to 22. */
  readonly compressionLevel: number;
  /** After this long a lookup counts as a miss. */
  readonly lookupTimeoutMs: number;
  readonly direct: DirectModeSettings;
}

/** Where it is remembered what became of each compile. */
export interface RecordSettings {
  /** Absolute; in the folder of the cache. */
  readonly dir: string;
  /** 0: nothing is recorded. */
  readonly maxBytes: number;
}

/** Who somebody is by `sccache-ts --dist-auth`. */
export interface LoginSettings {
  readonly kind: 'login';
  readonly flow: LoginFlow;
  readonly places: TokenPlaces;
  /** Undefined: nobody is logged in. */
  readonly kept: KeptToken | undefined;
}

/** How the client shows who it is. */
export type ClientAuth = { readonly kind: 'token'; readonly token: string } | LoginSettings;

/** What the user says about the toolchain of one compiler. */
export type ToolchainSettings =
  | { readonly kind: 'no_dist'; readonly compiler: string }
  | { readonly kind: 'path_override'; readonly compiler: string; readonly archive: string; readonly archiveCompiler: string };

export interface DistSettings {
  /** Ends in `/`. */
  readonly schedulerUrl: string;
  /** Digest of the scheduler's public key; undefined: the machine's authorities decide. */
  readonly schedulerPin: string | undefined;
  readonly auth: ClientAuth;
  /** Absolute; ours alone. */
  readonly cacheDir: string;
  readonly toolchainCacheBytes: number;
  readonly rewriteIncludesOnly: boolean;
  readonly toolchains: readonly ToolchainSettings[];
}

/** Deeply frozen. */
export interface ClientSettings {
  /** Files that were read or would be if they were there; absolute unless a variable named them otherwise. */
  readonly files: readonly string[];
  readonly disk: DiskCacheSettings;
  readonly records: RecordSettings;
  /** Whether executables and shared libraries made of Rust crates are cached. */
  readonly linkedCrates: boolean;
  /** Undefined: everything is compiled at home. */
  readonly dist: DistSettings | undefined;
  /** Normalised, each ending in one separator, no two the same. */
  readonly basedirs: readonly string[];
  /** How long a command waits for a daemon that it started. */
  readonly startupTimeoutMs: number;
  /** The daemon ends after so long without a request; undefined: never. */
  readonly idleTimeoutMs: number | undefined;
  /** Sentences for people: what was asked for and is not done. */
  readonly warnings: readonly string[];
}
