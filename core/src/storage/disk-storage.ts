// Knows: entries as files in one folder: looked up, checked, written, replaced. Refuses to know: the bytes of an entry
// (entry-format.ts), which file goes when the folder is full (disk-room.ts), and settings.
import { setTimeout as nap } from 'node:timers/promises';
import { type CacheKey, causeChain, Fault, isFault } from '../base/index.js';
import { entryPath, temporaryFolder } from './disk-layout.js';
import { createDiskRoom, type DiskRoom } from './disk-room.js';
import { decodeEntry, encodeEntry } from './entry-format.js';
import { readRegular, writeUnplaced } from './entry-file.js';
import { createPacking, type Packing } from './packing.js';
import type { Entry, Storage, StorageStatus } from './port.js';

export interface DiskStorageOptions {
  /** Absolute. Made when first written to; only the folders `0` to `f` and `tmp` in it are touched. */
  readonly dir: string;
  /** Entries take no more than this many bytes on disk. */
  readonly maxBytes: number;
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
  const { dir, maxBytes, readOnly = false, nowMs = Date.now } = options;
  const packing = options.packing ?? createPacking(options.level);
  const room = createDiskRoom({ dir, maxBytes, readOnly, nowMs });
  const folder: Folder = { dir, maxBytes, packing, room, onCorrupt: options.onCorrupt };
  return {
    async get(key, signal) {
      refuseCancelled(key, signal);
      return read(folder, key).catch((cause: unknown) => {
        throw failed('read the entry', entryPath(dir, key), cause);
      });
    },
    async put(key, entry, signal) {
      refuseCancelled(key, signal);
      if (readOnly) throw new Fault('STORAGE_FAILED', `${dir}: not written to, because the storage is read-only`);
      await write(folder, { key, entry, signal }).catch((cause: unknown) => {
        throw failed('store the entry', entryPath(dir, key), cause);
      });
    },
    status: () => statusOf(folder),
    close: () => room.close(),
  };
}

interface Folder {
  readonly dir: string;
  readonly maxBytes: number;
  readonly packing: Packing;
  readonly room: DiskRoom;
  readonly onCorrupt: DiskStorageOptions['onCorrupt'];
}

async function read(folder: Folder, key: CacheKey): Promise<Entry | undefined> {
  const path = entryPath(folder.dir, key);
  const dropCorrupt = async (why: string): Promise<undefined> => {
    folder.onCorrupt?.(path, why);
    await folder.room.drop(key);
    return undefined;
  };
  const found = await readRegular(path);
  if (found.kind === 'absent') return undefined;
  if (found.kind === 'foreign') return dropCorrupt(found.why);
  try {
    const entry = await decodeEntry(key, found.bytes, folder.packing);
    if (entry === 'unknown') return undefined;
    folder.room.touch(key);
    return entry;
  } catch (thrown) {
    if (isFault(thrown, 'STORAGE_CORRUPT')) return dropCorrupt(thrown.message);
    throw thrown;
  }
}

interface Writing {
  readonly key: CacheKey;
  readonly entry: Entry;
  readonly signal: AbortSignal | undefined;
}

async function write({ dir, maxBytes, packing, room }: Folder, { key, entry, signal }: Writing): Promise<void> {
  const pieces = await encodeEntry(key, entry, packing);
  refuseCancelled(key, signal);
  const file = await writeUnplaced(temporaryFolder(dir), pieces);
  try {
    if (file.sizeOnDisk > maxBytes) {
      throw new Fault('STORAGE_FAILED', `entry ${key}: ${file.sizeOnDisk} bytes are more than the whole storage may hold (${maxBytes})`);
    }
    await room.admit(key, file);
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
