// Knows: how an entry lies in one file. Refuses to know: where the file is, and what the roles mean.
//
//   entry    = magic version table-length check table small* (gap big)* [gap]
//   magic    = "sccts\r\n\x1a"                       8 bytes; a text-mode copy breaks it
//   version  = u32, 2                               all numbers are little-endian
//   table-length = u32                              bytes of the table
//   check    = SHA-256 of key, table                key as its 64 hex digits: a renamed file is no entry
//   table    = compile-ms packed count member*
//   compile-ms = u32
//   packed   = u8                                   1: better packed for good (port.ts); else 0
//   count    = u32                                  at least 2: standard output, standard error, then files
//   member   = role-length role mode coding raw-length stored-length body-check
//   role-length = u16, role = UTF-8                 empty for the two streams
//   mode     = u32                                  permission bits; 0 for the streams
//   coding   = u8                                   0 as is, 1 zstd (one frame), 2 brotli
//   raw-length = u64, stored-length = u64
//   body-check = SHA-256 of the stored body         32 bytes
//   small, big = stored-length bytes                the bodies, each kind in the order of the table, nothing behind the last
//     big: coding 0 and at least 4096 bytes         can be cloned in whole blocks, which lie inside the file to the last one
//   gap      = zeros up to a multiple of 4096 bytes from the beginning of the file; the last one only behind a big body
import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { type CacheKey, Fault, isFault } from '../base/index.js';
import { block, corrupt, isBig, layOut, maxRawBytes, type Member, readTable, writeTable } from './entry-table.js';
import { codings, type Packed, type Packing } from './packing.js';
import type { Entry, EntryFile, Located } from './port.js';

const hashSlice = 1024 * 1024;
const zeros = new Uint8Array(block);

/** Hashes slice by slice, so that tens of megabytes do not hold up everybody else. */
async function checkOf(bytes: Uint8Array): Promise<Buffer> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.byteLength; at += hashSlice) {
    if (at > 0) await breathe();
    hash.update(bytes.subarray(at, at + hashSlice));
  }
  return hash.digest();
}

/** Where the files of a plain entry lie in its file. */
export type Places = Located['files'];

export interface Encoded {
  /** The file's bytes in pieces, one after the other. */
  readonly pieces: readonly Uint8Array[];
  readonly places: Places;
}

/** @param packing undefined: the bodies stay as they are */
export async function encodeEntry(key: CacheKey, entry: Entry, packing: Packing | undefined): Promise<Encoded> {
  const stream = (bytes: Uint8Array): EntryFile => ({ role: '', mode: 0, bytes });
  const given = [stream(entry.stdout), stream(entry.stderr), ...entry.files];
  const roles = new Set(entry.files.map((file) => file.role));
  if (roles.size !== entry.files.length || roles.has('')) throw new Fault('IMPOSSIBLE', `entry ${key}: roles must be unique and not empty`);
  const raw = given.reduce((sum, member) => sum + member.bytes.byteLength, 0);
  if (raw > maxRawBytes) throw new Fault('STORAGE_FAILED', `entry ${key}: ${raw} bytes are more than an entry may hold (${maxRawBytes})`);
  const members: Member[] = [];
  const bodies: Uint8Array[] = [];
  for (const { role, mode, bytes } of given) {
    const body: Packed = packing === undefined ? { coding: codings.raw, bytes } : await packing.pack(bytes);
    const check = await checkOf(body.bytes);
    members.push({ role, mode, coding: body.coding, rawLength: bytes.byteLength, storedLength: body.bytes.byteLength, check });
    bodies.push(body.bytes);
  }
  const head = writeTable(key, { compileMs: entry.compileMs, packed: entry.packed === true, members });
  const { offsets, gaps } = layOut(head.byteLength, members);
  const smalls = bodies.filter((_, at) => !isBig(members[at] as Member));
  const later: { at: number; bytes: Uint8Array }[] = gaps.map(([from, to]) => ({ at: from, bytes: zeros.subarray(0, to - from) }));
  for (const [at, bytes] of bodies.entries()) {
    if (isBig(members[at] as Member)) later.push({ at: offsets[at] as number, bytes });
  }
  later.sort((a, b) => a.at - b.at);
  const places = entry.files.map(({ role, mode, bytes }, at) => ({ role, mode: mode & 0o777, offset: offsets[at + 2] as number, length: bytes.byteLength }));
  return { pieces: [head, ...smalls, ...later.map((it) => it.bytes)], places };
}

export interface Decoded {
  /** Shares memory with what it was read from. */
  readonly entry: Entry;
  /** Undefined when a body does not lie as it is. */
  readonly places: Places | undefined;
}

/**
 * Reads an entry back; `unknown` when it is whole but packed in a way that this machine cannot read.
 * @throws Fault STORAGE_CORRUPT when it is anything but what was stored under this key
 */
export async function decodeEntry(key: CacheKey, bytes: Uint8Array, packing: Packing): Promise<Decoded | 'unknown'> {
  const { table, layout } = readWhole(key, bytes);
  if (layout.gaps.some(([from, to]) => Buffer.compare(bytes.subarray(from, to), zeros.subarray(0, to - from)) !== 0)) {
    throw corrupt(key, 'has something in its gaps');
  }
  const files: EntryFile[] = [];
  for (const [at, { role, mode, coding, rawLength, storedLength, check }] of table.members.entries()) {
    const offset = layout.offsets[at] as number;
    // A view that is never a Buffer, whose `slice` and JSON differ from Uint8Array's.
    const stored = new Uint8Array(bytes.buffer, bytes.byteOffset + offset, storedLength);
    if (Buffer.compare(check, await checkOf(stored)) !== 0) throw corrupt(key, `"${role}" does not match its checksum`);
    const raw = await packing.unpack({ coding, bytes: stored }, rawLength);
    if (raw === 'unknown') return 'unknown';
    if (raw === undefined) throw corrupt(key, `"${role}" does not unpack to ${rawLength} bytes`);
    files.push({ role, mode, bytes: raw });
  }
  const [stdout, stderr, ...rest] = files as [EntryFile, EntryFile, ...EntryFile[]];
  const entry = { files: rest, stdout: stdout.bytes, stderr: stderr.bytes, compileMs: table.compileMs, ...(table.packed ? { packed: true } : {}) };
  const asTheyAre = table.members.every((member) => member.coding === codings.raw);
  const places = rest.map(({ role, mode, bytes: { byteLength: length } }, at) => ({ role, mode, offset: layout.offsets[at + 2] as number, length }));
  return { entry, places: asTheyAre ? places : undefined };
}

function readWhole(key: CacheKey, bytes: Uint8Array): ReturnType<typeof readTable> {
  try {
    return readTable(key, bytes);
  } catch (thrown) {
    if (isFault(thrown, 'WIRE_MALFORMED')) throw corrupt(key, 'is cut off or malformed', thrown);
    throw thrown;
  }
}
