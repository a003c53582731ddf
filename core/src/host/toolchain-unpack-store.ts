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

export async function createUnpackedToolchains(options: UnpackedToolchainsOptions): Promise<UnpackedToolchains> {
  const { dir, cache, maxBytes, limits, log } = options;
  await mkdir(dir, { recursive: true });
  /** In the order of last use. */
  const known = new Map<ArchiveId, Unpacking>();
  const total = (): number => [...known.values()].reduce((sum, it) => sum + it.bytes, 0);
  const removing = new Map<ArchiveId, Promise<void>>();

  function makeRoom(): void {
    let bytes = total();
    for (const [id, it] of known) {
      if (bytes <= maxBytes && known.size <= cache.count + 1) return;
      if (it.users > 0) continue;
      known.delete(id);
      bytes -= it.bytes;
      const gone = removeTree(join(dir, id))
        .catch((thrown: unknown) => log.warn(`unpacked toolchain ${id} cannot be removed: ${String(thrown)}`))
        .finally(() => removing.delete(id));
      removing.set(id, gone);
    }
  }

  async function unpack(id: ArchiveId): Promise<number | undefined> {
    const release = cache.hold(id);
    try {
      await removing.get(id);
      const archive = await cache.pathOf(id);
      if (archive === undefined) return undefined;
      const started = performance.now();
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

  async function use(id: ArchiveId): Promise<UnpackedToolchain | undefined> {
    const it = known.get(id) ?? { ready: unpack(id), bytes: 0, users: 0 };
    known.delete(id);
    known.set(id, it);
    it.users += 1;
    const leave = (): void => {
      it.users -= 1;
      if (it.users < 0) throw new Fault('IMPOSSIBLE', `toolchain ${id} was released twice`);
    };
    try {
      const bytes = await it.ready;
      if (bytes === undefined) {
        if (known.get(id) === it) known.delete(id);
        leave();
        return undefined;
      }
      it.bytes = bytes;
      makeRoom();
      // Used toolchains keep their archives young, so that both are thrown out in the same order.
      void cache.pathOf(id).catch((thrown: unknown) => log.warn(`toolchain ${id}: ${String(thrown)}`));
      return { path: join(dir, id), release: leave };
    } catch (thrown) {
      if (known.get(id) === it) known.delete(id);
      leave();
      throw thrown;
    }
  }

  return {
    use,
    get bytes() {
      return total();
    },
  };
}
