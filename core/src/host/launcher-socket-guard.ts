// Knows: whether this process sees the same folder as a launcher does. Refuses to know: what to do when it does not.
import { statSync } from 'node:fs';

export interface SeenFolder {
  readonly path: string;
  readonly device: bigint;
  readonly inode: bigint;
}

/** False in another container or mount namespace, where the same path means something else or nothing. */
export function seesSameFolder(folder: SeenFolder): boolean {
  try {
    // A few microseconds; a trip to the thread pool would cost more.
    const facts = statSync(folder.path, { bigint: true });
    return facts.dev === folder.device && facts.ino === folder.inode;
  } catch {
    // Not there for us: certainly not the same.
    return false;
  }
}
