// Knows: how inputs become the zlib stream of a tar, each file compressed once and kept for the next archive.
// Refuses to know: which files, and what is in them (a watcher may look while they are read).
//
// A zlib stream is a header, deflate blocks, and the adler32 of everything. A member that was deflated by itself up to a full
// flush ends at a byte and looks back at nothing, so that members are joined by putting their bytes one after the other; the
// checksum of the whole follows from checksums and lengths of the parts.
import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, deflateRaw, deflateRawSync } from 'node:zlib';
import { Fault } from '../base/index.js';
import { identityOf } from './reachable-stat.js';
import { tarEnd, tarHeader, tarPadding } from './toolchain-tar.js';

const deflate = promisify(deflateRaw);
/** Inflated, deflated and checked; `more` is what the watcher said of the content. */
export interface Member<More> {
  readonly deflated: Uint8Array;
  readonly length: number;
  readonly adler: number;
  readonly more: More;
}

const adlerBase = 65_521;
/** Most bytes after which the sums still fit 32 bits (RFC 1950's reference code). */
const adlerRun = 5_552;

export function adler32(bytes: Uint8Array, start = 1): number {
  let a = start & 0xffff;
  let b = start >>> 16;
  for (let from = 0; from < bytes.length; from += adlerRun) {
    const end = Math.min(from + adlerRun, bytes.length);
    for (let i = from; i < end; i++) {
      a += bytes[i] ?? 0;
      b += a;
    }
    a %= adlerBase;
    b %= adlerBase;
  }
  return ((b << 16) | a) >>> 0;
}

/** The checksum of two parts one after the other, from theirs and the length of the second. */
export function adler32Joined(first: number, second: number, secondLength: number): number {
  const a1 = first & 0xffff;
  const a = (a1 + (second & 0xffff) + adlerBase - 1) % adlerBase;
  const shift = ((secondLength % adlerBase) * (a1 + adlerBase - 1)) % adlerBase;
  const b = ((first >>> 16) + (second >>> 16) + shift) % adlerBase;
  return ((b << 16) | a) >>> 0;
}

/** The level that sccache's clients use; half the time of level 2 for a few percent. */
const level = 1;
const zlibHeader = Uint8Array.of(0x78, 0x01);
const ending = { deflated: deflateRawSync(tarEnd, { level }), length: tarEnd.byteLength, adler: adler32(tarEnd) };

async function pack<More>(bytes: Uint8Array, more: More): Promise<Member<More>> {
  const deflated = await deflate(bytes, { level, finishFlush: constants.Z_FULL_FLUSH });
  // A copy of its own: what node gives may be a small part of a large buffer that would live as long.
  return { deflated: Uint8Array.from(deflated), length: bytes.byteLength, adler: adler32(bytes), more };
}

/** The whole stream, in pieces. */
export function archiveOf(members: readonly Pick<Member<unknown>, 'deflated' | 'length' | 'adler'>[]): readonly Uint8Array[] {
  const all = [...members, ending];
  const sum = all.reduce((joined, part) => adler32Joined(joined, part.adler, part.length), 1);
  const trailer = new Uint8Array(4);
  new DataView(trailer.buffer).setUint32(0, sum);
  return [zlibHeader, ...all.map((part) => part.deflated), trailer];
}

export interface MemberRequest {
  /** Local path. */
  readonly path: string;
  /** Absolute path in the archive. */
  readonly remote: string;
  /** As it was when the job was put together. */
  readonly stat: BigIntStats;
}

export interface MemberCache<More> {
  /** @throws Fault RESULT_DOUBTFUL when the file is not the one of `stat`; whatever reading throws */
  fileMember(request: MemberRequest): Promise<Member<More>>;
  readonly bytes: number;
}

export interface MemberCacheOptions<More> {
  /** Deflated bytes that are kept. */
  readonly maxBytes: number;
  /** Looks at each file's content once. */
  readonly watch: (content: Buffer) => More;
}

/** A file that changed within the last ticks of the file system's clock may change again without showing it. */
const racyMs = 50;
const parallelReads = 8;

/** One member of a directory, or of a link to `target`. */
export function plainMember(remote: string, target?: string): Promise<Member<undefined>> {
  const name = remote.slice(1);
  const entry = target === undefined
    ? { kind: 'directory' as const, name, mode: 0o755, mtime: 0, size: 0 }
    : { kind: 'link' as const, name, mode: 0o777, mtime: 0, size: 0, target };
  return pack(tarHeader(entry), undefined);
}

async function readMember<More>(request: MemberRequest, watch: (content: Buffer) => More): Promise<Member<More>> {
  const { path, remote, stat } = request;
  const size = Number(stat.size);
  const mtime = Number(stat.mtimeNs / 1_000_000_000n);
  const head = tarHeader({ kind: 'file', name: remote.slice(1), mode: 0o644, mtime, size });
  const whole = Buffer.alloc(head.byteLength + size + tarPadding(size));
  head.copy(whole);
  const content = whole.subarray(head.byteLength, head.byteLength + size);
  const changed = (): Fault => new Fault('RESULT_DOUBTFUL', `${path} changed while the job was put together`);
  const file = await open(path, 'r');
  try {
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(content, at, size - at, at);
      if (bytesRead === 0) throw changed();
      at += bytesRead;
    }
    if (identityOf(await file.stat({ bigint: true })) !== identityOf(stat)) throw changed();
  } finally {
    await file.close();
  }
  return pack(whole, watch(content));
}

/** Members by file and name, the longest unused forgotten first. */
export function createMemberCache<More>(options: MemberCacheOptions<More>): MemberCache<More> {
  const kept = new Map<string, Member<More>>();
  const underWay = new Map<string, Promise<Member<More>>>();
  const queue: (() => void)[] = [];
  let reading = 0;
  let bytes = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (reading >= parallelReads) await new Promise<void>((resolve) => queue.push(resolve));
    else reading += 1;
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) reading -= 1;
      else next();
    }
  }

  function keep(key: string, member: Member<More>): void {
    kept.set(key, member);
    bytes += member.deflated.byteLength;
    for (const [oldest, it] of kept) {
      if (bytes <= options.maxBytes) return;
      kept.delete(oldest);
      bytes -= it.deflated.byteLength;
    }
  }

  async function make(key: string, request: MemberRequest): Promise<Member<More>> {
    const member = await inTurn(() => readMember(request, options.watch));
    const { mtimeMs, ctimeMs } = request.stat;
    const changedMs = Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs);
    if (Date.now() - changedMs > racyMs) keep(key, member);
    return member;
  }

  return {
    fileMember(request) {
      const key = `${identityOf(request.stat)}:${request.remote}`;
      const found = kept.get(key);
      if (found !== undefined) {
        kept.delete(key);
        kept.set(key, found);
        return Promise.resolve(found);
      }
      const pending = underWay.get(key) ?? make(key, request).finally(() => underWay.delete(key));
      underWay.set(key, pending);
      return pending;
    },
    get bytes() {
      return bytes;
    },
  };
}
