// Knows: by what a file is known to be the same file with the same content. Refuses to know: how it is looked at.

/**
 * What stat tells of a file. Equal states are taken for equal bytes: whoever writes into a file moves its times, whoever puts another
 * in its place moves the inode.
 */
export interface FileState {
  readonly dev: bigint;
  readonly ino: bigint;
  /** Bytes. */
  readonly size: bigint;
  /** Nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

export function isSameState(left: FileState, right: FileState): boolean {
  return (
    left.dev === right.dev &&
    left.ino === right.ino &&
    left.size === right.size &&
    left.mtimeNs === right.mtimeNs &&
    left.ctimeNs === right.ctimeNs
  );
}
