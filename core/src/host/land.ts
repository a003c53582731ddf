// Knows: how outputs are put in place, all or none, and how they are picked up again.
// Refuses to know: where they come from.
import { constants } from 'node:fs';
import { chmod, type FileHandle, lstat, open, rename, rm, stat as lookThrough } from 'node:fs/promises';
import { Fault, type FileState, isSameState } from '../base/index.js';
import { temporaryBeside } from './files.js';

/** A file that is to stand at `path`. */
export interface Landing {
  /** Absolute. */
  readonly path: string;
  readonly from: LandingSource;
  /** True for programs: their execute bits are kept. */
  readonly executable: boolean;
  /** True for dependency files, which a compiler writes into when they are there. Files that are moved are always taken for such. */
  readonly writtenInto?: boolean;
}

/** The content, a range of a file that must be in this state, or a finished file in the same folder that is to be moved to `path`. */
type LandingSource =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'range'; readonly path: string; readonly state: FileState; readonly offset: number; readonly length: number }
  | { readonly kind: 'file'; readonly path: string };

/** Outputs that are no files: writing there leaves nothing behind, so there is nothing to land. */
export const isNowhere = (path: string): boolean => path === '/dev/null' || (process.platform === 'win32' && /^(?:.*[\\/:])?nul$/i.test(path));

const absentIsUndefined = (cause: NodeJS.ErrnoException): undefined => {
  if (cause.code === 'ENOENT') return undefined;
  throw cause;
};

/** What stands where a file is to be put. */
interface Target {
  readonly there: boolean;
  /** The permissions that the new file must have, when an old one decides them. */
  readonly mode?: number;
}

/**
 * The compilers remove an old object or link before they write, unless it is empty (as mktemp leaves it): then they write into it, through
 * links, and its permissions stay. Dependency files are always written into.
 * @throws Fault OUTPUT_UNREADABLE when it is left to the compiler
 */
async function lookAtTarget({ path, from, writtenInto = from.kind === 'file' }: Landing, umask: number): Promise<Target> {
  const stat = await lstat(path).catch(absentIsUndefined);
  if (stat === undefined) return { there: false };
  if (!stat.isFile() && !stat.isSymbolicLink()) {
    throw new Fault('OUTPUT_UNREADABLE', `${path}: is neither a file nor a link, so it is left to the compiler`);
  }
  const meant = stat.isFile() ? stat : await lookThrough(path).catch(absentIsUndefined);
  const replaced = !writtenInto && meant !== undefined && meant.size > 0;
  if (replaced) return { there: true };
  const mode = stat.mode & 0o777;
  const alone = stat.isFile() && stat.nlink === 1;
  if (alone && writtenInto) return { there: true, mode };
  if (!alone || mode !== (0o666 & ~umask)) {
    throw new Fault('OUTPUT_UNREADABLE', `${path}: is to be written into, not replaced, so it is left to the compiler`);
  }
  return { there: true };
}

const copiedAtOnce = 1024 * 1024;

async function copyRange(from: Extract<LandingSource, { kind: 'range' }>, to: FileHandle): Promise<void> {
  const source = await open(from.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    await mustBeInState(source, from);
    const end = from.offset + from.length;
    const piece = new Uint8Array(Math.min(copiedAtOnce, from.length));
    for (let at = from.offset; at < end; ) {
      const { bytesRead } = await source.read(piece, 0, Math.min(piece.byteLength, end - at), at);
      if (bytesRead === 0) throw new Fault('OUTPUT_UNREADABLE', `${from.path}: ends before ${end}`);
      await to.writeFile(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
    // Written into while we read, it would have given us some of either.
    await mustBeInState(source, from);
  } finally {
    await source.close();
  }
}

async function mustBeInState(source: FileHandle, { path, state }: Extract<LandingSource, { kind: 'range' }>): Promise<void> {
  const stat = await source.stat({ bigint: true });
  if (!stat.isFile() || !isSameState(stat, state)) throw new Fault('OUTPUT_UNREADABLE', `${path}: is not the file any more that it was`);
}

async function writeTemporary(landing: Landing, umask: number): Promise<string> {
  if (landing.from.kind === 'file') return landing.from.path;
  const temporary = temporaryBeside(landing.path);
  const handle = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    if (landing.from.kind === 'bytes') await handle.writeFile(landing.from.bytes);
    else await copyRange(landing.from, handle);
    await handle.chmod((landing.executable ? 0o777 : 0o666) & ~umask);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  } finally {
    await handle.close();
  }
  return temporary;
}

/**
 * Puts every file in place by rename; when one cannot be, none is left behind.
 * @param umask the caller's, as the compiler would have applied it
 * @throws Fault OUTPUT_UNREADABLE or the file system's own error; the caller then compiles at home
 */
export async function land(landings: readonly Landing[], umask: number): Promise<void> {
  const real = landings.filter((landing) => !isNowhere(landing.path));
  const temporaries: string[] = [];
  const old: boolean[] = [];
  const placed: string[] = [];
  try {
    for (const landing of real) {
      const { there, mode } = await lookAtTarget(landing, umask);
      old.push(there);
      const temporary = await writeTemporary(landing, umask);
      temporaries.push(temporary);
      if (mode !== undefined) await chmod(temporary, mode);
    }
    for (const [at, landing] of real.entries()) {
      // Renamed over an old file, a new one is written to the disk at once by file systems that fear for it; compilers remove it too.
      if (old[at] === true) await rm(landing.path, { force: true });
      await rename(temporaries[at] as string, landing.path);
      placed.push(landing.path);
    }
  } catch (cause) {
    await Promise.all([...temporaries, ...placed].map((path) => rm(path, { force: true })));
    throw cause;
  }
}

/** A finished output of a compile at home. */
export interface PickedUp {
  readonly mode: number;
  readonly bytes: Uint8Array;
}

/** Reads an output back; undefined when there is none. Anything but a regular file is Fault OUTPUT_UNREADABLE. */
export async function pickUp(path: string): Promise<PickedUp | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw cause;
  });
  if (handle === undefined) return undefined;
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Fault('OUTPUT_UNREADABLE', `${path}: not a regular file, so its result is not stored`);
    return { mode: stat.mode & 0o777, bytes: await handle.readFile() };
  } finally {
    await handle.close();
  }
}
