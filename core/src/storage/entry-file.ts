// Knows: reading one whole file that may be anything, and writing one that nobody ever sees half of.
// Refuses to know: what is in it and when it is removed.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sizeOnDisk } from './disk-layout.js';

/** Longer than any entry can be; a file of this size is none. */
const maxFileBytes = 1152 * 1024 * 1024;

/** Every file read at once needs its memory at once. */
export type FileRead = { readonly kind: 'absent' } | { readonly kind: 'foreign'; readonly why: string } | { readonly kind: 'bytes'; readonly bytes: Buffer };

/** These say that the file is not one that we can use; anything else says that nothing can be read now. */
const foreignCodes = new Set(['EISDIR', 'ELOOP', 'EMLINK', 'ENXIO', 'EACCES', 'EPERM', 'EIO']);

/** Reads a regular file. Symbolic links, folders, devices and what changes its length meanwhile are `foreign`. */
export async function readRegular(path: string): Promise<FileRead> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    if (foreignCodes.has(code)) return { kind: 'foreign', why: `cannot be opened: ${code}` };
    throw cause;
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) return { kind: 'foreign', why: 'is not a regular file' };
    if (stat.size > maxFileBytes) return { kind: 'foreign', why: `is ${stat.size} bytes long` };
    const bytes = Buffer.allocUnsafeSlow(stat.size);
    let at = 0;
    while (at < bytes.byteLength) {
      const { bytesRead } = await handle.read(bytes, at, bytes.byteLength - at, at);
      if (bytesRead === 0) return { kind: 'foreign', why: `ends after ${at} of ${stat.size} bytes` };
      at += bytesRead;
    }
    return { kind: 'bytes', bytes };
  } finally {
    await handle.close();
  }
}

/** A written file that is not in place yet. */
export interface Unplaced {
  readonly sizeOnDisk: number;
  /** Puts it there, over whatever file stands there. */
  place(path: string): Promise<void>;
  /** Removes it; call it in any case once it is placed or not wanted. */
  discard(): Promise<void>;
}

/** Writes pieces to a new file in `folder`, which is made when it is missing; leaves nothing behind when it fails. */
export async function writeUnplaced(folder: string, pieces: readonly Uint8Array[]): Promise<Unplaced> {
  const temporary = join(folder, randomBytes(9).toString('base64url'));
  const discard = (): Promise<void> => rm(temporary, { force: true });
  try {
    const handle = await openNew(temporary);
    try {
      for (const piece of pieces) await writeAll(handle, piece);
      const stat = await handle.stat();
      return {
        sizeOnDisk: sizeOnDisk(stat),
        place: async (path) => {
          await mkdir(dirname(path), { recursive: true, mode: 0o700 });
          await rename(temporary, path);
        },
        discard,
      };
    } finally {
      await handle.close();
    }
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

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.byteLength - at);
    at += bytesWritten;
  }
}
