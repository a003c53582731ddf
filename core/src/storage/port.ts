// Knows: what every storage must do. Refuses to know: where bytes lie; each store and coat is a file of its own.
import type { CacheKey } from '../base/index.js';

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
  status(): Promise<StorageStatus>;
  close(): Promise<void>;
}
