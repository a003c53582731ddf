// Knows: how outputs are put in place, all or none, and how they are picked up again.
// Refuses to know: where they come from.
import { constants } from 'node:fs';
import { chmod, lstat, open, rename, rm, stat as lookThrough } from 'node:fs/promises';
import { Fault } from '../base/index.js';
import { temporaryBeside } from './files.js';

/** A file that is to stand at `path`. */
export interface Landing {
  /** Absolute. */
  readonly path: string;
  /** The content, or the name of a finished file in the same folder that is to be moved to `path`. */
  readonly from: { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'file'; readonly path: string };
  /** True for programs: their execute bits are kept. */
  readonly executable: boolean;
}

/** Outputs that are no files: writing there leaves nothing behind, so there is nothing to land. */
export const isNowhere = (path: string): boolean => path === '/dev/null';

const absentIsUndefined = (cause: NodeJS.ErrnoException): undefined => {
  if (cause.code === 'ENOENT') return undefined;
  throw cause;
};

/**
 * The compilers remove an old object or link before they write, unless it is empty (as mktemp leaves it): then they write into it, through
 * links, and its permissions stay. Dependency files, which arrive as finished files, are always written into.
 * @returns the permissions that the new file must have, when an old one decides them
 */
async function lookAtTarget({ path, from }: Landing, umask: number): Promise<number | undefined> {
  const stat = await lstat(path).catch(absentIsUndefined);
  if (stat === undefined) return undefined;
  if (!stat.isFile() && !stat.isSymbolicLink()) {
    throw new Fault('OUTPUT_UNREADABLE', `${path}: is neither a file nor a link, so it is left to the compiler`);
  }
  const meant = stat.isFile() ? stat : await lookThrough(path).catch(absentIsUndefined);
  const replaced = from.kind === 'bytes' && meant !== undefined && meant.size > 0;
  if (replaced) return undefined;
  const mode = stat.mode & 0o777;
  const alone = stat.isFile() && stat.nlink === 1;
  if (alone && from.kind === 'file') return mode;
  if (!alone || mode !== (0o666 & ~umask)) {
    throw new Fault('OUTPUT_UNREADABLE', `${path}: is to be written into, not replaced, so it is left to the compiler`);
  }
  return undefined;
}

async function writeTemporary(landing: Landing, umask: number): Promise<string> {
  if (landing.from.kind === 'file') return landing.from.path;
  const temporary = temporaryBeside(landing.path);
  const handle = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    await handle.writeFile(landing.from.bytes);
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
  const placed: string[] = [];
  try {
    for (const landing of real) {
      const mode = await lookAtTarget(landing, umask);
      const temporary = await writeTemporary(landing, umask);
      temporaries.push(temporary);
      if (mode !== undefined) await chmod(temporary, mode);
    }
    for (const [at, landing] of real.entries()) {
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
