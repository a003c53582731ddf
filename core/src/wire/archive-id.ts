// Knows: how sccache spells the digest of a toolchain archive. Refuses to know: how the digest is computed.
import { Fault } from '../base/index.js';
import type { ArchiveId } from './dist-messages.js';

/** @param blake3 BLAKE3-256 of the archive file, 32 bytes. Sccache prints the low nibble of every byte first. */
export function archiveIdFromHash(blake3: Uint8Array): ArchiveId {
  if (blake3.byteLength !== 32) throw new Fault('IMPOSSIBLE', `a BLAKE3-256 digest has 32 bytes, not ${blake3.byteLength}`);
  let id = '';
  for (const byte of blake3) id += (byte & 0xf).toString(16) + (byte >> 4).toString(16);
  return id;
}

/** True for 64 lower-case hex digits. Ask before an id from a peer becomes part of a path. */
export function isArchiveId(text: string): text is ArchiveId {
  return /^[0-9a-f]{64}$/.test(text);
}
