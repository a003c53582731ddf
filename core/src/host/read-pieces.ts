// Knows: how to read a file piece by piece. Refuses to know: what is in it.
import { createReadStream } from 'node:fs';
import { Fault } from '../base/index.js';

/**
 * Hands a file to `onPiece` from beginning to end, a few hundred kilobytes at a time.
 * @throws Fault STORAGE_FAILED when it cannot be read
 */
export async function readPieces(path: string, onPiece: (piece: Uint8Array) => void): Promise<void> {
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 })) onPiece(piece as Uint8Array);
  } catch (cause) {
    throw new Fault('STORAGE_FAILED', `reading ${path}: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, { cause });
  }
}
