// Knows: where an entry's file lies below the store's folder, and how the folder is walked. Refuses to know: what is in the files.
//
//   <dir>/<first digit>/<second digit>/<key>    entries
//   <dir>/tmp/<anything>                        files not yet in place
import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CacheKey, parseDigest } from '../base/index.js';
import type { IndexedEntry } from './lru-index.js';

/** So many files are looked at side by side. */
const batch = 64;
/** A temporary file older than this belongs to a process that is gone. */
const abandonedMs = 60 * 60 * 1000;
const digits = [...'0123456789abcdef'];

export const entryPath = (dir: string, key: CacheKey): string => join(dir, key.slice(0, 1), key.slice(1, 2), key);
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

/** Every entry in the store, in no order. Files that are not entries are left alone. */
export async function scanEntries(dir: string): Promise<readonly IndexedEntry[]> {
  const entries: IndexedEntry[] = [];
  for (const first of digits) {
    if ((await listed(join(dir, first))).length === 0) continue;
    for (const second of digits) entries.push(...(await scanFolder(dir, first + second)));
  }
  return entries;
}

async function scanFolder(dir: string, prefix: string): Promise<readonly IndexedEntry[]> {
  const entries: IndexedEntry[] = [];
  const items = await listed(join(dir, prefix.slice(0, 1), prefix.slice(1)));
  const keys = items.flatMap((it) => (it.isFile() && it.name.startsWith(prefix) ? (parseDigest(it.name) ?? []) : []));
  for (let at = 0; at < keys.length; at += batch) {
    const found = await Promise.all(
      keys.slice(at, at + batch).map(async (key) => {
        const stat = await statOf(entryPath(dir, key));
        return stat === undefined ? [] : [{ key, size: sizeOnDisk(stat), usedMs: stat.mtimeMs }];
      }),
    );
    entries.push(...found.flat());
  }
  return entries;
}

/** Removes what writers left behind that were killed. */
export async function removeAbandoned(dir: string, nowMs: number): Promise<void> {
  for (const item of await listed(temporaryFolder(dir))) {
    const path = join(temporaryFolder(dir), item.name);
    const stat = await statOf(path);
    if (stat !== undefined && nowMs - stat.mtimeMs > abandonedMs) await rm(path, { force: true });
  }
}
