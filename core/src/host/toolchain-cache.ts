// Knows: toolchain archives on disk, named by their digest, the least recently used thrown out first.
// Refuses to know: what is in an archive, and who sent it.
//
// Layout, as sccache has it:  <dir>/<first digit>/<second digit>/<archive id>; unfinished files have the temporary prefix.
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { Fault } from '../base/index.js';
import { type ArchiveId, archiveIdFromHash, isArchiveId } from '../wire/index.js';
import { discard, temporaryBeside, temporaryPrefix } from './files.js';
import { hashFile } from './hash-file.js';
import { receive } from './toolchain-cache-receive.js';

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
  /** Names of those that are there, the one used last first, at most so many. */
  newest(most: number): readonly ArchiveId[];
  readonly bytes: number;
  readonly maxBytes: number;
  readonly count: number;
}

interface Kept {
  readonly bytes: number;
  usedMs: number;
}

/** What is on the disk already; names that are not ours are left alone, left-overs are removed. */
async function scan(dir: string, tidy: boolean): Promise<Map<ArchiveId, Kept>> {
  const found = new Map<ArchiveId, Kept>();
  const folders = async (at: string): Promise<string[]> =>
    (await readdir(at, { withFileTypes: true })).filter((it) => it.isDirectory() && /^[0-9a-f]$/.test(it.name)).map((it) => join(at, it.name));
  for (const first of await folders(dir)) {
    for (const second of await folders(first)) {
      for (const file of await readdir(second)) {
        const path = join(second, file);
        if (file.startsWith(temporaryPrefix)) {
          if (tidy) await discard(path);
        }
        else if (isArchiveId(file)) {
          const { size, mtimeMs } = await stat(path);
          found.set(file, { bytes: size, usedMs: mtimeMs });
        }
      }
    }
  }
  return found;
}

/** What lies in a folder of archives, for people: nothing is removed or touched. One that is not there is empty. */
export async function listToolchainArchives(dir: string): Promise<readonly { readonly id: ArchiveId; readonly bytes: number; readonly usedMs: number }[]> {
  if (!existsSync(dir)) return [];
  return [...(await scan(dir, false))].map(([id, kept]) => ({ id, ...kept }));
}

/** The archives that are there, and who needs them. Lives as long as its daemon. */
class KeptArchives implements ToolchainCache {
  readonly #dir: string;
  readonly #maxBytes: number;
  readonly #now: () => number;
  readonly #kept: Map<ArchiveId, Kept>;
  readonly #held = new Map<ArchiveId, number>();
  #bytes: number;

  constructor(options: ToolchainCacheOptions, kept: Map<ArchiveId, Kept>) {
    this.#dir = options.dir;
    this.#maxBytes = options.maxBytes;
    this.#now = options.now ?? Date.now;
    this.#kept = kept;
    this.#bytes = [...kept.values()].reduce((sum, it) => sum + it.bytes, 0);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get maxBytes(): number {
    return this.#maxBytes;
  }

  get count(): number {
    return this.#kept.size;
  }

  #place(id: ArchiveId): string {
    if (!isArchiveId(id)) throw new Fault('WIRE_MALFORMED', `${JSON.stringify(String(id).slice(0, 80))} is not an archive id`);
    return join(this.#dir, id.slice(0, 1), id.slice(1, 2), id);
  }

  newest(most: number): readonly ArchiveId[] {
    return [...this.#kept].sort(([, a], [, b]) => b.usedMs - a.usedMs).slice(0, most).map(([id]) => id);
  }

  has(id: ArchiveId): boolean {
    return this.#kept.has(id);
  }

  async pathOf(id: ArchiveId): Promise<string | undefined> {
    const entry = this.#kept.get(id);
    if (entry === undefined) return undefined;
    const path = this.#place(id);
    entry.usedMs = this.#now();
    try {
      await utimes(path, entry.usedMs / 1000, entry.usedMs / 1000);
      return path;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw failure(path, 'cannot be touched', cause);
      // Somebody tidied up behind our back: the archive is simply not there any more.
      await this.remove(id);
      return undefined;
    }
  }

  async remove(id: ArchiveId): Promise<void> {
    const entry = this.#kept.get(id);
    if (entry === undefined) return;
    this.#kept.delete(id);
    this.#bytes -= entry.bytes;
    try {
      await discard(this.#place(id));
    } catch (cause) {
      throw failure(this.#place(id), 'cannot be removed', cause);
    }
  }

  async makeRoom(): Promise<void> {
    const oldestFirst = [...this.#kept].filter(([id]) => !this.#held.has(id)).sort(([, a], [, b]) => a.usedMs - b.usedMs);
    for (const [id] of oldestFirst) {
      if (this.#bytes <= this.#maxBytes) return;
      await this.remove(id);
    }
  }

  hold(id: ArchiveId): () => void {
    this.#held.set(id, (this.#held.get(id) ?? 0) + 1);
    let holding = true;
    return () => {
      if (!holding) return;
      holding = false;
      const left = (this.#held.get(id) ?? 1) - 1;
      if (left === 0) this.#held.delete(id);
      else this.#held.set(id, left);
    };
  }

  async insert(id: ArchiveId, source: ArchiveSource, signal?: AbortSignal): Promise<Stored> {
    const temporary = 'file' in source ? source.file : temporaryBeside(this.#place(id));
    try {
      await mkdir(dirname(this.#place(id)), { recursive: true });
      if ('file' in source) return await this.#settle(id, temporary, signal);
      const needless = (): boolean => this.#kept.has(id);
      const received = await receive(source, { path: temporary, maxBytes: this.#maxBytes, needless, signal });
      if (received === 'needless') return 'stored';
      return received === 'whole' ? await this.#settle(id, temporary, signal) : received;
    } finally {
      await discard(temporary);
    }
  }

  async #settle(id: ArchiveId, temporary: string, signal: AbortSignal | undefined): Promise<Stored> {
    const { size } = await stat(temporary);
    if (size > this.#maxBytes) return 'too-large';
    if (archiveIdFromHash(await hashFile(temporary, signal)) !== id) return 'wrong-digest';
    await rename(temporary, this.#place(id));
    this.#bytes += size - (this.#kept.get(id)?.bytes ?? 0);
    this.#kept.set(id, { bytes: size, usedMs: this.#now() });
    const release = this.hold(id);
    await this.makeRoom().finally(release);
    return 'stored';
  }
}

const failure = (path: string, what: string, cause: unknown): Fault =>
  new Fault('STORAGE_FAILED', `toolchain cache: ${path} ${what}: ${(cause as Error).message}`, { cause });

/**
 * Opens or makes the cache.
 * @throws Fault STORAGE_FAILED when the folder cannot be made or read
 */
export async function createToolchainCache(options: ToolchainCacheOptions): Promise<ToolchainCache> {
  try {
    await mkdir(options.dir, { recursive: true });
    const cache = new KeptArchives(options, await scan(options.dir, true));
    await cache.makeRoom();
    return cache;
  } catch (cause) {
    throw failure(options.dir, 'cannot be made or read', cause);
  }
}
