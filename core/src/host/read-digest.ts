// Knows: how a file is read whole and hashed so that it is certain which file that was. Refuses to know: what is remembered of it.
//
// Reading a small file through promises costs ten times what reading it costs, and headers are small and many; they were just read by a
// compiler, so that the kernel has them at hand. Big files are read off the event loop.
import { createHash } from 'node:crypto';
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Digest, digestOf } from '../base/index.js';
import { identityOf } from './reachable-stat.js';

export interface DigestedFile {
  readonly digest: Digest;
  readonly stat: BigIntStats;
}

/** Gets a content that was read whole; the bytes are its only for the length of the call. */
export type ContentListener = (digest: Digest, content: Uint8Array) => void;

/** Bytes; files up to this are read at once. */
export const smallFile = 256 * 1024;
const chunkSize = 1024 * 1024;

/** A FIFO that came in place of a file is not waited for. */
const flags = constants.O_RDONLY | constants.O_NONBLOCK;

const gone = new Set(['ENOENT', 'EACCES', 'ENOTDIR', 'ELOOP', 'ENXIO']);
const isGone = (thrown: unknown): boolean => gone.has((thrown as NodeJS.ErrnoException).code ?? '');

let shared: Buffer | undefined;

/** @returns how much of the buffer was filled; all of it: there may be more */
function fill(fd: number, buffer: Buffer): number {
  let filled = 0;
  while (filled < buffer.byteLength) {
    const read = readSync(fd, buffer, filled, buffer.byteLength - filled, null);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}

/** Undefined when the file changed meanwhile, is gone or is none; `big` when it is not small (any more). */
export function readSmallDigest(path: string, onContent?: ContentListener): DigestedFile | 'big' | undefined {
  let fd: number;
  try {
    fd = openSync(path, flags);
  } catch (thrown) {
    if (isGone(thrown)) return undefined;
    throw thrown;
  }
  try {
    const before = fstatSync(fd, { bigint: true });
    if (!before.isFile()) return undefined;
    if (before.size > smallFile) return 'big';
    shared ??= Buffer.allocUnsafeSlow(smallFile + 1);
    const length = fill(fd, shared);
    if (length > smallFile) return 'big';
    const stat = fstatSync(fd, { bigint: true });
    if (identityOf(before) !== identityOf(stat)) return undefined;
    const content = shared.subarray(0, length);
    const digest = digestOf(content);
    onContent?.(digest, content);
    return { digest, stat };
  } finally {
    closeSync(fd);
  }
}

/** Undefined when the file changed meanwhile, is gone or is none. */
export async function readBigDigest(path: string): Promise<DigestedFile | undefined> {
  const handle = await open(path, flags).catch((thrown: unknown) => {
    if (isGone(thrown)) return undefined;
    throw thrown;
  });
  if (handle === undefined) return undefined;
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile()) return undefined;
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(Math.min(Number(before.size) + 1, chunkSize));
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.byteLength);
      if (bytesRead === 0) break;
      hash.update(chunk.subarray(0, bytesRead));
    }
    const stat = await handle.stat({ bigint: true });
    if (identityOf(before) !== identityOf(stat)) return undefined;
    return { digest: hash.digest('hex') as Digest, stat };
  } finally {
    await handle.close();
  }
}

/** Either of the two, as the file asks for. */
export async function readDigest(path: string, onContent?: ContentListener): Promise<DigestedFile | undefined> {
  const small = readSmallDigest(path, onContent);
  return small === 'big' ? readBigDigest(path) : small;
}
