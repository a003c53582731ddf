// Knows: how the file of an entry is found and read in either state, and dropped when it is none. Refuses to know: who asks, and what for.
import { type CacheKey, type FileState, isFault } from '../base/index.js';
import { entryPath, type EntryState } from './disk-layout.js';
import type { DiskRoom } from './disk-room.js';
import { readRegular } from './entry-file.js';
import { type Decoded, decodeEntry } from './entry-format.js';
import { stateAt } from './file-states.js';
import type { Packing } from './packing.js';

export interface Folder {
  readonly dir: string;
  readonly maxBytes: number;
  readonly plainBytes: number;
  readonly packing: Packing;
  readonly room: DiskRoom;
  readonly nowMs: () => number;
  readonly onCorrupt: ((path: string, why: string) => void) | undefined;
}

export type LookedUp =
  | { readonly kind: 'absent' }
  /** It was no entry, or one that this machine cannot read. */
  | { readonly kind: 'useless' }
  /** `file`: the state that the file was in all the time. */
  | { readonly kind: 'entry'; readonly path: string; readonly decoded: Decoded; readonly file: FileState | undefined };

/** Reads, checks and unpacks. */
export async function lookUp(folder: Folder, key: CacheKey, state: EntryState): Promise<LookedUp> {
  const path = entryPath(folder.dir, key, state);
  const dropCorrupt = async (why: string): Promise<LookedUp> => {
    folder.onCorrupt?.(path, why);
    await folder.room.drop(key, state);
    return { kind: 'useless' };
  };
  if (stateAt(path) === undefined) return { kind: 'absent' };
  const found = await readRegular(path);
  if (found.kind === 'absent') return found;
  if (found.kind === 'foreign') return dropCorrupt(found.why);
  try {
    const decoded = await decodeEntry(key, found.bytes, folder.packing);
    return decoded === 'unknown' ? { kind: 'useless' } : { kind: 'entry', path, decoded, file: found.state };
  } catch (thrown) {
    if (isFault(thrown, 'STORAGE_CORRUPT')) return dropCorrupt(thrown.message);
    throw thrown;
  }
}
