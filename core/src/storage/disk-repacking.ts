// Knows: when an entry is packed and when it is made plain again, and how. Refuses to know: when there is time for it (quiet-work.ts).
import type { CacheKey } from '../base/index.js';
import { type EntryState, temporaryFolder } from './disk-layout.js';
import { type Folder, lookUp } from './disk-lookup.js';
import { writeUnplaced } from './entry-file.js';
import { encodeEntry } from './entry-format.js';
import { createQuietWork, type QuietWork } from './quiet-work.js';
import type { Entry } from './port.js';

export interface Repacking {
  /** Notes the use of a packed entry: the second makes it plain. */
  used(key: CacheKey): void;
  readonly work: QuietWork;
}

/** So many keys are remembered for what was seen of them. */
const mostKeys = 10_000;

export function createRepacking(folder: Folder): Repacking {
  const { room } = folder;
  const usedOnce = new Set<CacheKey>();
  const toUnpack = new Set<CacheKey>();
  const packedForGood = new Set<CacheKey>();

  async function step(): Promise<void> {
    const excess = room.excess();
    if (excess !== undefined) await repack(folder, { key: excess.key, from: 'plain', wanted: () => true });
    else for (const key of toUnpack) return unpack(key);
  }

  async function unpack(key: CacheKey): Promise<void> {
    toUnpack.delete(key);
    const done = await repack(folder, { key, from: 'packed', wanted: (entry) => entry.packed !== true });
    if (!done) noteIn(packedForGood, key);
  }

  const work = createQuietWork({ isThereWork: () => toUnpack.size > 0 || room.excess() !== undefined, step, nowMs: folder.nowMs });
  return {
    work,
    used(key) {
      if (packedForGood.has(key) || toUnpack.has(key)) return;
      if (!usedOnce.delete(key)) return noteIn(usedOnce, key);
      noteIn(toUnpack, key);
      work.wake();
    },
  };
}

function noteIn(keys: Set<CacheKey>, key: CacheKey): void {
  keys.add(key);
  if (keys.size <= mostKeys) return;
  for (const oldest of keys) return void keys.delete(oldest);
}

interface Order {
  readonly key: CacheKey;
  readonly from: EntryState;
  readonly wanted: (entry: Entry) => boolean;
}

/** @returns whether the entry is in the other state now */
async function repack(folder: Folder, { key, from, wanted }: Order): Promise<boolean> {
  const { dir, packing, plainBytes, room } = folder;
  const found = await lookUp(folder, key, from);
  if (found.kind !== 'entry' || found.file === undefined) {
    await room.correct(key);
    return false;
  }
  if (!wanted(found.decoded.entry)) return false;
  const { pieces } = await encodeEntry(key, found.decoded.entry, from === 'plain' ? packing : undefined);
  const file = await writeUnplaced(temporaryFolder(dir), pieces, room.known(key)?.usedMs);
  try {
    if (from === 'packed' && file.sizeOnDisk > plainBytes) return false;
    return await room.exchange(key, { from, state: found.file, file });
  } finally {
    await file.discard();
  }
}
