// Knows: how an archive that arrives in pieces becomes a file, and when to stop. Refuses to know: its name and its digest.
import { createWriteStream } from 'node:fs';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../base/index.js';

export interface Receiving {
  /** The file, made here. */
  readonly path: string;
  readonly maxBytes: number;
  /** Asked again and again: true when the rest is for nothing. */
  readonly needless: () => boolean;
  readonly signal: AbortSignal | undefined;
}

class TooLarge extends Error {}
class Needless extends Error {}

const isFull = (cause: unknown): boolean => ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '');

/** Passes everything on until it is too much, or for nothing. */
function gate({ maxBytes, needless }: Receiving): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      passed += chunk.byteLength;
      if (passed > maxBytes) done(new TooLarge());
      else if (needless()) done(new Needless());
      else done(null, chunk);
    },
  });
}

async function write(source: Readable, receiving: Receiving): Promise<void> {
  const { path, signal } = receiving;
  const through = gate(receiving);
  const failed = new AbortController();
  let sourceFault: Error | undefined;
  const onGone = (): void => {
    sourceFault ??= source.errored ?? new Fault('CANCELLED', `${path}: the sender went away before the end`);
    failed.abort();
  };
  const onClose = (): void => {
    if (!source.readableEnded) onGone();
  };
  source.on('error', onGone).on('close', onClose);
  if (source.destroyed && !source.readableEnded) onGone();
  source.pipe(through);
  try {
    const stop = signal === undefined ? failed.signal : AbortSignal.any([failed.signal, signal]);
    await pipeline(through, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal: stop });
  } catch (cause) {
    throw sourceFault ?? cause;
  } finally {
    source.unpipe(through);
    source.off('error', onGone).off('close', onClose);
  }
}

/**
 * The stream is not destroyed by a refusal: a reply may have to go back over the connection that it comes from.
 * @throws whatever the stream or the disk fails with; a full disk is a value
 */
export async function receive(source: Readable, receiving: Receiving): Promise<'whole' | 'needless' | 'too-large' | 'disk-full'> {
  try {
    await write(source, receiving);
    return 'whole';
  } catch (cause) {
    if (cause instanceof TooLarge) return 'too-large';
    if (cause instanceof Needless) return 'needless';
    if (isFull(cause)) return 'disk-full';
    throw cause;
  }
}
