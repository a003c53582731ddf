// Knows: the bytes of a tar: headers that both GNU tar and sccache's unpacker read, and how to pack files into one as a stream.
// Refuses to know: which files, and compression.
// Written here rather than by `tar` (its paths, links and owners come from the disk, so that archives differ each time) or
// `tar-stream` (no headers as bytes, which archives put together from kept members need).
//
// Grammar:  archive = member*, 1024 zero bytes
//           member  = [long 'K', link target] [long 'L', name] header content, each part padded with zeros to 512 bytes
//           long    = header of an entry named `././@LongLink` whose content is the text and a zero byte
import { createReadStream } from 'node:fs';
import { Fault } from '../base/index.js';

export type TarKind = 'file' | 'directory' | 'link';

export interface TarEntry {
  readonly kind: TarKind;
  /** Without a leading slash. */
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Bytes of content; 0 unless a file. */
  readonly size: number;
  /** Where a symbolic link points. */
  readonly target?: string;
}

const block = 512;
const nameField = 100;
/** What eleven octal digits hold. */
const largest = 8 ** 11 - 1;
const typeFlags: Readonly<Record<TarKind, string>> = { file: '0', directory: '5', link: '2' };
/** File-type bits, which sccache's packer puts before the permissions. */
const typeBits: Readonly<Record<TarKind, number>> = { file: 0o100000, directory: 0o040000, link: 0o120000 };

/** The two empty blocks that end an archive. */
export const tarEnd = Buffer.alloc(2 * block);

/** Zero bytes that follow `size` bytes of content. */
export function tarPadding(size: number): number {
  return (block - (size % block)) % block;
}

interface HeaderFields {
  readonly name: Buffer;
  readonly target: Buffer;
  readonly flag: string;
  readonly mode: number;
  readonly size: number;
  readonly mtime: number;
}

function header(fields: HeaderFields): Buffer {
  const bytes = Buffer.alloc(block);
  const octal = (value: number, at: number, digits: number): void => void bytes.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
  bytes.set(fields.name.subarray(0, nameField), 0);
  octal(fields.mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(fields.size, 124, 11);
  octal(fields.mtime, 136, 11);
  bytes.write(' '.repeat(8), 148, 'latin1');
  bytes.write(fields.flag, 156, 'latin1');
  bytes.set(fields.target.subarray(0, nameField), 157);
  bytes.write('ustar  \0', 257, 'latin1');
  octal(bytes.reduce((sum, byte) => sum + byte, 0), 148, 6);
  bytes.writeUInt8(0, 154);
  return bytes;
}

function long(flag: 'L' | 'K', text: Buffer): readonly Buffer[] {
  const name = Buffer.from('././@LongLink');
  const size = text.byteLength + 1;
  const head = header({ name, target: Buffer.alloc(0), flag, mode: 0o644, size, mtime: 0 });
  return [head, text, Buffer.alloc(1 + tarPadding(size))];
}

/**
 * Everything of a member that stands before its content. Owner and group are always 0.
 * @throws Fault ARCHIVE_MALFORMED when a size or time cannot be written, or a name holds a zero byte
 */
export function tarHeader(entry: TarEntry): Buffer {
  const { kind, size } = entry;
  const mtime = Math.max(0, Math.floor(entry.mtime));
  if (size > largest || mtime > largest || `${entry.name}${entry.target ?? ''}`.includes('\0')) {
    throw new Fault('ARCHIVE_MALFORMED', `${entry.name}: its name, its size of ${size} or its time ${mtime} does not fit a tar header`);
  }
  const name = Buffer.from(kind === 'directory' ? `${entry.name}/` : entry.name);
  const target = Buffer.from(entry.target ?? '');
  const parts: Buffer[] = [];
  if (target.byteLength > nameField) parts.push(...long('K', target));
  if (name.byteLength > nameField) parts.push(...long('L', name));
  parts.push(header({ name, target, flag: typeFlags[kind], mode: typeBits[kind] | (entry.mode & 0o7777), size, mtime }));
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

/** An entry and, for a file, where its content is read. */
export interface TarSource {
  readonly entry: TarEntry;
  readonly path?: string;
}

/**
 * The archive, piece by piece; never more than one piece of one file is held.
 * @throws Fault ARCHIVE_MALFORMED when a file no longer has the size that was announced; whatever reading throws
 */
export async function* tarOf(sources: readonly TarSource[]): AsyncGenerator<Buffer> {
  for (const { entry, path } of sources) {
    yield tarHeader(entry);
    if (path === undefined || entry.size === 0) continue;
    let read = 0;
    for await (const chunk of createReadStream(path, { end: entry.size, highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
      read += chunk.byteLength;
      if (read > entry.size) break;
      yield chunk;
    }
    if (read !== entry.size) throw new Fault('ARCHIVE_MALFORMED', `${path} changed while it was being packed`);
    yield Buffer.alloc(tarPadding(entry.size));
  }
  yield tarEnd;
}
