// Knows: which toolchains lie unpacked, who uses them, and which one goes when there are too many.
// Refuses to know: archives' origin (toolchain-cache.ts), and what runs in a toolchain.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, isFault, type Log } from '../base/index.js';
import type { ArchiveId } from '../wire/index.js';
import { removeTree } from './remove-tree.js';
import type { ToolchainCache } from './toolchain-cache.js';
import { unpackToolchain } from './toolchain-unpack.js';
import type { UnpackLimits } from './unpack-tar.js';

export interface UnpackedToolchain {
  /** The folder. Nobody may write into it. */
  readonly path: string;
  /** To be called once nothing runs in it any more. */
  release(): void;
}

export interface UnpackedToolchains {
  /**
   * The toolchain's folder, unpacked on first use; undefined when its archive is not in the cache (any more).
   * An archive that cannot be unpacked is removed from the cache.
   * @throws Fault TOOLCHAIN_UNPACKABLE, STORAGE_FAILED
   */
  use(id: ArchiveId): Promise<UnpackedToolchain | undefined>;
  readonly bytes: number;
}

export interface UnpackedToolchainsOptions {
  /** Emptied by whoever starts us: what lies there is not looked at. */
  readonly dir: string;
  readonly cache: ToolchainCache;
  /** Of all unpacked toolchains that are not in use. */
  readonly maxBytes: number;
  readonly limits: UnpackLimits;
  readonly log: Log;
}

interface Unpacking {
  readonly ready: Promise<number | undefined>;
  bytes: number;
  users: number;
}

/** The folders that are there, and who uses them. Lives as long as its daemon. */
class KeptFolders implements UnpackedToolchains {
  readonly #options: UnpackedToolchainsOptions;
  /** In the order of last use. */
  readonly #known = new Map<ArchiveId, Unpacking>();
  readonly #removing = new Map<ArchiveId, Promise<void>>();

  constructor(options: UnpackedToolchainsOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return [...this.#known.values()].reduce((sum, it) => sum + it.bytes, 0);
  }

  async use(id: ArchiveId): Promise<UnpackedToolchain | undefined> {
    const it = this.#known.get(id) ?? { ready: this.#unpack(id), bytes: 0, users: 0 };
    this.#known.delete(id);
    this.#known.set(id, it);
    it.users += 1;
    const release = (): void => {
      it.users -= 1;
      if (it.users < 0) throw new Fault('IMPOSSIBLE', `toolchain ${id} was released twice`);
    };
    let bytes: number | undefined;
    try {
      bytes = await it.ready;
    } finally {
      if (bytes === undefined) {
        if (this.#known.get(id) === it) this.#known.delete(id);
        release();
      }
    }
    if (bytes === undefined) return undefined;
    it.bytes = bytes;
    this.#makeRoom();
    this.#keepYoung(id);
    return { path: join(this.#options.dir, id), release };
  }

  async #unpack(id: ArchiveId): Promise<number | undefined> {
    const { cache, dir, limits, log } = this.#options;
    const release = cache.hold(id);
    try {
      await this.#removing.get(id);
      const archive = await cache.pathOf(id);
      if (archive === undefined) return undefined;
      const started = performance.now();
      // Without a search path: archives are whatever clients sent, and nothing of ours outside the sandbox shall chew on them but node.
      const { bytes, entries } = await unpackToolchain(archive, join(dir, id), limits);
      log.info(`toolchain ${id} unpacked`, { bytes, entries, ms: Math.round(performance.now() - started) });
      return bytes;
    } catch (thrown) {
      if (isFault(thrown, 'TOOLCHAIN_UNPACKABLE')) await cache.remove(id);
      throw thrown;
    } finally {
      release();
    }
  }

  #makeRoom(): void {
    const { cache, dir, maxBytes, log } = this.#options;
    let { bytes } = this;
    for (const [id, it] of this.#known) {
      if (bytes <= maxBytes && this.#known.size <= cache.count + 1) return;
      if (it.users > 0) continue;
      this.#known.delete(id);
      bytes -= it.bytes;
      const gone = removeTree(join(dir, id))
        .catch((thrown: unknown) => log.warn(`unpacked toolchain ${id} cannot be removed: ${String(thrown)}`))
        .finally(() => this.#removing.delete(id));
      this.#removing.set(id, gone);
    }
  }

  /** Used toolchains keep their archives young, so that both are thrown out in the same order. */
  #keepYoung(id: ArchiveId): void {
    const { cache, log } = this.#options;
    cache.pathOf(id).catch((thrown: unknown) => log.warn(`toolchain ${id}: ${String(thrown)}`));
  }
}

export async function createUnpackedToolchains(options: UnpackedToolchainsOptions): Promise<UnpackedToolchains> {
  await mkdir(options.dir, { recursive: true });
  return new KeptFolders(options);
}
