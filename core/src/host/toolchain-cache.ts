// Knows: toolchain archives on disk, named by their digest, the least recently used thrown out first.
// Refuses to know: what is in an archive, and who sent it.
//
// Layout, as sccache has it:  <dir>/<first digit>/<second digit>/<archive id>; unfinished files have the temporary prefix.
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../base/index.js';
import { type ArchiveId, archiveIdFromHash, isArchiveId } from '../wire/index.js';
import { discard, temporaryBeside, temporaryPrefix } from './files.js';
import { hashFile } from './hash-file.js';

/** What became of an archive: only `stored` ones are kept, of the others nothing stays behind. */
export type Stored = 'stored' | 'wrong-digest' | 'too-large' | 'disk-full';

/** A stream, or a finished file on the same file system, which is taken away. */
export type ArchiveSource = Readable | { readonly file: string };

export interface ToolchainCacheOptions {
  readonly dir: string;
  /** Bytes of archives that are kept; a single larger one is refused. */
  readonly maxBytes: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface ToolchainCache {
  has(id: ArchiveId): boolean;
  /** Where the archive lies, and that it was used now; undefined when it is not there (any more). */
  pathOf(id: ArchiveId): Promise<string | undefined>;
  /**
   * Stores the archive when its digest is its name. A stream is read to its end only when that is worth while: what is left
   * after a refusal, or when somebody else stored the same archive meanwhile, is the caller's to drain.
   * @throws Fault STORAGE_FAILED; whatever the stream throws
   */
  insert(id: ArchiveId, source: ArchiveSource, signal?: AbortSignal): Promise<Stored>;
  remove(id: ArchiveId): Promise<void>;
  /** Keeps an archive from being thrown out to make room, until the returned function is called. */
  hold(id: ArchiveId): () => void;
  readonly bytes: number;
  readonly count: number;
}

interface Kept {
  readonly bytes: number;
  usedMs: number;
}

/** What is on the disk already; names that are not ours are left alone, left-overs are removed. */
async function scan(dir: string): Promise<Map<ArchiveId, Kept>> {
  const found = new Map<ArchiveId, Kept>();
  const folders = async (at: string): Promise<string[]> =>
    (await readdir(at, { withFileTypes: true })).filter((it) => it.isDirectory() && /^[0-9a-f]$/.test(it.name)).map((it) => join(at, it.name));
  for (const first of await folders(dir)) {
    for (const second of await folders(first)) {
      for (const file of await readdir(second)) {
        const path = join(second, file);
        if (file.startsWith(temporaryPrefix)) await discard(path);
        else if (isArchiveId(file)) {
          const { size, mtimeMs } = await stat(path);
          found.set(file, { bytes: size, usedMs: mtimeMs });
        }
      }
    }
  }
  return found;
}

class TooLarge extends Error {}
class AlreadyThere extends Error {}

const isFull = (cause: unknown): boolean => ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '');

/** Passes everything on until it is too much, or until `needless` says that the rest is for nothing. */
function gate(limit: number, needless: () => boolean): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      passed += chunk.byteLength;
      if (passed > limit) done(new TooLarge());
      else if (needless()) done(new AlreadyThere());
      else done(null, chunk);
    },
  });
}

/** The stream is not destroyed by a refusal: a reply may have to go back over the connection it comes from. */
async function receive(source: Readable, path: string, through: Transform, signal?: AbortSignal): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const failed = new AbortController();
  let sourceFault: Error | undefined;
  const onGone = (): void => {
    sourceFault ??= source.errored ?? new Fault('CANCELLED', `${path}: the sender went away before the end`);
    failed.abort();
  };
  const onClose = (): void => {
    if (!source.readableEnded) onGone();
  };
  source.on('error', onGone).on('close', onClose);
  if (source.destroyed && !source.readableEnded) onGone();
  source.pipe(through);
  try {
    const stop = signal === undefined ? failed.signal : AbortSignal.any([failed.signal, signal]);
    await pipeline(through, file, { signal: stop });
  } catch (cause) {
    throw sourceFault ?? cause;
  } finally {
    source.unpipe(through);
    source.off('error', onGone).off('close', onClose);
  }
}

/**
 * Opens or makes the cache.
 * @throws Fault STORAGE_FAILED when the folder cannot be made or read
 */
export async function createToolchainCache(options: ToolchainCacheOptions): Promise<ToolchainCache> {
  const { dir, maxBytes, now = Date.now } = options;
  const failed = (deed: string) => (cause: unknown): never => {
    throw new Fault('STORAGE_FAILED', `toolchain cache ${dir}: ${deed}: ${(cause as Error).message}`, { cause });
  };
  await mkdir(dir, { recursive: true }).catch(failed('cannot be made'));
  const kept = await scan(dir).catch(failed('cannot be read'));
  const held = new Map<ArchiveId, number>();
  let bytes = [...kept.values()].reduce((sum, it) => sum + it.bytes, 0);
  const place = (id: ArchiveId): string => {
    if (!isArchiveId(id)) throw new Fault('WIRE_MALFORMED', `${JSON.stringify(String(id).slice(0, 80))} is not an archive id`);
    return join(dir, id.slice(0, 1), id.slice(1, 2), id);
  };

  async function remove(id: ArchiveId): Promise<void> {
    const entry = kept.get(id);
    if (entry === undefined) return;
    kept.delete(id);
    bytes -= entry.bytes;
    await discard(place(id)).catch(failed(`${id} cannot be removed`));
  }

  async function makeRoom(): Promise<void> {
    const oldestFirst = [...kept].filter(([id]) => !held.has(id)).sort(([, a], [, b]) => a.usedMs - b.usedMs);
    for (const [id] of oldestFirst) {
      if (bytes <= maxBytes) return;
      await remove(id);
    }
  }

  async function settle(id: ArchiveId, temporary: string, signal?: AbortSignal): Promise<Stored> {
    const { size } = await stat(temporary);
    if (size > maxBytes) return 'too-large';
    if (archiveIdFromHash(await hashFile(temporary, signal)) !== id) return 'wrong-digest';
    await rename(temporary, place(id));
    bytes += size - (kept.get(id)?.bytes ?? 0);
    kept.set(id, { bytes: size, usedMs: now() });
    const release = hold(id);
    await makeRoom().finally(release);
    return 'stored';
  }

  function hold(id: ArchiveId): () => void {
    held.set(id, (held.get(id) ?? 0) + 1);
    let holding = true;
    return () => {
      if (!holding) return;
      holding = false;
      const left = (held.get(id) ?? 1) - 1;
      if (left === 0) held.delete(id);
      else held.set(id, left);
    };
  }

  async function insert(id: ArchiveId, source: ArchiveSource, signal?: AbortSignal): Promise<Stored> {
    const temporary = 'file' in source ? source.file : temporaryBeside(place(id));
    try {
      await mkdir(dirname(place(id)), { recursive: true });
      if (!('file' in source)) await receive(source, temporary, gate(maxBytes, () => kept.has(id)), signal);
      return await settle(id, temporary, signal);
    } catch (cause) {
      if (cause instanceof AlreadyThere) return 'stored';
      if (cause instanceof TooLarge) return 'too-large';
      if (isFull(cause)) return 'disk-full';
      throw cause;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async function pathOf(id: ArchiveId): Promise<string | undefined> {
    const entry = kept.get(id);
    if (entry === undefined) return undefined;
    const path = place(id);
    entry.usedMs = now();
    try {
      await utimes(path, entry.usedMs / 1000, entry.usedMs / 1000);
      return path;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return failed(`${id} cannot be touched`)(cause);
      // Somebody tidied up behind our back: the archive is simply not there any more.
      await remove(id);
      return undefined;
    }
  }

  await makeRoom();
  return {
    has: (id) => kept.has(id),
    pathOf,
    insert,
    remove,
    hold,
    get bytes() {
      return bytes;
    },
    get count() {
      return kept.size;
    },
  };
}
