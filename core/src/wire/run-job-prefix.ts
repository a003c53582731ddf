// Knows: how a run_job request begins, and how to take that beginning off a stream that arrives in pieces.
// Refuses to know: the archive of inputs that follows.
//
// Grammar:  body = u32 BIG endian n, n bytes run-job-header, zlib stream of a tar to the end of the body
import { Fault } from '../base/index.js';
import { runJobHeaderCodec } from './builder-codec.js';
import type { RunJobHeader } from './dist-messages.js';

/** What stands before the archive. */
export function encodeRunJobPrefix(header: RunJobHeader): Uint8Array {
  const encoded = runJobHeaderCodec.encode(header);
  const prefix = new Uint8Array(4 + encoded.byteLength);
  new DataView(prefix.buffer).setUint32(0, encoded.byteLength);
  prefix.set(encoded, 4);
  return prefix;
}

/** Far above any environment that an operating system lets a process have. */
export const runJobHeaderLimit = 16 * 1024 * 1024;

export interface RunJobPrefix {
  readonly header: RunJobHeader;
  /** What of the last chunk already belongs to the archive. */
  readonly rest: Uint8Array;
}

export interface RunJobPrefixReader {
  /**
   * Takes the next chunk; undefined as long as the header is not complete, afterwards it must not be called again.
   * Holds no more than it was given. @throws Fault WIRE_MALFORMED, or WIRE_TOO_LARGE as soon as the length says so
   */
  push(chunk: Uint8Array): RunJobPrefix | undefined;
  /** To be called when the body ended before the header did. @returns Fault WIRE_MALFORMED, to be thrown */
  cutShort(): Fault;
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** @param limit bytes of header that are accepted */
export function createRunJobPrefixReader(limit = runJobHeaderLimit): RunJobPrefixReader {
  let chunks: Uint8Array[] = [];
  let held = 0;
  let needed = 4;
  let lengthKnown = false;

  function learnLength(): void {
    const start = joined(chunks, held);
    chunks = [start];
    const length = new DataView(start.buffer).getUint32(0);
    if (length > limit) throw new Fault('WIRE_TOO_LARGE', `run_job header of ${length} bytes; at most ${limit} are accepted`);
    needed = 4 + length;
    lengthKnown = true;
  }

  return {
    push(chunk) {
      chunks.push(chunk);
      held += chunk.byteLength;
      if (!lengthKnown && held >= 4) learnLength();
      if (!lengthKnown || held < needed) return undefined;
      const start = joined(chunks, held);
      chunks = [];
      return { header: runJobHeaderCodec.decode(start.subarray(4, needed)), rest: start.subarray(needed) };
    },
    cutShort: () =>
      new Fault('WIRE_MALFORMED', `run_job body ended after ${held} bytes, before its header of ${needed} bytes did`),
  };
}
