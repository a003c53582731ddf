// Knows: what the engine needs from outside to run compiles. Refuses to know: who provides it.
import type { ReadResponseFile } from '../compilation/index.js';
import type { FileDigests } from '../host/index.js';
import type { Storage } from '../storage/index.js';
import type { Links } from './crate-link.js';
import type { NearPorts } from './near.js';
import type { Compilers, Distribution } from './ports.js';
import type { Recall } from './recall.js';

export interface EnginePorts {
  readonly compilers: Compilers;
  readonly digests: FileDigests;
  readonly storage: Storage;
  /** Undefined: everything is compiled at home. */
  readonly distribution: Distribution | undefined;
  readonly readResponseFile: ReadResponseFile;
  /** Direct mode. Undefined: off, whatever a request asks for. */
  readonly near: NearPorts | undefined;
  /** Undefined: crates that a linker takes part in are left to their compiler. */
  readonly links?: Links | undefined;
  /** Whether direct mode is used where a request does not say so. */
  readonly direct: boolean;
  /** Undefined: nothing is answered from memory. */
  readonly recall: Recall | undefined;
  /** Folders whose names do not matter; absolute, each with a `/` at its end. */
  readonly basedirs: readonly string[];
  /** The wall clock, milliseconds since the epoch. */
  readonly nowMs: () => number;
}

/** Where direct mode is on. */
export type DirectPorts = EnginePorts & { readonly near: NearPorts };
