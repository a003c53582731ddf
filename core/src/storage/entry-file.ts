// Knows: reading one whole file that may be anything, and writing one that nobody ever sees half of.
// Refuses to know: what is in it and when it is removed.
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { FileState } from '../base/index.js';
import { sizeOnDisk } from './disk-layout.js';
import { fileStateOf, isSameState } from './file-states.js';

/** Longer than any entry can be; a file of this size is none. */
const maxFileBytes = 1152 * 1024 * 1024;
/** So much is read sooner than the thread pool is asked. */
const quickBytes = 64 * 1024;
/** The system takes no more at once. */
const mostPieces = 1024;

const readLater = promisify(read);

/** Every file read at once needs its memory at once. */
export type FileRead =
  | { readonly kind: 'absent' }
  | { readonly kind: 'foreign'; readonly why: string }
  /** `state`: which the file was in before it was read and after; undefined when they differ, as when it was replaced meanwhile. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly state: FileState | undefined };

/** These say that the file is not one that we can use; anything else says that nothing can be read now. */
const foreignCodes = new Set(['EISDIR', 'ELOOP', 'EMLINK', 'ENXIO', 'EACCES', 'EPERM', 'EIO']);

/** Reads a regular file. Symbolic links, folders, devices and what changes its length meanwhile are `foreign`. */
export async function readRegular(path: string): Promise<FileRead> {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    if (foreignCodes.has(code)) return { kind: 'foreign', why: `cannot be opened: ${code}` };
    throw cause;
  }
  try {
    return await readOpen(file);
  } finally {
    closeSync(file);
  }
}

async function readOpen(file: number): Promise<FileRead> {
  const stat = fstatSync(file, { bigint: true });
  if (!stat.isFile()) return { kind: 'foreign', why: 'is not a regular file' };
  if (stat.size > maxFileBytes) return { kind: 'foreign', why: `is ${stat.size} bytes long` };
  const bytes = Buffer.allocUnsafeSlow(Number(stat.size));
  let at = 0;
  while (at < bytes.byteLength) {
    const left = bytes.byteLength - at;
    const bytesRead = left <= quickBytes ? readSync(file, bytes, at, left, at) : (await readLater(file, bytes, at, left, at)).bytesRead;
    if (bytesRead === 0) return { kind: 'foreign', why: `ends after ${at} of ${stat.size} bytes` };
    at += bytesRead;
  }
  const state = fileStateOf(stat);
  const after = fileStateOf(fstatSync(file, { bigint: true }));
  return { kind: 'bytes', bytes, state: isSameState(state, after) ? state : undefined };
}

/** A written file that is not in place yet. */
export interface Unplaced {
  readonly sizeOnDisk: number;
  /** Puts it there, over whatever file stands there. @returns which state it is in there */
  place(path: string): Promise<FileState>;
  /** Removes it where it was not placed; call it in any case. */
  discard(): Promise<void>;
}

/**
 * Writes pieces to a new file in `folder`, which is made when it is missing; leaves nothing behind when it fails.
 * @param usedMs when what is in it was last used, in milliseconds since the epoch; default now
 */
export async function writeUnplaced(folder: string, pieces: readonly Uint8Array[], usedMs?: number): Promise<Unplaced> {
  const temporary = join(folder, randomBytes(9).toString('base64url'));
  const handle = await openNew(temporary);
  let placed = false;
  const discard = async (): Promise<void> => {
    await handle.close();
    if (!placed) await rm(temporary, { force: true });
  };
  try {
    await writeAll(handle, pieces);
    return {
      sizeOnDisk: sizeOnDisk(fstatSync(handle.fd)),
      place: async (path) => {
        // Not before: a temporary file that is old belongs to nobody.
        if (usedMs !== undefined) await handle.utimes(usedMs / 1000, usedMs / 1000);
        await renameInto(temporary, path);
        placed = true;
        // Of what was written here, even where somebody else has put another file in its place by now.
        return fileStateOf(fstatSync(handle.fd, { bigint: true }));
      },
      discard,
    };
  } catch (cause) {
    await discard();
    throw cause;
  }
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return open(path, 'wx', 0o600);
}

async function renameInto(from: string, to: string): Promise<void> {
  try {
    return await rename(from, to);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  }
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await rename(from, to);
}

/** In one call, as long as the disk takes it: each is a trip to the thread pool. */
async function writeAll(handle: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  let left = pieces.filter((piece) => piece.byteLength > 0);
  for (let at = 0; left.length > 0; ) {
    const { bytesWritten } = await handle.writev(left.slice(0, mostPieces), at);
    at += bytesWritten;
    left = behind(left, bytesWritten);
  }
}

/** The pieces without their first `bytes` bytes. */
function behind(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes;
  return pieces.flatMap((piece) => {
    const from = Math.min(skip, piece.byteLength);
    skip -= from;
    return from < piece.byteLength ? [piece.subarray(from)] : [];
  });
}
