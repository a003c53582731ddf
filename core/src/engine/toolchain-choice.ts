// Knows: what is said when a toolchain is chosen, and what a ready one offers. Refuses to know: where archives come from.
import type { Digest } from '../base/index.js';
import type { CompilerKind } from '../compilation/index.js';
import type { KnownToolchain, ToolchainCache, ToolchainMap } from '../host/index.js';
import type { ArchiveId } from '../wire/index.js';

/** A compiler as what packs it knows it. */
export interface Packable {
  /** Its own, in the archive too. */
  readonly path: string;
  readonly identity: Digest;
  readonly kind: CompilerKind | 'rustc';
  /** Of a compiler of crates. */
  readonly sysroot?: string;
  /** Of one of C or C++, as own-archive.ts spells it. */
  readonly release?: string;
}

/** What the user says about the toolchain of one compiler. */
export type ToolchainRule =
  | { readonly kind: 'no_dist'; readonly compiler: string }
  | { readonly kind: 'path_override'; readonly compiler: string; readonly archive: string; readonly archiveCompiler: string };

export interface ReadyToolchain {
  readonly kind: 'ready';
  readonly archiveId: ArchiveId;
  /** The compiler's path in the archive. */
  readonly executable: string;
  /**
   * The user's own archive: made from another installation, maybe, so that the compiler in it may look for its own files in other places than the one
   * here does.
   */
  readonly own: boolean;
  /** Links in the archive, as far as they are known. */
  readonly links: ReadonlyMap<string, string>;
  /** Where the archive lies; undefined when it has vanished since. The second function lets it be thrown out again. */
  archive(): Promise<{ readonly path: string; readonly release: () => void } | undefined>;
}

export type ToolchainChoice = ReadyToolchain | { readonly kind: 'home'; readonly reason: string; readonly fault: unknown };

/** What a client keeps of toolchains. */
export interface ToolchainStore {
  readonly cache: ToolchainCache;
  readonly map: ToolchainMap;
}

export const stayHome = (reason: string, fault?: unknown): ToolchainChoice => ({ kind: 'home', reason, fault });

/** @param executable the compiler's path in the archive */
export const readyToolchain = ({ cache }: ToolchainStore, executable: string, of: Pick<KnownToolchain, 'archiveId' | 'links'> & { readonly own?: boolean }): ReadyToolchain => ({
  kind: 'ready',
  archiveId: of.archiveId,
  executable,
  own: of.own ?? false,
  links: of.links,
  archive: async () => {
    const release = cache.hold(of.archiveId);
    const path = await cache.pathOf(of.archiveId);
    if (path !== undefined) return { path, release };
    release();
    return undefined;
  },
});

/** What failed is tried again after this long; it may have been repaired. */
export const retryMs = 300_000;

/** The first of both to be there; `undefined` after the time. The work goes on. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
