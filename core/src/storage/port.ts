// Knows: what every storage must do. Refuses to know: where bytes lie; each store and coat is a file of its own.
import type { CacheKey, FileState } from '../base/index.js';

/** One file of a result. */
export interface EntryFile {
  /** The output's role (`obj`, `d`, `dwo`…), unique in its entry. */
  readonly role: string;
  /** Permission bits, 0o777 at most. */
  readonly mode: number;
  readonly bytes: Uint8Array;
}

/** What one compile left behind: only successful compiles are stored, so there is no exit code. */
export interface Entry {
  readonly files: readonly EntryFile[];
  /** As the compiler wrote them, colours included. */
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** How long the compiler took, in milliseconds. */
  readonly compileMs: number;
  /** Small and much like text, such as a manifest: better compressed at once and for good than ready to be copied. Given back as it was put. */
  readonly packed?: boolean;
}

/** An entry whose bytes lie as they are in one file, so that its outputs can be copied there without passing through memory. */
export interface Located {
  /** Absolute. */
  readonly path: string;
  /** Of that very file when its checksums were verified; who copies from a file in another state copies something else. */
  readonly state: FileState;
  /** Those of 4096 bytes or more begin on a multiple of 4096, and the file holds the last of their blocks to its end. */
  readonly files: readonly { readonly role: string; readonly mode: number; readonly offset: number; readonly length: number }[];
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly compileMs: number;
}

export interface StorageStatus {
  /** For people, e.g. `Local disk: "/home/u/.cache/sccache-ts"`. */
  readonly location: string;
  /** Bytes on disk; undefined until known. */
  readonly size: number | undefined;
  readonly maxSize: number | undefined;
}

/**
 * Keeps results by key. A miss, a corrupt entry and an unreadable one are all `undefined` from `get`; what cannot be
 * answered at all is Fault STORAGE_FAILED or STORAGE_TIMEOUT, and the engine then compiles.
 */
export interface Storage {
  get(key: CacheKey, signal?: AbortSignal): Promise<Entry | undefined>;
  put(key: CacheKey, entry: Entry, signal?: AbortSignal): Promise<void>;
  /** Where an entry lies; undefined when it is not there or lies otherwise, and then `get` is to be asked. */
  locate?(key: CacheKey, signal?: AbortSignal): Promise<Located | undefined>;
  /** Notes the use of an entry whose place is known already. */
  used?(key: CacheKey): void;
  status(): Promise<StorageStatus>;
  close(): Promise<void>;
}
