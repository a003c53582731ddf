// Knows: what is remembered of one compile, for statistics and for explaining. Refuses to know: counters and files.
import type { CacheKey, KeyPart } from '../base/index.js';
import type { CrateType, Language } from '../compilation/index.js';
import type { AnyCompiler } from './ports.js';

export type CompileOutcome =
  | 'hit'
  | 'miss'
  /** SCCACHE_RECACHE: compiled and stored without looking. */
  | 'recache'
  /** SCCACHE_NO_CACHE: neither looked up nor stored. */
  | 'no-cache'
  | 'not-compile'
  | 'not-cacheable'
  | 'unsupported'
  /** The preprocessor refused; the real compiler was left to say why. */
  | 'preprocess-failed'
  /** Something of ours went wrong; the real compiler ran in our place. */
  | 'fault';

/** Where a miss went, when distribution was asked: done there, or not and why. */
export type AwayReport =
  | { readonly kind: 'compiled'; readonly server: string }
  /** The compiler's own doing (an error, a diagnostic): repeated at home to be exact. No fault of the fleet. */
  | { readonly kind: 'repeated'; readonly server: string | undefined; readonly reason: string }
  | { readonly kind: 'fault'; readonly server: string | undefined; readonly fault: unknown };

export interface CompileReport {
  readonly outcome: CompileOutcome;
  /** The source, as given on the command line. */
  readonly input?: string;
  /** What names on the command line are relative to. */
  readonly cwd?: string;
  /** The main output as named on the command line. */
  readonly output?: string;
  readonly language?: Language;
  readonly compiler?: AnyCompiler['facts']['kind'];
  /** Of a crate: what it is made into. */
  readonly crateTypes?: readonly CrateType[];
  /** Why declined, why not stored, what failed. */
  readonly reason?: string;
  readonly away?: AwayReport;
  /** The compiler ran and exited non-zero. */
  readonly compileFailed?: boolean;
  readonly lookupMs?: number;
  readonly compileMs?: number;
  readonly storeMs?: number;
  /** `skipped`: a reason stands in `reason`. */
  readonly stored?: 'stored' | 'failed' | 'skipped';
  /** The lookup itself went wrong: timed out, or could not be answered. */
  readonly lookupFault?: 'timeout' | 'error';
  readonly key?: CacheKey;
  /** What the key was made of, when it was computed; hits by memory leave it out. Values of variables are among them: not to be shown. */
  readonly parts?: readonly KeyPart[];
  /** Which lookup hit: the daemon's memory, a manifest, the preprocessed text. */
  readonly hitBy?: 'memory' | 'manifest' | 'preprocessed';
  /** Why the nearer lookup did not answer, e.g. a header that changed. */
  readonly near?: string;
  /** Why a result that was made in a base folder belongs to it alone. */
  readonly unshared?: string;
  /** What the user may want to know of such a compile, whatever became of it. */
  readonly advice?: string;
  /** Milliseconds by step, in the order in which they happened. */
  readonly steps?: readonly (readonly [step: string, ms: number])[];
}
