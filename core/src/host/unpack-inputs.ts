// Knows: the inputs of a job: a zlib stream of a tar, unpacked into the uppermost layer of a root.
// Refuses to know: what is compiled. Bytes after the zlib stream do not matter.
import type { Readable } from 'node:stream';
import { createInflate } from 'node:zlib';
import { Fault } from '../base/index.js';
import type { RootView } from './root-view-disk.js';
import { type Unpacked, type UnpackLimits, unpackTar } from './unpack-tar.js';

export interface UnpackInputsOptions {
  /** On the host: the folder of the view's uppermost layer. */
  readonly upper: string;
  readonly limits: UnpackLimits;
  readonly signal?: AbortSignal;
}

/**
 * The stream is read to the archive's end at most and never destroyed: the reply goes back over its connection.
 * @throws Fault ARCHIVE_MALFORMED, ARCHIVE_HOSTILE, STORAGE_FAILED, CANCELLED
 */
export async function unpackInputs(compressed: Readable, root: RootView, options: UnpackInputsOptions): Promise<Unpacked> {
  const inflate = createInflate({ chunkSize: 64 * 1024 });
  const broken = (why: string, cause?: unknown): void => {
    inflate.destroy(new Fault('ARCHIVE_MALFORMED', `inputs: ${why}`, { cause }));
  };
  const onError = (cause: Error): void => broken(cause.message, cause);
  const onClose = (): void => {
    if (!compressed.readableEnded) broken('the sender went away before the end');
  };
  compressed.on('error', onError).on('close', onClose);
  if (compressed.destroyed) onClose();
  compressed.pipe(inflate);
  try {
    return await unpackTar(inflate, root, { ...options, hardLinks: false });
  } finally {
    compressed.unpipe(inflate);
    compressed.off('error', onError).off('close', onClose);
    inflate.destroy();
  }
}
