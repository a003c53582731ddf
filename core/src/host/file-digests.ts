// Knows: digests of files, remembered as long as stat says that a file is the same one.
// Refuses to know: why anybody asks.
import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { changedMs, type Digest, type FileState, isYoungAt } from '../base/index.js';
import { identityOf, reachableStat, stateOf } from './reachable-stat.js';

/** The contents of some files at one moment. */
export interface FileSnapshot {
  /** Absolute, in the order asked. */
  readonly paths: readonly string[];
  /** In the order asked; `undefined` for a file that is not a readable regular file. */
  readonly digests: readonly (Digest | undefined)[];
  /** States in which the files had these contents; `undefined` also for files so young that a state does not prove a content. */
  readonly states: readonly (FileState | undefined)[];
  /** When the youngest of the files last changed (content or inode), in milliseconds since the epoch. */
  readonly newestChangeMs: number;
  /** True when every one of the files is still the one that was read. */
  stillSame(): Promise<boolean>;
}

/** Reads files' digests, remembered by stat (size, mtime, ctime, inode, device). */
export interface FileDigests {
  /** @param paths absolute */
  take(paths: readonly string[]): Promise<FileSnapshot>;
}

/** Files are hashed this many at a time, so that a cold start does not hold hundreds of them open. */
const parallelReads = 16;
/** Remembered files; the oldest are forgotten. A few hundred bytes each. */
const memoLimit = 200_000;

interface Memo {
  readonly identity: string;
  readonly state: FileState;
  readonly digest: Digest;
  /** Young when it was read: its digest is used once and not remembered, and only reading it again tells whether it is the same. */
  readonly racy: boolean;
}

function statFile(path: string): BigIntStats | undefined {
  const stat = reachableStat(path);
  return stat?.isFile() === true ? stat : undefined;
}

/** Hashes an open file and says which file it was; undefined when it changed meanwhile or is gone. */
async function readDigest(path: string): Promise<{ digest: Digest; stat: BigIntStats } | undefined> {
  const handle = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'EACCES' || cause.code === 'ENOTDIR') return undefined;
    throw cause;
  });
  if (handle === undefined) return undefined;
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile()) return undefined;
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(Math.min(Number(before.size) + 1, 1024 * 1024));
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.byteLength);
      if (bytesRead === 0) break;
      hash.update(chunk.subarray(0, bytesRead));
    }
    const after = await handle.stat({ bigint: true });
    if (identityOf(before) !== identityOf(after)) return undefined;
    return { digest: hash.digest('hex') as Digest, stat: after };
  } finally {
    await handle.close();
  }
}

/** Whether the files are still those that were found; where stat alone cannot tell, they are read again. */
async function allSame(paths: readonly string[], found: readonly (Memo | undefined)[]): Promise<boolean> {
  const young: { path: string; digest: Digest }[] = [];
  const unmoved = found.every((entry, at) => {
    const path = paths[at] as string;
    const stat = statFile(path);
    if (entry?.racy === true) young.push({ path, digest: entry.digest });
    return entry === undefined ? stat === undefined : stat !== undefined && identityOf(stat) === entry.identity;
  });
  if (!unmoved) return false;
  for (const { path, digest } of young) if ((await readDigest(path))?.digest !== digest) return false;
  return true;
}

/** @param nowMs the wall clock, to tell files that are too young to be remembered */
export function createFileDigests(nowMs: () => number): FileDigests {
  const memo = new Map<string, Memo>();

  function remember(path: string, entry: Memo): void {
    memo.delete(path);
    memo.set(path, entry);
    if (memo.size > memoLimit) {
      const oldest = memo.keys().next();
      if (oldest.done !== true) memo.delete(oldest.value);
    }
  }

  async function read(path: string): Promise<{ entry: Memo; stat: BigIntStats } | undefined> {
    const got = await readDigest(path);
    if (got === undefined) return undefined;
    const racy = isYoungAt(got.stat, nowMs());
    const entry = { identity: identityOf(got.stat), state: stateOf(got.stat), digest: got.digest, racy };
    if (racy) memo.delete(path);
    else remember(path, entry);
    return { entry, stat: got.stat };
  }

  async function take(paths: readonly string[]): Promise<FileSnapshot> {
    const found: (Memo | undefined)[] = new Array<Memo | undefined>(paths.length).fill(undefined);
    let newestChangeMs = 0;
    const seen = (at: number, entry: Memo, stat: BigIntStats): void => {
      found[at] = entry;
      newestChangeMs = Math.max(newestChangeMs, changedMs(stat));
    };
    const unknown: number[] = [];
    paths.forEach((path, at) => {
      const stat = statFile(path);
      if (stat === undefined) return;
      const known = memo.get(path);
      if (known !== undefined && known.identity === identityOf(stat)) seen(at, known, stat);
      else unknown.push(at);
    });
    for (let from = 0; from < unknown.length; from += parallelReads) {
      await Promise.all(
        unknown.slice(from, from + parallelReads).map(async (at) => {
          const got = await read(paths[at] as string);
          if (got !== undefined) seen(at, got.entry, got.stat);
        }),
      );
    }
    return {
      paths,
      digests: found.map((entry) => entry?.digest),
      states: found.map((entry) => (entry === undefined || entry.racy ? undefined : entry.state)),
      newestChangeMs,
      stillSame: () => allSame(paths, found),
    };
  }

  return { take };
}
