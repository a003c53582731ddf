// Knows: entries as files in one folder: looked up, checked, written, replaced. Refuses to know: the bytes of an entry
// (entry-format.ts), which file goes when the folder is full (disk-room.ts), when one is packed (disk-repacking.ts), and settings.
import { setTimeout as nap } from 'node:timers/promises';
import { type CacheKey, causeChain, Fault, isFault, isYoungAt } from '../base/index.js';
import { entryPath, temporaryFolder } from './disk-layout.js';
import { type Folder, type LookedUp, lookUp } from './disk-lookup.js';
import { createRepacking, type Repacking } from './disk-repacking.js';
import { createDiskRoom } from './disk-room.js';
import { writeUnplaced } from './entry-file.js';
import { encodeEntry } from './entry-format.js';
import { createLocatedEntries, type LocatedEntries } from './located-entries.js';
import { createPacking, type Packing } from './packing.js';
import type { Entry, Located, Storage, StorageStatus } from './port.js';

export interface DiskStorageOptions {
  /** Absolute. Made when first written to; only the folders `0` to `f` and `tmp` and the file `uses` in it are touched. */
  readonly dir: string;
  /** Entries take no more than this many bytes on disk. */
  readonly maxBytes: number;
  /**
   * So many of them are taken by entries that lie uncompressed, ready to be copied; when they are more, those used least lately
   * are compressed while nobody asks for anything. Default a quarter of `maxBytes`; 0: every entry is compressed at once.
   */
  readonly plainBytes?: number | undefined;
  /** zstd's level, 1 to 22; default 3. */
  readonly level?: number;
  /** Never changes the folder: every `put` is Fault STORAGE_FAILED, hits leave no trace. */
  readonly readOnly?: boolean;
  /** Told of every file that stood in an entry's place and was none. */
  readonly onCorrupt?: (path: string, why: string) => void;
  readonly packing?: Packing;
  /** Milliseconds since the epoch; default the wall clock. */
  readonly nowMs?: () => number;
}

/** How long somebody who asks for the size waits for the first reading of a big folder. */
const statusWaitMs = 1_000;

export function createDiskStorage(options: DiskStorageOptions): Storage {
  const { dir, maxBytes, plainBytes = maxBytes / 4, readOnly = false, nowMs = Date.now } = options;
  const packing = options.packing ?? createPacking(options.level);
  const room = createDiskRoom({ dir, maxBytes, plainBytes, readOnly, nowMs });
  const folder: Folder = { dir, maxBytes, plainBytes, packing, room, nowMs, onCorrupt: options.onCorrupt };
  const store: Store = { folder, located: createLocatedEntries(), repacking: readOnly ? undefined : createRepacking(folder) };
  async function serving<T>(what: string, key: CacheKey, work: () => Promise<T>): Promise<T> {
    const over = store.repacking?.work.began();
    try {
      return await work();
    } catch (cause) {
      throw failed(what, entryPath(dir, key), cause);
    } finally {
      over?.();
    }
  }
  const noteUse = (key: CacheKey): void => {
    room.touch(key);
    store.repacking?.work.began()();
  };
  return {
    async get(key, signal) {
      refuseCancelled(key, signal);
      return serving('read the entry', key, () => read(store, key));
    },
    async put(key, entry, signal) {
      refuseCancelled(key, signal);
      if (readOnly) throw new Fault('STORAGE_FAILED', `${dir}: not written to, because the storage is read-only`);
      await serving('store the entry', key, () => write(store, { key, entry, signal }));
    },
    async locate(key, signal) {
      refuseCancelled(key, signal);
      const known = store.located.recall(key);
      if (known !== undefined) noteUse(key);
      return known ?? serving('read the entry', key, () => verify(store, key));
    },
    used(key) {
      noteUse(key);
      if (room.known(key)?.plain === 0) store.repacking?.used(key);
    },
    status: () => statusOf(folder),
    async close() {
      await store.repacking?.work.close();
      await room.close();
    },
  };
}

interface Store {
  readonly folder: Folder;
  readonly located: LocatedEntries;
  /** Undefined when the folder is never changed. */
  readonly repacking: Repacking | undefined;
}

async function read(store: Store, key: CacheKey): Promise<Entry | undefined> {
  const { folder, repacking } = store;
  // Whoever makes an entry plain again puts the plain file in place before the packed one goes; so the plain one is looked for twice.
  for (const state of ['plain', 'packed', 'plain'] as const) {
    const found = await lookUp(folder, key, state);
    if (found.kind === 'useless') return undefined;
    if (found.kind === 'absent') continue;
    folder.room.touch(key);
    if (state === 'plain') locatedIn(store, key, found);
    else if (found.decoded.entry.packed !== true) repacking?.used(key);
    return found.decoded.entry;
  }
  return undefined;
}

async function verify(store: Store, key: CacheKey): Promise<Located | undefined> {
  const found = await lookUp(store.folder, key, 'plain');
  if (found.kind !== 'entry') return undefined;
  const located = locatedIn(store, key, found);
  if (located !== undefined) store.folder.room.touch(key);
  return located;
}

/** Where a verified entry lies; remembered, unless its file could change without showing it. */
function locatedIn({ folder, located }: Store, key: CacheKey, found: LookedUp & { kind: 'entry' }): Located | undefined {
  const { path, decoded, file } = found;
  if (decoded.places === undefined || file === undefined) return undefined;
  const { stdout, stderr, compileMs } = decoded.entry;
  const here: Located = { path, state: file, files: decoded.places, stdout, stderr, compileMs };
  if (!isYoungAt(file, folder.nowMs())) located.remember(key, here);
  return here;
}

interface Writing {
  readonly key: CacheKey;
  readonly entry: Entry;
  readonly signal: AbortSignal | undefined;
}

async function write({ folder, located }: Store, { key, entry, signal }: Writing): Promise<void> {
  const { dir, maxBytes, plainBytes, packing, room } = folder;
  const bytes = entry.files.reduce((sum, file) => sum + file.bytes.byteLength, 0);
  const state = entry.packed === true || bytes > plainBytes ? 'packed' : 'plain';
  const { pieces, places } = await encodeEntry(key, entry, state === 'packed' ? packing : undefined);
  refuseCancelled(key, signal);
  const file = await writeUnplaced(temporaryFolder(dir), pieces);
  try {
    if (file.sizeOnDisk > maxBytes) {
      throw new Fault('STORAGE_FAILED', `entry ${key}: ${file.sizeOnDisk} bytes are more than the whole storage may hold (${maxBytes})`);
    }
    const placed = await room.admit(key, file, state);
    const { stdout, stderr, compileMs } = entry;
    if (state === 'plain') located.remember(key, { path: entryPath(dir, key), state: placed, files: places, stdout, stderr, compileMs });
    else located.forget(key);
  } finally {
    await file.discard();
  }
}

async function statusOf({ dir, maxBytes, room }: Folder): Promise<StorageStatus> {
  const patience = new AbortController();
  // A folder that cannot be read has no size; whoever looks up or stores is told why.
  const total = room.total().catch(() => undefined);
  const late = nap(statusWaitMs, undefined, { signal: patience.signal }).catch(() => undefined);
  const size = await Promise.race([total, late]);
  patience.abort();
  return { location: `Local disk: ${JSON.stringify(dir)}`, size, maxSize: maxBytes };
}

function failed(what: string, path: string, cause: unknown): Fault {
  if (isFault(cause)) return cause;
  return new Fault('STORAGE_FAILED', `${path}: cannot ${what}: ${causeChain(cause).join(': ')}`, { cause });
}

function refuseCancelled(key: CacheKey, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Fault('CANCELLED', `entry ${key}: cancelled`);
}
