// Knows: how an entry lies in one file. Refuses to know: where the file is, and what the roles mean.
//
//   entry    = magic version table-length check table body*
//   magic    = "sccts\r\n\x1a"                       8 bytes; a text-mode copy breaks it
//   version  = u32, 1                               all numbers are little-endian
//   table-length = u32                              bytes of the table
//   check    = SHA-256 of key, table                key as its 64 hex digits: a renamed file is no entry
//   table    = compile-ms count member*
//   compile-ms = u32
//   count    = u32                                  at least 2: standard output, standard error, then files
//   member   = role-length role mode coding raw-length stored-length body-check
//   role-length = u16, role = UTF-8                 empty for the two streams
//   mode     = u32                                  permission bits; 0 for the streams
//   coding   = u8                                   0 as is, 1 zstd (one frame), 2 brotli
//   raw-length = u64, stored-length = u64
//   body-check = SHA-256 of the stored body         32 bytes
//   body     = stored-length bytes                  in the order of the table, nothing behind the last
import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { ByteReader, ByteWriter, type CacheKey, Fault, utf8Bytes } from '../base/index.js';
import { type Coding, codings, type Packing } from './packing.js';
import type { Entry, EntryFile } from './port.js';

const magic = Uint8Array.of(0x73, 0x63, 0x63, 0x74, 0x73, 0x0d, 0x0a, 0x1a);
const version = 1;
const preamble = magic.byteLength + 4 + 4 + 32;
const hashSlice = 4 * 1024 * 1024;
const maxMembers = 4096;

/** More than any object file that a machine with a sane amount of memory can link. */
export const maxRawBytes = 1024 * 1024 * 1024;

/** Hashes slice by slice, so that tens of megabytes do not hold up everybody else. */
async function checkOf(bytes: Uint8Array): Promise<Buffer> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.byteLength; at += hashSlice) {
    if (at > 0) await breathe();
    hash.update(bytes.subarray(at, at + hashSlice));
  }
  return hash.digest();
}

const tableCheck = (key: CacheKey, table: Uint8Array): Buffer => createHash('sha256').update(key).update(table).digest();

/** The file's bytes in pieces, to be written one after the other. */
export async function encodeEntry(key: CacheKey, entry: Entry, packing: Packing): Promise<readonly Uint8Array[]> {
  const stream = (bytes: Uint8Array): EntryFile => ({ role: '', mode: 0, bytes });
  const members = [stream(entry.stdout), stream(entry.stderr), ...entry.files];
  const roles = new Set(entry.files.map((file) => file.role));
  if (roles.size !== entry.files.length || roles.has('')) throw new Fault('IMPOSSIBLE', `entry ${key}: roles must be unique and not empty`);
  const raw = members.reduce((sum, member) => sum + member.bytes.byteLength, 0);
  if (raw > maxRawBytes) throw new Fault('STORAGE_FAILED', `entry ${key}: ${raw} bytes are more than an entry may hold (${maxRawBytes})`);
  const table = new ByteWriter(64 * members.length + 64).u32(Math.min(0xffff_ffff, Math.max(0, Math.round(entry.compileMs)))).u32(members.length);
  const bodies: Uint8Array[] = [];
  for (const member of members) {
    const packed = await packing.pack(member.bytes);
    const role = utf8Bytes(member.role);
    table.u16(role.byteLength).bytes(role).u32(member.mode & 0o777).u8(packed.coding);
    table.u64(member.bytes.byteLength).u64(packed.bytes.byteLength).bytes(await checkOf(packed.bytes));
    bodies.push(packed.bytes);
  }
  const written = table.done();
  const head = new ByteWriter(preamble).bytes(magic).u32(version).u32(written.byteLength).bytes(tableCheck(key, written)).done();
  return [head, written, ...bodies];
}

interface Member {
  readonly role: string;
  readonly mode: number;
  readonly coding: Coding;
  readonly rawLength: number;
  readonly check: Uint8Array;
  readonly stored: Uint8Array;
}

const corrupt = (key: CacheKey, problem: string, cause?: unknown): Fault =>
  new Fault('STORAGE_CORRUPT', `entry ${key}: ${problem}`, cause === undefined ? {} : { cause });

function codingOf(key: CacheKey, number: number): Coding {
  const coding = Object.values(codings).find((it) => it === number);
  if (coding === undefined) throw corrupt(key, `coding ${number} is unknown`);
  return coding;
}

function readTable(key: CacheKey, bytes: Uint8Array): { compileMs: number; members: readonly Member[] } {
  const head = new ByteReader(bytes);
  if (Buffer.compare(head.bytes(magic.byteLength), magic) !== 0) throw corrupt(key, 'does not begin like one');
  const found = head.u32();
  if (found !== version) throw corrupt(key, `is of version ${found}, not ${version}`);
  const length = head.u32();
  const check = head.bytes(32);
  const tableBytes = head.bytes(length);
  if (Buffer.compare(check, tableCheck(key, tableBytes)) !== 0) throw corrupt(key, 'table does not match its checksum');
  const table = new ByteReader(tableBytes);
  const compileMs = table.u32();
  const count = table.u32();
  if (count < 2 || count > maxMembers) throw corrupt(key, `has ${count} members`);
  const members: Member[] = [];
  let raw = 0;
  for (let at = 0; at < count; at++) {
    const role = table.utf8(table.u16());
    const mode = table.u32() & 0o777;
    const coding = codingOf(key, table.u8());
    const rawLength = table.safeU64();
    const stored = head.bytes(table.safeU64());
    raw += rawLength;
    members.push({ role, mode, coding, rawLength, check: table.bytes(32), stored });
  }
  if (raw > maxRawBytes) throw corrupt(key, `claims to hold ${raw} bytes`);
  if (table.left > 0 || head.left > 0) throw corrupt(key, 'has bytes behind its end');
  return { compileMs, members };
}

/**
 * Reads an entry back; `unknown` when it is whole but packed in a way that this machine cannot read.
 * The result shares memory with `bytes`.
 * @throws Fault STORAGE_CORRUPT when it is anything but what was stored under this key
 */
export async function decodeEntry(key: CacheKey, bytes: Uint8Array, packing: Packing): Promise<Entry | 'unknown'> {
  let read: ReturnType<typeof readTable>;
  try {
    read = readTable(key, bytes);
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'WIRE_MALFORMED') throw corrupt(key, 'is cut off or malformed', thrown);
    throw thrown;
  }
  const files: EntryFile[] = [];
  for (const { role, mode, coding, rawLength, check, stored } of read.members) {
    if (Buffer.compare(check, await checkOf(stored)) !== 0) throw corrupt(key, `"${role}" does not match its checksum`);
    const raw = await packing.unpack({ coding, bytes: stored }, rawLength);
    if (raw === 'unknown') return 'unknown';
    if (raw === undefined) throw corrupt(key, `"${role}" does not unpack to ${rawLength} bytes`);
    files.push({ role, mode, bytes: raw });
  }
  const [stdout, stderr, ...rest] = files;
  const named = new Set(rest.map((file) => file.role));
  if (stdout?.role !== '' || stderr?.role !== '' || named.has('') || named.size !== rest.length) throw corrupt(key, 'has members without their right names');
  return { files: rest, stdout: stdout.bytes, stderr: stderr.bytes, compileMs: read.compileMs };
}
