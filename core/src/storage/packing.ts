// Knows: how the bytes of a member are made smaller and big again within a bound, without holding up the event loop.
// Refuses to know: entries and files.
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { asBuffer } from '../base/index.js';
import { mostDecoded } from './zstd-frame.js';

/** The numbers are part of the entry format. */
export const codings = { raw: 0, zstd: 1, brotli: 2 } as const;
export type Coding = (typeof codings)[keyof typeof codings];

export interface Packed {
  readonly coding: Coding;
  readonly bytes: Uint8Array;
}

/** Turns bytes into packed ones and back. */
export interface Packing {
  pack(bytes: Uint8Array): Promise<Packed>;
  /** `unknown`: this machine cannot read that coding. `undefined`: the bytes are not what they claim to be. */
  unpack(packed: Packed, rawLength: number): Promise<Uint8Array | 'unknown' | undefined>;
}

/** Below this a frame's own header eats what packing saves. */
const notWorthIt = 128;
/** Below this a trip to the thread pool costs more than the work. */
const quick = 16 * 1024;
/** Encoders cut their blocks smaller than they need be, but not by more than this. */
const blockSlack = 16;

const brotliPack = promisify(brotliCompress);
const brotliUnpack = promisify(brotliDecompress);

interface Zstd {
  pack(bytes: Buffer): Promise<Buffer>;
  unpack(bytes: Buffer): Promise<Buffer>;
}

async function loadZstd(level: number): Promise<Zstd | undefined> {
  try {
    const { Encoder, Decoder } = await import('@toondepauw/node-zstd');
    const encoder = new Encoder(level);
    const decoder = new Decoder();
    return {
      pack: async (bytes) => (bytes.byteLength < quick ? encoder.encodeSync(bytes) : encoder.encode(bytes)),
      unpack: async (bytes) => (bytes.byteLength < quick ? decoder.decodeSync(bytes) : decoder.decode(bytes)),
    };
  } catch {
    // No prebuilt binary for this platform: brotli, which node carries, is nearly as good.
    return undefined;
  }
}


/** @param level zstd's, 1 to 22; @param allowed `brotli` leaves zstd out, as on a platform without it */
export function createPacking(level = 3, allowed: 'zstd' | 'brotli' = 'zstd'): Packing {
  let loading: Promise<Zstd | undefined> | undefined;
  const zstd = (): Promise<Zstd | undefined> => (loading ??= allowed === 'zstd' ? loadZstd(level) : Promise.resolve(undefined));

  async function pack(bytes: Uint8Array): Promise<Packed> {
    const raw: Packed = { coding: codings.raw, bytes };
    if (bytes.byteLength < notWorthIt) return raw;
    const encoder = await zstd();
    const packed: Packed =
      encoder === undefined
        ? { coding: codings.brotli, bytes: await brotliPack(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }) }
        : { coding: codings.zstd, bytes: await encoder.pack(asBuffer(bytes)) };
    return packed.bytes.byteLength < bytes.byteLength ? packed : raw;
  }

  async function unpackZstd(bytes: Uint8Array, rawLength: number): Promise<Uint8Array | 'unknown' | undefined> {
    const most = mostDecoded(bytes);
    if (most === undefined || most > rawLength * blockSlack + 1024 * 1024) return undefined;
    const decoder = await zstd();
    return decoder === undefined ? 'unknown' : decoder.unpack(asBuffer(bytes));
  }

  async function unpack({ coding, bytes }: Packed, rawLength: number): Promise<Uint8Array | 'unknown' | undefined> {
    if (coding === codings.raw) return bytes.byteLength === rawLength ? bytes : undefined;
    try {
      const unpacked =
        coding === codings.zstd
          ? await unpackZstd(bytes, rawLength)
          : await brotliUnpack(bytes, { maxOutputLength: Math.max(1, rawLength) });
      return typeof unpacked === 'object' && unpacked.byteLength !== rawLength ? undefined : unpacked;
    } catch {
      // Whatever the decoder dislikes, the member is not what was stored.
      return undefined;
    }
  }

  return { pack, unpack };
}
