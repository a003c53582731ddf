// Knows: in which ways the tar of a toolchain may be compressed, and how it is read as a plain tar all the same: gzip by node, the others by
// their own programs. Refuses to know: what is in the tar.
//
// Why programs: they are on nearly every machine, bound their own memory, and a fault in one of them is the end of a child process only.
import { type ChildProcess, spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Fault, isFault } from '../base/index.js';
import { discard, temporaryBeside } from './files.js';
import { findTool } from './sandbox-tools.js';

/** `none`: a tar as it is. */
export type ArchiveCoding = 'gzip' | 'xz' | 'bzip2' | 'zstd' | 'none';

export interface DecodingOptions {
  /** PATH for the programs that decode; undefined: none is run, since the archive comes from somebody else, and only gzip and plain tars are read. */
  readonly searchPath: string | undefined;
  /** Of the plain tar; more is a fault. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

const block = 512;
const pieceBytes = 256 * 1024;
/** As for archives that we pack. */
const gzipLevel = 4;

/** First bytes, from each format's specification. */
const magics: readonly (readonly [coding: ArchiveCoding, hex: string])[] = [
  ['gzip', '1f8b'],
  ['xz', 'fd377a585a00'],
  ['bzip2', '425a68'],
  ['zstd', '28b52ffd'],
];

type Program = Exclude<ArchiveCoding, 'gzip' | 'none'>;

/** A dictionary of 512 MB is more than any preset uses; an archive that wants more is refused by the program itself. */
const programs: Readonly<Record<Program, { readonly args: readonly string[]; readonly debian: string }>> = {
  xz: { args: ['-dc', '--memlimit-decompress=768MiB'], debian: 'xz-utils' },
  bzip2: { args: ['-dc'], debian: 'bzip2' },
  zstd: { args: ['-dc', '-q', '--memory=512MB'], debian: 'zstd' },
};

/** The sum over a header that stands in it, its own field counted as blanks; the one mark that tars of all kinds have. */
function isTarHeader(head: Buffer): boolean {
  if (head.byteLength < block) return false;
  const said = Number.parseInt(head.toString('latin1', 148, 156).replaceAll(/[\0 ]/g, ''), 8);
  const sum = head.subarray(0, block).reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return said === sum;
}

/** Undefined: no archive that we know. @throws what reading throws */
export async function archiveCodingOf(path: string): Promise<ArchiveCoding | undefined> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(block);
    const { bytesRead } = await file.read(head, 0, block, 0);
    const hex = head.toString('hex', 0, bytesRead);
    const known = magics.find(([, magic]) => hex.startsWith(magic));
    if (known !== undefined) return known[0];
    return isTarHeader(head.subarray(0, bytesRead)) ? 'none' : undefined;
  } finally {
    await file.close();
  }
}

interface Decoder {
  readonly child: ChildProcess;
  /** What it said, and undefined when it ended well. */
  readonly ended: Promise<string | undefined>;
}

function startDecoder(program: string, args: readonly string[], file: FileHandle): Decoder {
  const child = spawn(program, args, { env: { LC_ALL: 'C' }, stdio: [file.fd, 'pipe', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(0, 500)));
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', (cause) => resolve(`cannot be started: ${cause.message}`));
    child.on('close', (code, signal) => resolve(code === 0 ? undefined : said.trim() || `ended by ${signal ?? `exit ${String(code)}`}`));
  });
  return { child, ended };
}

async function* decoded(path: string, coding: Program, searchPath: string): AsyncGenerator<Buffer> {
  const { args, debian } = programs[coding];
  const hint = `Install it, e.g. with \`apt-get install ${debian}\`, or give an archive that is compressed with gzip.`;
  const program = await findTool(coding, searchPath, hint).catch((cause: unknown) => {
    throw new Fault('TOOL_MISSING', `${path} is compressed with ${coding}, and there is no program ${coding} to read it`, { cause, hint });
  });
  const file = await open(path, 'r');
  try {
    const { child, ended } = startDecoder(program, args, file);
    try {
      for await (const chunk of (child.stdout ?? Readable.from([])) as AsyncIterable<Buffer>) yield chunk;
      const why = await ended;
      if (why !== undefined) throw new Fault('ARCHIVE_MALFORMED', `${path}: ${program} says ${JSON.stringify(why)}`);
    } finally {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    }
  } finally {
    await file.close();
  }
}

/** Tars compress a thousandfold and more where somebody wants them to. */
function bounded(path: string, maxBytes: number): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.byteLength;
      if (passed > maxBytes) done(new Fault('ARCHIVE_HOSTILE', `${path} unpacks to more than ${maxBytes} bytes`));
      else done(null, chunk);
    },
  });
}

/** The stages through which the plain tar comes; the first reads. */
async function stages(path: string, options: DecodingOptions): Promise<readonly [Readable, ...Transform[]]> {
  const coding = await archiveCodingOf(path).catch((cause: Error) => {
    throw new Fault('STORAGE_FAILED', `${path}: ${cause.message}`, { cause });
  });
  if (coding === undefined) {
    const known = 'gzip, xz, bzip2 or zstd';
    throw new Fault('ARCHIVE_MALFORMED', `${path} is no tar, neither plain nor compressed with ${known}`);
  }
  const bound = bounded(path, options.maxBytes);
  if (coding === 'gzip' || coding === 'none') {
    const file = createReadStream(path, { highWaterMark: pieceBytes });
    return coding === 'none' ? [file, bound] : [file, createGunzip({ chunkSize: pieceBytes }), bound];
  }
  if (options.searchPath === undefined) {
    const hint = 'Compress it with gzip.';
    throw new Fault('ARCHIVE_MALFORMED', `${path} is compressed with ${coding}; only gzip and plain tars are read here`, { hint });
  }
  return [Readable.from(decoded(path, coding, options.searchPath), { objectMode: false }), bound];
}

export interface OpenArchive {
  /** The tar. Fails with Fault ARCHIVE_MALFORMED, ARCHIVE_HOSTILE, STORAGE_FAILED, TOOL_MISSING. */
  readonly tar: Readable;
  /** Ends whatever reads it. */
  close(): void;
}

/** @throws Fault ARCHIVE_MALFORMED (no archive that we know), STORAGE_FAILED */
export async function openArchive(path: string, options: DecodingOptions): Promise<OpenArchive> {
  const all = await stages(path, options);
  const [file] = all;
  const tar = all.at(-1) as Transform;
  for (const [at, stage] of all.entries()) {
    const next = all[at + 1];
    stage.on('error', (cause: Error) => tar.destroy(stage === file && !isFault(cause) ? new Fault('STORAGE_FAILED', `${path}: ${cause.message}`, { cause }) : cause));
    if (next !== undefined) stage.pipe(next as Transform);
  }
  return { tar, close: () => all.forEach((stage) => stage.destroy()) };
}

/**
 * Writes the same tar compressed with gzip, put in place when it is complete.
 * @throws Fault ARCHIVE_MALFORMED, ARCHIVE_HOSTILE, TOOL_MISSING, STORAGE_FAILED, CANCELLED
 */
export async function repackArchive(path: string, out: string, options: DecodingOptions): Promise<void> {
  const temporary = temporaryBeside(out);
  const signal = options.signal ?? new AbortController().signal;
  const { tar, close } = await openArchive(path, options);
  try {
    await pipeline(tar, createGzip({ level: gzipLevel }), createWriteStream(temporary, { flags: 'wx', mode: 0o600 }), { signal });
    await rename(temporary, out);
  } catch (cause) {
    if (signal.aborted) throw new Fault('CANCELLED', `repacking ${path}: cancelled`, { cause });
    if (isFault(cause)) throw cause;
    const disk = 'errno' in (cause as Error) && (cause as NodeJS.ErrnoException).syscall !== undefined;
    throw new Fault(disk ? 'STORAGE_FAILED' : 'ARCHIVE_MALFORMED', `repacking ${path}: ${(cause as Error).message}`, { cause });
  } finally {
    close();
    await discard(temporary);
  }
}
