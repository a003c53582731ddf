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

/** When content or inode last changed, milliseconds since the epoch. */
export function changedMs({ mtimeNs, ctimeNs }: Pick<FileState, 'mtimeNs' | 'ctimeNs'>): number {
  return Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n);
}

/** File systems note times by a clock that ticks only so often: what changes twice within a tick is in the same state as after the first time. */
const clockTickMs = 20;

/**
 * True for a file or folder that changed so shortly before a moment, or after it, that its state does not prove how it was then.
 * @param atMs milliseconds since the epoch
 */
export const isYoungAt = (state: Pick<FileState, 'mtimeNs' | 'ctimeNs'>, atMs: number): boolean => atMs - changedMs(state) <= clockTickMs;
