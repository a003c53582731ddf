// Knows: the table at the head of an entry, and where it says that the bodies lie. Refuses to know: the bodies, and files.
// The grammar stands in entry-format.ts.
import { createHash } from 'node:crypto';
import { ByteReader, ByteWriter, type CacheKey, Fault, utf8Bytes } from '../base/index.js';
import { type Coding, codings } from './packing.js';

const magic = Uint8Array.of(0x73, 0x63, 0x63, 0x74, 0x73, 0x0d, 0x0a, 0x1a);
const version = 2;
const preamble = magic.byteLength + 4 + 4 + 32;
const maxMembers = 4096;

/** What file systems that share blocks between files share at least; a longer body as it is begins on such a boundary. */
export const block = 4096;

/** More than any object file that a machine with a sane amount of memory can link. */
export const maxRawBytes = 1024 * 1024 * 1024;

export interface Member {
  readonly role: string;
  readonly mode: number;
  readonly coding: Coding;
  readonly rawLength: number;
  readonly storedLength: number;
  readonly check: Uint8Array;
}

export interface Table {
  readonly compileMs: number;
  /** Packed for good. */
  readonly packed: boolean;
  readonly members: readonly Member[];
}

export interface Layout {
  /** Of the bodies, in the order of the table. */
  readonly offsets: readonly number[];
  /** What lies between and behind them, first byte and the one after the last, in the order of the file. */
  readonly gaps: readonly (readonly [from: number, to: number])[];
  /** Of the whole file. */
  readonly length: number;
}

export const corrupt = (key: CacheKey, problem: string, cause?: unknown): Fault =>
  new Fault('STORAGE_CORRUPT', `entry ${key}: ${problem}`, cause === undefined ? {} : { cause });

const wholeBlocks = (bytes: number): number => Math.ceil(bytes / block) * block;

/** A body that others may want to clone. */
export const isBig = ({ coding, storedLength }: Pick<Member, 'coding' | 'storedLength'>): boolean => coding === codings.raw && storedLength >= block;

/** @param from where the table ends */
export function layOut(from: number, members: readonly Pick<Member, 'coding' | 'storedLength'>[]): Layout {
  const offsets = members.map(() => 0);
  const gaps: [number, number][] = [];
  let at = from;
  for (const [index, member] of members.entries()) {
    if (isBig(member)) continue;
    offsets[index] = at;
    at += member.storedLength;
  }
  const align = (): void => {
    const to = wholeBlocks(at);
    if (to > at) gaps.push([at, to]);
    at = to;
  };
  for (const [index, member] of members.entries()) {
    if (!isBig(member)) continue;
    align();
    offsets[index] = at;
    at += member.storedLength;
  }
  if (members.some(isBig)) align();
  return { offsets, gaps, length: at };
}

const tableCheck = (key: CacheKey, table: Uint8Array): Buffer => createHash('sha256').update(key).update(table).digest();

/** Everything before the first body. */
export function writeTable(key: CacheKey, { compileMs, packed, members }: Table): Uint8Array {
  const table = new ByteWriter(64 * members.length + 64);
  table.u32(Math.min(0xffff_ffff, Math.max(0, Math.round(compileMs)))).u8(packed ? 1 : 0).u32(members.length);
  for (const member of members) {
    const role = utf8Bytes(member.role);
    table.u16(role.byteLength).bytes(role).u32(member.mode & 0o777).u8(member.coding);
    table.u64(member.rawLength).u64(member.storedLength).bytes(member.check);
  }
  const written = table.done();
  return new ByteWriter(preamble + written.byteLength).bytes(magic).u32(version).u32(written.byteLength).bytes(tableCheck(key, written)).bytes(written).done();
}

/** @throws Fault STORAGE_CORRUPT, or WIRE_MALFORMED where a length leads out of `bytes` */
export function readTable(key: CacheKey, bytes: Uint8Array): { readonly table: Table; readonly layout: Layout } {
  const head = new ByteReader(bytes);
  if (Buffer.compare(head.bytes(magic.byteLength), magic) !== 0) throw corrupt(key, 'does not begin like one');
  const found = head.u32();
  if (found !== version) throw corrupt(key, `is of version ${found}, not ${version}`);
  const length = head.u32();
  const check = head.bytes(32);
  const tableBytes = head.bytes(length);
  if (Buffer.compare(check, tableCheck(key, tableBytes)) !== 0) throw corrupt(key, 'table does not match its checksum');
  const table = readMembers(key, tableBytes);
  const layout = layOut(preamble + length, table.members);
  if (layout.length !== bytes.byteLength) throw corrupt(key, `is ${bytes.byteLength} bytes long, not ${layout.length}`);
  return { table, layout };
}

function readMembers(key: CacheKey, bytes: Uint8Array): Table {
  const table = new ByteReader(bytes);
  const compileMs = table.u32();
  const packed = table.bool();
  const count = table.u32();
  if (count < 2 || count > maxMembers) throw corrupt(key, `has ${count} members`);
  const members: Member[] = [];
  for (let at = 0; at < count; at++) {
    const role = table.utf8(table.u16());
    const mode = table.u32() & 0o777;
    const coding = codingOf(key, table.u8());
    members.push({ role, mode, coding, rawLength: table.safeU64(), storedLength: table.safeU64(), check: table.bytes(32) });
  }
  const raw = members.reduce((sum, member) => sum + member.rawLength, 0);
  if (raw > maxRawBytes) throw corrupt(key, `claims to hold ${raw} bytes`);
  if (table.left > 0) throw corrupt(key, 'has a table with bytes behind its end');
  refuseWrongNames(key, members);
  return { compileMs, packed, members };
}

function codingOf(key: CacheKey, number: number): Coding {
  const coding = Object.values(codings).find((it) => it === number);
  if (coding === undefined) throw corrupt(key, `coding ${number} is unknown`);
  return coding;
}

function refuseWrongNames(key: CacheKey, members: readonly Member[]): void {
  const [stdout, stderr, ...rest] = members;
  const named = new Set(rest.map((file) => file.role));
  if (stdout?.role !== '' || stderr?.role !== '' || named.has('') || named.size !== rest.length) throw corrupt(key, 'has members without their right names');
}
