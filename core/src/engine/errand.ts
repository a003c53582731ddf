// Knows: what a compile hands to the way to a build server and back: what to pack, what to run there, and when what comes back may stand for a
// compile at home. Refuses to know: schedulers and build servers; and any one compiler.
import type { RunJobHeader, RunJobReply } from '../wire/index.js';
import type { MadeAway } from './ports.js';
import type { Packable, ReadyToolchain } from './toolchain-choice.js';

export type Verified =
  | { readonly kind: 'good'; readonly made: MadeAway }
  /** The compile is to be repeated here, where its diagnostics belong. */
  | { readonly kind: 'repeat'; readonly reason: string };

export interface Packed {
  readonly kind: 'packed';
  readonly header: RunJobHeader;
  /** A zlib stream of a tar, in pieces. */
  readonly archive: readonly Uint8Array[];
  /** @throws Fault RESULT_DOUBTFUL when the reply contradicts itself or lacks what a successful compile leaves; JOB_UNKNOWN */
  verify(reply: RunJobReply): Promise<Verified>;
}

export interface Errand {
  readonly compiler: Packable;
  readonly signal: AbortSignal;
  /** @throws Fault RESULT_DOUBTFUL when a file changes meanwhile; whatever reading throws */
  pack(toolchain: ReadyToolchain): Promise<Packed | { readonly kind: 'home'; readonly reason: string }>;
}
