// Knows: how a stream of bytes falls into frames, however it was cut. Refuses to know: what a frame says.
import { Fault } from '../base/index.js';
import { maxFrameLength } from './launcher-frames.js';

/** Takes pieces of a stream, gives whole frames without their lengths. Holds no more than one unfinished frame. */
export interface FrameSplitter {
  /**
   * The frames that this piece completes. They may be views into it.
   * @throws Fault WIRE_TOO_LARGE, WIRE_MALFORMED (a frame without a kind)
   */
  push(piece: Uint8Array): readonly Uint8Array[];
}

function lengthAt(bytes: Uint8Array, at: number, limit: number): number {
  const length = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
  if (length > limit) throw new Fault('WIRE_TOO_LARGE', `a frame announces ${length} bytes, more than ${limit}`);
  if (length === 0) throw new Fault('WIRE_MALFORMED', 'a frame announces no bytes at all');
  return length;
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

export function createFrameSplitter(limit = maxFrameLength): FrameSplitter {
  let held: Uint8Array[] = [];
  let size = 0;
  // Bytes that must be there before looking again, so that a long frame is joined once and not once a piece.
  let wanted = 4;
  return {
    push(piece) {
      held.push(piece);
      size += piece.byteLength;
      if (size < wanted) return [];
      const bytes = joined(held, size);
      const frames: Uint8Array[] = [];
      let at = 0;
      wanted = 4;
      while (bytes.byteLength - at >= 4) {
        const end = at + 4 + lengthAt(bytes, at, limit);
        if (end > bytes.byteLength) {
          wanted = end - at;
          break;
        }
        frames.push(bytes.subarray(at + 4, end));
        at = end;
      }
      size = bytes.byteLength - at;
      held = size === 0 ? [] : [bytes.subarray(at)];
      return frames;
    },
  };
}
