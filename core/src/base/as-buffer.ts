// Knows: bytes as the Buffer that searches and decodes them, without a copy. Refuses to know: what they mean.

/** A view of the same memory. */
export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
