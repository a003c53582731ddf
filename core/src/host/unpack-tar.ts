// Knows: how a tar's entries become files inside a root, whatever the archive tries. Refuses to know: compression, and what
// the archive is for. Own extractor, because the libraries' ones rewrite absolute symlinks, which are right inside a root.
import { constants, chmodSync, closeSync, fchmodSync, futimesSync, linkSync, openSync, symlinkSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Header } from 'tar-stream';
import { Fault } from '../base/index.js';
import type { RootView } from './root-view-disk.js';

export interface UnpackLimits {
  /** Of all files together, unpacked. */
  readonly maxBytes: number;
  readonly maxEntries: number;
}

export interface UnpackOptions {
  /** The folder of the view's uppermost layer: hard links are made inside it only. */
  readonly upper: string;
  readonly limits: UnpackLimits;
  /** Whether hard links to regular files that this archive brought before are understood; a fault otherwise. */
  readonly hardLinks: boolean;
  /** Whether everybody may read what its owner may: jobs run under other ids than whoever unpacked. */
  readonly readableByAll?: boolean;
  readonly signal?: AbortSignal;
}

export interface Unpacked {
  readonly bytes: number;
  readonly entries: number;
}

/** What the library hands out for each entry, as far as it is used here. */
interface TarEntry extends AsyncIterable<Uint8Array> {
  readonly header: Header;
  resume(): unknown;
}

/** Files up to this size are gathered and written in one go: the calls of node's thread pool cost more than the writing. */
const smallFile = 256 * 1024;
const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Type bits, setuid, setgid and sticky never come out of an archive. */
const permissions = 0o777;

const hostile = (header: Header, why: string): Fault => new Fault('ARCHIVE_HOSTILE', `archive entry ${JSON.stringify(header.name.slice(0, 300))} ${why}`);

function checkName(header: Header): void {
  if (header.name.split('/').includes('..')) throw hostile(header, 'has ".." in its name');
  if (header.name.includes('\0')) throw hostile(header, 'has a zero byte in its name');
  if (Object.keys(header.pax ?? {}).some((key) => key.startsWith('GNU.sparse.'))) throw hostile(header, 'is a sparse file, which is not unpacked');
}

const seconds = (header: Header): number => {
  const at = header.mtime.getTime() / 1000;
  return Number.isFinite(at) && at >= 0 ? at : 0;
};

const modeOf = (header: Header, { readableByAll }: UnpackOptions): number => {
  const mode = header.mode & permissions;
  const read = mode & 0o500;
  return readableByAll === true ? mode | (read >> 3) | (read >> 6) : mode;
};

function finish(file: number, header: Header, options: UnpackOptions): void {
  fchmodSync(file, modeOf(header, options));
  futimesSync(file, seconds(header), seconds(header));
}

async function writeSmall(entry: TarEntry, path: string, options: UnpackOptions): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  const file = openSync(path, newFile, 0o600);
  try {
    for (const chunk of chunks) for (let at = 0; at < chunk.byteLength; ) at += writeSync(file, chunk, at);
    finish(file, entry.header, options);
  } finally {
    closeSync(file);
  }
}

async function writeLarge(entry: TarEntry, path: string, options: UnpackOptions): Promise<void> {
  const file = await open(path, newFile, 0o600);
  try {
    for await (const bytes of entry) {
      for (let at = 0; at < bytes.byteLength; ) at += (await file.write(bytes, at)).bytesWritten;
    }
    finish(file.fd, entry.header, options);
  } finally {
    await file.close();
  }
}

function link(root: RootView, header: Header, options: UnpackOptions): void {
  if (!options.hardLinks) throw hostile(header, 'is a hard link, which has no business here');
  const target = header.linkname;
  if (target.split('/').includes('..')) throw hostile(header, 'is a hard link to a name with ".."');
  const place = root.resolve(target, 'keep');
  if (place.kind !== 'found' || place.entry.kind !== 'file' || place.layer !== 0) throw hostile(header, 'is a hard link to something that is no regular file of this archive');
  linkSync(join(options.upper, ...place.segments), root.makePlace(header.name));
}

async function unpackEntry(root: RootView, entry: TarEntry, options: UnpackOptions): Promise<void> {
  const { header } = entry;
  switch (header.type) {
    case 'file':
    case 'contiguous-file': {
      const path = root.makePlace(header.name);
      await (header.size <= smallFile ? writeSmall(entry, path, options) : writeLarge(entry, path, options));
      return;
    }
    case 'directory':
      chmodSync(root.makeDirectory(header.name), modeOf(header, options) | 0o700);
      return;
    case 'symlink':
      // Verbatim: what it means is settled inside the root, by the view and by the sandbox.
      // The library says null where the field is empty.
      if ((header.linkname as string | null ?? '') === '') throw hostile(header, 'is a symlink to nothing');
      symlinkSync(header.linkname, root.makePlace(header.name));
      return;
    case 'link':
      link(root, header, options);
      return;
    default:
      throw hostile(header, `is of a kind (${String(header.type)}) that is not unpacked`);
  }
}

/** Streams fail with all sorts of errors; what is not ours already says that the archive is broken. */
function named(thrown: unknown, signal: AbortSignal | undefined): Fault {
  if (signal?.aborted === true) return new Fault('CANCELLED', 'unpacking was cancelled', { cause: thrown });
  const { name, code, message } = thrown as NodeJS.ErrnoException;
  if (name === 'Fault') return thrown as Fault;
  const disk = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EACCES', 'EPERM', 'EROFS', 'EMFILE', 'ENFILE'].includes(code ?? '');
  return new Fault(disk ? 'STORAGE_FAILED' : 'ARCHIVE_MALFORMED', `unpacking: ${message}`, { cause: thrown });
}

/**
 * Unpacks a tar (not compressed) into the uppermost layer of a root. The stream is the caller's to destroy.
 * @throws Fault ARCHIVE_MALFORMED, ARCHIVE_HOSTILE, STORAGE_FAILED, CANCELLED; what was unpacked until then stays
 */
export async function unpackTar(tar: Readable, root: RootView, options: UnpackOptions): Promise<Unpacked> {
  const { extract } = await import('tar-stream');
  const extractor = extract();
  const { limits, signal } = options;
  const stop = (): void => extractor.destroy(new Fault('CANCELLED', 'unpacking was cancelled'));
  const onFault = (cause: Error): void => extractor.destroy(cause);
  const onClose = (): void => {
    if (!tar.readableEnded) extractor.destroy(new Fault('ARCHIVE_MALFORMED', 'the archive broke off'));
  };
  const onEarlyEnd = (): void => (tar.errored === null ? onClose() : onFault(tar.errored));
  signal?.addEventListener('abort', stop, { once: true });
  tar.on('error', onFault).on('close', onClose);
  let bytes = 0;
  let entries = 0;
  try {
    if (signal?.aborted === true) stop();
    // A short archive can have failed before anybody listened.
    if (tar.destroyed) onEarlyEnd();
    tar.pipe(extractor as unknown as Writable);
    for await (const entry of extractor as unknown as AsyncIterable<TarEntry>) {
      entries += 1;
      bytes += entry.header.size;
      if (entries > limits.maxEntries) throw hostile(entry.header, `is one more than the ${limits.maxEntries} that are unpacked`);
      if (bytes > limits.maxBytes) throw hostile(entry.header, `brings the archive above the ${limits.maxBytes} bytes that are unpacked`);
      checkName(entry.header);
      await unpackEntry(root, entry, options);
      entry.resume();
    }
    return { bytes, entries };
  } catch (thrown) {
    throw named(thrown, signal);
  } finally {
    tar.unpipe(extractor as unknown as Writable);
    extractor.destroy();
    // `onFault` stays: a decompressor may still fail after us, and an error without a listener would end the process.
    tar.off('close', onClose);
    signal?.removeEventListener('abort', stop);
  }
}
