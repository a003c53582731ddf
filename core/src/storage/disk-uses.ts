// Knows: when entries were used, in one file beside them that is only added to, a little later and many at once. Refuses to know: eviction.
// Not in the times of the entries' own files: these must stay in the state in which their checksums were verified.
//
//   <dir>/uses = line*
//   line = key " " milliseconds since the epoch "\n"      what does not look like one is left aside
import { appendFile, type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type CacheKey, parseDigest } from '../base/index.js';
import { sizeOnDisk, temporaryFolder, usesPath } from './disk-layout.js';

export type Use = readonly [key: CacheKey, usedMs: number];

export interface Uses {
  /** Notes that an entry was used. @param usedMs milliseconds since the epoch */
  note(key: CacheKey, usedMs: number): void;
  /** The entry is gone. */
  forget(key: CacheKey): void;
  /** All that is known, of this and of other processes, oldest notes first. */
  all(): Promise<readonly Use[]>;
  /** What was written since the last question. */
  news(): Promise<readonly Use[]>;
  /** Bytes that the file took when it was last looked at. */
  readonly sizeOnDisk: number;
  flush(): Promise<void>;
}

/** Uses are written this long after the first of them. */
const writeAfterMs = 5_000;
const mostBytes = 4 * 1024 * 1024;

/** @param maxBytes that the whole storage may take: a small one must not be full of notes */
export function createUses(dir: string, maxBytes: number): Uses {
  const path = usesPath(dir);
  const limit = Math.min(mostBytes, maxBytes / 64);
  const noted = new Map<CacheKey, number>();
  let timer: NodeJS.Timeout | undefined;
  let read: Reading = { ino: 0, at: 0 };
  let size = 0;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const writing = [...noted];
    noted.clear();
    if (writing.length === 0) return;
    try {
      await appendFile(path, spelled(writing), { mode: 0o600 });
      if ((await stat(path)).size > limit) await shorten(dir, limit / 2);
      size = sizeOnDisk(await stat(path));
    } catch {
      // A folder that is gone or became read-only: the order of eviction is then a little worse, nothing else.
    }
  }

  async function news(): Promise<readonly Use[]> {
    const found = await readFrom(path, read);
    read = found.reading;
    size = found.sizeOnDisk;
    return found.uses;
  }

  return {
    note(key, usedMs) {
      noted.set(key, usedMs);
      timer ??= setTimeout(() => void flush(), writeAfterMs).unref();
    },
    forget: (key) => void noted.delete(key),
    async all() {
      read = { ino: 0, at: 0 };
      return [...(await news()), ...noted];
    },
    news,
    get sizeOnDisk() {
      return size;
    },
    flush,
  };
}

/** How far which file was read. */
interface Reading {
  readonly ino: number;
  readonly at: number;
}

const spelled = (uses: Iterable<Use>): string => [...uses].map(([key, usedMs]) => `${key} ${Math.round(usedMs)}\n`).join('');

function parseUse(line: string): readonly Use[] {
  const key = parseDigest(line.slice(0, 64));
  const digits = line.slice(65);
  return key !== undefined && line[64] === ' ' && /^\d{1,15}$/.test(digits) ? [[key, Number(digits)]] : [];
}

async function readFrom(path: string, { ino, at }: Reading): Promise<{ uses: readonly Use[]; reading: Reading; sizeOnDisk: number }> {
  let handle: FileHandle;
  try {
    handle = await open(path);
  } catch {
    // None was ever used, or nothing can be known of it: then the times of the files must do.
    return { uses: [], reading: { ino: 0, at: 0 }, sizeOnDisk: 0 };
  }
  try {
    const found = await handle.stat();
    const from = found.ino === ino && found.size >= at ? at : 0;
    const bytes = Buffer.alloc(Math.min(found.size - from, 4 * mostBytes));
    const { bytesRead } = await handle.read(bytes, 0, bytes.byteLength, from);
    // A line that is being written is read next time.
    const whole = bytes.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    const uses = bytes.toString('latin1', 0, whole).split('\n').flatMap(parseUse);
    return { uses, reading: { ino: found.ino, at: from + whole }, sizeOnDisk: sizeOnDisk(found) };
  } finally {
    await handle.close();
  }
}

/** Keeps the latest use of each, and of these the latest. What others add meanwhile is lost, which harms nobody. */
async function shorten(dir: string, bytes: number): Promise<void> {
  const uses = (await readFile(usesPath(dir), 'latin1')).split('\n').flatMap(parseUse);
  const latest = [...new Map(uses)].sort(([, a], [, b]) => b - a);
  const line = 64 + 1 + 13 + 1;
  const temporary = join(temporaryFolder(dir), randomBytes(9).toString('base64url'));
  try {
    await writeFile(temporary, spelled(latest.slice(0, Math.floor(bytes / line)).reverse()), { mode: 0o600, flag: 'wx' });
    await rename(temporary, usesPath(dir));
  } finally {
    await rm(temporary, { force: true });
  }
}
