// Knows: where an entry's file lies below the store's folder, and how the folder is walked. Refuses to know: what is in the files.
//
//   <dir>/<first digit>/<second digit>/<key>      plain entries: bodies as they are, ready to be copied
//   <dir>/<first digit>/<second digit>/<key>.z    packed entries: bodies compressed; beside a plain one it is not looked at
//   <dir>/uses                                    when entries were used (disk-uses.ts)
//   <dir>/tmp/<anything>                          files not yet in place
import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CacheKey, parseDigest } from '../base/index.js';
import type { IndexedEntry } from './lru-index.js';

/** So many files are looked at side by side. */
const batch = 64;
/** A temporary file older than this belongs to a process that is gone. */
const abandonedMs = 60 * 60 * 1000;
/** Whoever puts one of an entry's files in the other's place has done so after this time, or is gone. */
const exchangedMs = 60 * 1000;
const digits = [...'0123456789abcdef'];

export type EntryState = 'plain' | 'packed';
const packedEnding = '.z';

export const entryPath = (dir: string, key: CacheKey, state: EntryState = 'plain'): string =>
  join(dir, key.slice(0, 1), key.slice(1, 2), state === 'plain' ? key : key + packedEnding);
export const usesPath = (dir: string): string => join(dir, 'uses');
export const temporaryFolder = (dir: string): string => join(dir, 'tmp');

/** What the file takes on disk; where the file system does not tell, its length in whole blocks. */
export function sizeOnDisk(stat: Pick<Stats, 'blocks' | 'size'>): number {
  return stat.blocks > 0 ? stat.blocks * 512 : Math.ceil(stat.size / 4096) * 4096;
}

/** What stands in a folder; nothing when there is none. */
async function listed(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw cause;
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((cause: NodeJS.ErrnoException) => {
    // Another daemon on the same folder may have evicted it since it was listed.
    if (cause.code === 'ENOENT') return undefined;
    throw cause;
  });
}

/** One of the files of an entry. */
interface Found {
  readonly key: CacheKey;
  readonly state: EntryState;
  readonly stat: Stats;
}

/** Every entry in the store, in no order. Files that are not entries are left alone. */
export async function scanEntries(dir: string): Promise<readonly IndexedEntry[]> {
  const entries: IndexedEntry[] = [];
  for (const first of digits) {
    if ((await listed(join(dir, first))).length === 0) continue;
    for (const second of digits) entries.push(...joined(await scanFolder(dir, first + second)));
  }
  return entries;
}

async function scanFolder(dir: string, prefix: string): Promise<readonly Found[]> {
  const found: Found[] = [];
  const items = await listed(join(dir, prefix.slice(0, 1), prefix.slice(1)));
  const names = items.flatMap((it) => (it.isFile() && it.name.startsWith(prefix) ? (entryOf(it.name) ?? []) : []));
  for (let at = 0; at < names.length; at += batch) {
    const some = await Promise.all(
      names.slice(at, at + batch).map(async ({ key, state }) => {
        const stat = await statOf(entryPath(dir, key, state));
        return stat === undefined ? [] : [{ key, state, stat }];
      }),
    );
    found.push(...some.flat());
  }
  return found;
}

function entryOf(name: string): Pick<Found, 'key' | 'state'> | undefined {
  const packed = name.endsWith(packedEnding);
  const key = parseDigest(packed ? name.slice(0, -packedEnding.length) : name);
  return key && { key, state: packed ? 'packed' : 'plain' };
}

function joined(found: readonly Found[]): Iterable<IndexedEntry> {
  const entries = new Map<CacheKey, IndexedEntry>();
  for (const { key, state, stat } of found) {
    const other = entries.get(key) ?? { key, plain: 0, packed: 0, usedMs: 0 };
    entries.set(key, { ...other, [state]: sizeOnDisk(stat), usedMs: Math.max(other.usedMs, stat.mtimeMs) });
  }
  return entries.values();
}

/** Removes the packed file of an entry that has a plain one too, unless somebody may be about to. @returns whether it is gone */
export async function removeDouble(dir: string, key: CacheKey, nowMs: number): Promise<boolean> {
  const plain = await statOf(entryPath(dir, key, 'plain'));
  const packed = await statOf(entryPath(dir, key, 'packed'));
  if (plain === undefined || packed === undefined) return packed === undefined;
  if (nowMs - Math.max(plain.ctimeMs, packed.ctimeMs) < exchangedMs) return false;
  await rm(entryPath(dir, key, 'packed'), { force: true });
  return true;
}

/** Removes what writers left behind that were killed. */
export async function removeAbandoned(dir: string, nowMs: number): Promise<void> {
  for (const item of await listed(temporaryFolder(dir))) {
    const path = join(temporaryFolder(dir), item.name);
    const stat = await statOf(path);
    if (stat !== undefined && nowMs - stat.mtimeMs > abandonedMs) await rm(path, { force: true });
  }
}
