// Knows: what tells one state of a file from another. Refuses to know: how it is asked for.

/** Which file a name leads to and which state of it: a file in another state is another file. */
export interface FileState {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}
