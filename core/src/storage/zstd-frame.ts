// Knows: how much one zstd frame can decode to at most, read from its block headers (RFC 8878, 3.1.1).
// Refuses to know: decoding; the decoder at hand has no limit of its own, so this is asked first.

const frameMagic = 0xfd2fb528;
/** No block decodes to more. */
const blockMaximum = 128 * 1024;

/** Bytes of the frame header after the magic number, from its descriptor. */
function headerLength(descriptor: number): number {
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const contentSize = sizeFlag === 0 ? (singleSegment ? 1 : 0) : 1 << sizeFlag;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  return 1 + (singleSegment ? 0 : 1) + dictionary + contentSize;
}

/** The upper bound in bytes; undefined when `bytes` is not exactly one whole frame. */
export function mostDecoded(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 5 || view.getUint32(0, true) !== frameMagic) return undefined;
  const descriptor = view.getUint8(4);
  let at = 4 + headerLength(descriptor);
  let most = 0;
  for (;;) {
    if (at + 3 > bytes.byteLength) return undefined;
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const kind = (header >> 1) & 3;
    const size = header >> 3;
    if (kind === 3 || size > blockMaximum) return undefined;
    most += kind === 2 ? blockMaximum : size;
    at += 3 + (kind === 1 ? 1 : size);
    if ((header & 1) === 1) break;
  }
  if ((descriptor & 4) !== 0) at += 4;
  return at === bytes.byteLength ? most : undefined;
}
