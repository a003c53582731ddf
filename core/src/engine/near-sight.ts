// Knows: the words for what a result was made from, as it stands on the disk at one moment. Refuses to know: how one looks.
import type { Digest, FileState } from '../base/index.js';
import type { ManifestResult } from '../compilation/index.js';
import type { FolderView } from '../host/index.js';

/** A file that was read, as it is now. */
export interface SeenFile {
  readonly path: string;
  readonly digest: Digest;
  /** Undefined while it is so young that its state proves nothing. */
  readonly state: FileState | undefined;
}

export interface Sight {
  /** Names as they are in this very place. */
  readonly remembered: Pick<ManifestResult, 'reads' | 'absent' | 'nothing' | 'present' | 'links' | 'conditions'>;
  readonly files: readonly SeenFile[];
  readonly view: FolderView;
}
