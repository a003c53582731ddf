// Knows: how a request's body is taken from a peer that may be slow, silent or endless.
// Refuses to know: what the bytes mean.
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Fault } from '../base/index.js';

/** Patience with peers that send. Time counts only while we wait for bytes, never while a handler keeps the peer waiting. */
export interface BodyPolicy {
  /** Longest silence, and the waiting that is granted in all before the rate counts, in milliseconds. */
  readonly silenceMs: number;
  /** Bytes per second that a peer must reach on average to be waited for longer than that. */
  readonly slowestRate: number;
  /** What is read and thrown away of a body nobody wanted, so that the peer can read its reply. */
  readonly drainBytes: number;
  readonly drainMs: number;
}

export const bodyPolicy: BodyPolicy = {
  silenceMs: 30_000,
  slowestRate: 1024,
  drainBytes: 512 * 1024 * 1024,
  drainMs: 60_000,
};

export interface RequestBody {
  /** Fails with Fault HTTP_TIMEOUT (too slow) or HTTP_UNREACHABLE (the peer went away before the end). */
  readonly stream: Readable;
  /** The whole body. @throws Fault WIRE_TOO_LARGE as soon as more than `limit` bytes are announced or have come */
  read(limit: number): Promise<Uint8Array>;
  /** Bytes of it that have come so far. */
  received(): number;
  /** Takes what is left off the connection; false when that was too much, and the connection must go. */
  drain(): Promise<boolean>;
}

interface Patience {
  waiting(): void;
  served(bytes: number): void;
}

function createPatience(policy: BodyPolicy, impatient: () => void): Patience {
  let since: number | undefined;
  let waited = 0;
  let received = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    waiting() {
      if (since !== undefined) return;
      since = performance.now();
      const granted = policy.silenceMs + (received / policy.slowestRate) * 1000 - waited;
      timer = setTimeout(impatient, Math.max(0, Math.min(policy.silenceMs, granted)));
    },
    served(bytes) {
      received += bytes;
      if (since !== undefined) waited += performance.now() - since;
      since = undefined;
      clearTimeout(timer);
    },
  };
}

function streamOf(request: IncomingMessage, policy: BodyPolicy): { readonly stream: Readable; readonly received: () => number } {
  let attached = false;
  let received = 0;
  const patience = createPatience(policy, () => {
    stream.destroy(new Fault('HTTP_TIMEOUT', `request body came too slowly or not at all; given up on it`));
  });
  const onData = (chunk: Buffer): void => {
    patience.served(chunk.byteLength);
    received += chunk.byteLength;
    if (stream.push(chunk)) patience.waiting();
    else request.pause();
  };
  const onEnd = (): void => {
    patience.served(0);
    stream.push(null);
  };
  const onGone = (): void => {
    if (request.complete) return;
    stream.destroy(new Fault('HTTP_UNREACHABLE', 'the peer went away before the end of its request body'));
  };
  const stream = new Readable({
    read() {
      patience.waiting();
      if (!attached) {
        attached = true;
        request.on('data', onData).on('end', onEnd).on('close', onGone);
        if (request.destroyed) onGone();
      }
      request.resume();
    },
    destroy(error, done) {
      patience.served(0);
      request.off('data', onData).off('end', onEnd).off('close', onGone);
      request.pause();
      done(error);
    },
  });
  // A handler that has stopped reading is told by its call's signal; an unheard error must not end the process.
  stream.on('error', () => undefined);
  return { stream, received: () => received };
}

async function readWhole(stream: Readable, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > limit) throw new Fault('WIRE_TOO_LARGE', `request body is longer than the ${limit} bytes that are accepted here`);
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks, size);
  return new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength);
}

function discardRest(request: IncomingMessage, policy: BodyPolicy): Promise<boolean> {
  return new Promise((resolve) => {
    let size = 0;
    const settle = (drained: boolean) => (): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', ended).off('close', gone);
      resolve(drained);
    };
    const ended = settle(true);
    const gone = settle(false);
    const onData = (chunk: Buffer): void => {
      size += chunk.byteLength;
      if (size > policy.drainBytes) gone();
    };
    const timer = setTimeout(gone, policy.drainMs);
    request.on('data', onData).on('end', ended).on('close', gone);
    request.resume();
  });
}

export function requestBody(request: IncomingMessage, policy: BodyPolicy): RequestBody {
  const { stream, received } = streamOf(request, policy);
  return {
    stream,
    received,
    async read(limit) {
      const announced = Number(request.headers['content-length'] ?? 0);
      if (announced > limit) {
        throw new Fault('WIRE_TOO_LARGE', `request body of ${announced} bytes; at most ${limit} are accepted here`);
      }
      return readWhole(stream, limit);
    },
    async drain() {
      stream.destroy();
      if (request.readableEnded) return true;
      if (request.destroyed) return false;
      return discardRest(request, policy);
    },
  };
}
