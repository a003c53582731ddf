// Knows: how our own digests are made from labelled parts. Refuses to know: files (core/host reads them) and
// sccache's archive ids (core/wire spells those).
import { createHash } from 'node:crypto';

/** SHA-256 as 64 lower-case hex digits. SHA-256 because the processor has it in silicon and node has it built in. */
export type Digest = string & { readonly __digest: unique symbol };

/** The digest of some bytes. For more than a few megabytes use core/host, which hashes off the event loop. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return createHash('sha256').update(bytes).digest('hex') as Digest;
}

/** Checks that text has the form of a digest; undefined otherwise. */
export function parseDigest(text: string): Digest | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? (text as Digest) : undefined;
}

/** One labelled ingredient of a key. `why` compares two lists of these and names the label that differs. */
export interface KeyPart {
  /** What it is, e.g. `argument`, `compiler`, `file /usr/include/stdio.h`. */
  readonly label: string;
  readonly value: string;
}

/** A cache key: the digest of its parts. */
export type CacheKey = Digest;

/**
 * Grammar: for each part in order, u32 LE byte length of label, label, u32 LE byte length of value, value.
 * Lengths stand before the text, so no two different lists give the same bytes.
 */
export function keyOf(parts: readonly KeyPart[]): CacheKey {
  const hash = createHash('sha256');
  const length = Buffer.alloc(4);
  const add = (text: string): void => {
    length.writeUInt32LE(Buffer.byteLength(text));
    hash.update(length).update(text);
  };
  for (const part of parts) {
    add(part.label);
    add(part.value);
  }
  return hash.digest('hex') as CacheKey;
}
