// Knows: digests of files, remembered as long as stat says that a file is the same one.
// Refuses to know: why anybody asks.
import type { BigIntStats } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { changedMs, type Digest, type FileState, isYoungAt } from '../base/index.js';
import { type ContentListener, type DigestedFile, readBigDigest, readDigest, readSmallDigest } from './read-digest.js';
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
  /**
   * @param paths absolute
   * @param onContent gets contents that had to be read and are small, so that nobody need read them again
   */
  take(paths: readonly string[], onContent?: ContentListener): Promise<FileSnapshot>;
}

/** Big files are hashed this many at a time, so that a cold start does not hold hundreds of them open. */
const parallelReads = 16;
/** Small files that are read before others get a turn: about a millisecond. */
const readsATurn = 24;
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

/** Small files in turns, then big ones side by side. */
async function readEach(paths: readonly string[], onContent: ContentListener | undefined, tell: (index: number, got: DigestedFile) => void): Promise<void> {
  const big: number[] = [];
  for (const [index, path] of paths.entries()) {
    if (index > 0 && index % readsATurn === 0) await turn();
    const got = readSmallDigest(path, onContent);
    if (got === 'big') big.push(index);
    else if (got !== undefined) tell(index, got);
  }
  const readBig = async (index: number): Promise<void> => {
    const got = await readBigDigest(paths[index] as string);
    if (got !== undefined) tell(index, got);
  };
  for (let from = 0; from < big.length; from += parallelReads) await Promise.all(big.slice(from, from + parallelReads).map(readBig));
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

  function noted(path: string, got: DigestedFile): Memo {
    const racy = isYoungAt(got.stat, nowMs());
    const entry = { identity: identityOf(got.stat), state: stateOf(got.stat), digest: got.digest, racy };
    if (racy) memo.delete(path);
    else remember(path, entry);
    return entry;
  }

  async function take(paths: readonly string[], onContent?: ContentListener): Promise<FileSnapshot> {
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
    await readEach(unknown.map((at) => paths[at] as string), onContent, (index, got) => {
      const at = unknown[index] as number;
      seen(at, noted(paths[at] as string, got), got.stat);
    });
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
