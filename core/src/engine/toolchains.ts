// Knows: which archive stands for a compiler on build servers: the user's own, a remembered one, or one packed now.
// Refuses to know: build servers.
import { causeChain, type Digest, executableKey, Fault, isFault, type Log } from '../base/index.js';
import type { CompilerKind } from '../compilation/index.js';
import {
  canonicalPath,
  createToolchainCache,
  discard,
  hashFile,
  identityOf,
  type KnownToolchain,
  openToolchainMap,
  packageToolchain,
  statOfFile,
  temporaryBeside,
  type ToolchainCache,
  type ToolchainMap,
} from '../host/index.js';
import { type ArchiveId, archiveIdFromHash } from '../wire/index.js';

/** A compiler as what packs it knows it. */
export interface Packable {
  /** Its own, in the archive too. */
  readonly path: string;
  readonly identity: Digest;
  readonly kind: CompilerKind | 'rustc';
  /** Of a compiler of crates. */
  readonly sysroot?: string;
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
  /** Links in the archive, as far as they are known. */
  readonly links: ReadonlyMap<string, string>;
  /** True for an archive of the user's own: the compiler in it may be called otherwise and stand elsewhere than the one here. */
  readonly foreign: boolean;
  /** Where the archive lies; undefined when it has vanished since. The second function lets it be thrown out again. */
  archive(): Promise<{ readonly path: string; readonly release: () => void } | undefined>;
}

export type ToolchainChoice = ReadyToolchain | { readonly kind: 'home'; readonly reason: string; readonly fault: unknown };

export interface Toolchains {
  /** Never throws. Not ready soon: home, while the packing goes on for the compiles to come. */
  choose(compiler: Packable): Promise<ToolchainChoice>;
  close(): Promise<void>;
}

export interface ToolchainsOptions {
  /** Absolute; ours alone. */
  readonly cacheDir: string;
  readonly maxBytes: number;
  readonly rules: readonly ToolchainRule[];
  /** For the processes that find out what belongs to a compiler; needs PATH. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: Log;
  /** How long a compile waits for its toolchain to be packed, once per toolchain. Default 10000. */
  readonly patienceMs?: number;
}

interface Store {
  readonly cache: ToolchainCache;
  readonly map: ToolchainMap;
}

const home = (reason: string, fault?: unknown): ToolchainChoice => ({ kind: 'home', reason, fault });
/** A compiler that cannot be packed is tried again after this long; it may have been repaired. */
const retryMs = 300_000;

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

/** Archives of the user's own, hashed once for as long as they stay the same. */
function createOverrides(ended: AbortSignal): (rule: ToolchainRule & { kind: 'path_override' }) => Promise<ToolchainChoice> {
  const known = new Map<string, { readonly identity: string; readonly id: Promise<ArchiveId> }>();
  return async (rule) => {
    const stat = statOfFile(rule.archive);
    if (stat === undefined) {
      return home('its own archive is missing', new Fault('TOOLCHAIN_UNPACKABLE', `${rule.archive}: the archive for ${rule.compiler} cannot be read`));
    }
    const identity = identityOf(stat);
    const before = known.get(rule.archive);
    const id = before?.identity === identity ? before.id : hashFile(rule.archive, ended).then(archiveIdFromHash);
    known.set(rule.archive, { identity, id });
    id.catch(() => known.delete(rule.archive));
    const archive: ReadyToolchain['archive'] = () => Promise.resolve({ path: rule.archive, release: () => undefined });
    return { kind: 'ready', archiveId: await id, executable: rule.archiveCompiler, links: new Map(), foreign: true, archive };
  };
}

const ready = ({ cache }: Store, compiler: Packable, of: Pick<KnownToolchain, 'archiveId' | 'links'>): ToolchainChoice => ({
  kind: 'ready',
  archiveId: of.archiveId,
  executable: compiler.path,
  links: of.links,
  foreign: false,
  archive: async () => {
    const release = cache.hold(of.archiveId);
    const path = await cache.pathOf(of.archiveId);
    if (path !== undefined) return { path, release };
    release();
    return undefined;
  },
});

async function pack(compiler: Packable, into: Store, by: ToolchainsOptions & { readonly ended: AbortSignal }): Promise<KnownToolchain> {
  const out = temporaryBeside(`${by.cacheDir}/tc/packing`);
  const from = performance.now();
  const signal = by.ended;
  try {
    const { files, links } = await packageToolchain({ ...compiler, compiler: compiler.path, env: by.env, out, signal });
    const archiveId = archiveIdFromHash(await hashFile(out, signal));
    const stored = await into.cache.insert(archiveId, { file: out }, signal);
    if (stored !== 'stored') {
      throw new Fault('TOOLCHAIN_TOO_LARGE', `the toolchain of ${compiler.path} was not kept: ${stored}`, {
        hint: `Raise toolchain_cache_size in [dist] (now ${by.maxBytes} bytes), or make room on the disk.`,
      });
    }
    by.log.info(`packed the toolchain of ${compiler.path} in ${Math.round(performance.now() - from)} ms`, { archive: archiveId });
    return { archiveId, files, links };
  } finally {
    await discard(out);
  }
}

interface Packer {
  /** Once at a time for each key; what fails is said once and remembered for a while. Never throws. */
  pack(key: string, compiler: Packable, into: Store): Promise<ToolchainChoice>;
  refusal(key: string): string | undefined;
  settled(): Promise<unknown>;
}

function createPacker(by: ToolchainsOptions & { readonly ended: AbortSignal }): Packer {
  const packing = new Map<string, Promise<ToolchainChoice>>();
  const refusals = new Map<string, { readonly until: number; readonly reason: string }>();

  async function attempt(key: string, compiler: Packable, into: Store): Promise<ToolchainChoice> {
    try {
      const packed = await pack(compiler, into, by);
      await into.map.set(key, packed).catch((cause: unknown) => {
        // It is known to this daemon all the same; only the next one packs again.
        by.log.warn(`the toolchain of ${compiler.path} cannot be remembered on disk: ${causeChain(cause).join(': ')}`);
      });
      return ready(into, compiler, packed);
    } catch (thrown) {
      const reason = isFault(thrown) ? thrown.message : causeChain(thrown).join(': ');
      if (!by.ended.aborted) {
        refusals.set(key, { until: performance.now() + retryMs, reason });
        by.log.warn(`compiles stay at home: ${reason}`);
      }
      return home(reason, thrown);
    } finally {
      packing.delete(key);
    }
  }

  return {
    pack(key, compiler, into) {
      const work = packing.get(key) ?? attempt(key, compiler, into);
      packing.set(key, work);
      return work;
    },
    refusal(key) {
      const refused = refusals.get(key);
      return refused !== undefined && refused.until > performance.now() ? refused.reason : undefined;
    },
    settled: () => Promise.allSettled(packing.values()),
  };
}

async function ruleFor(compiler: Packable, rules: readonly ToolchainRule[]): Promise<ToolchainRule | undefined> {
  const own = executableKey(compiler.path);
  const exact = rules.find((rule) => executableKey(rule.compiler) === own);
  if (exact !== undefined || rules.length === 0) return exact;
  const real = await canonicalPath(compiler.path);
  for (const rule of rules) if ((await canonicalPath(rule.compiler)) === real) return rule;
  return undefined;
}

/** Toolchains of one client, kept in `cacheDir`. */
export function createToolchains(options: ToolchainsOptions): Toolchains {
  const { cacheDir, patienceMs = 10_000 } = options;
  const ended = new AbortController();
  const packer = createPacker({ ...options, ended: ended.signal });
  const overridden = createOverrides(ended.signal);
  let store: Promise<Store> | undefined;

  const open = (): Promise<Store> => {
    store ??= (async () => ({
      cache: await createToolchainCache({ dir: `${cacheDir}/tc`, maxBytes: options.maxBytes }),
      map: await openToolchainMap(`${cacheDir}/toolchains.json`),
    }))();
    store.catch(() => {
      // A folder that cannot be made now may be there later; whoever asked gets the fault.
      store = undefined;
    });
    return store;
  };

  async function automatic(compiler: Packable): Promise<ToolchainChoice> {
    const key = `${compiler.identity} ${compiler.path}`;
    const refusal = packer.refusal(key);
    if (refusal !== undefined) return home(refusal);
    const into = await open();
    const known = into.map.get(key);
    if (known !== undefined && (await into.cache.pathOf(known.archiveId)) !== undefined) return ready(into, compiler, known);
    const done = await within(patienceMs, packer.pack(key, compiler, into));
    return done ?? home('its toolchain is still being packed');
  }

  return {
    async choose(compiler) {
      try {
        const rule = await ruleFor(compiler, options.rules);
        if (rule?.kind === 'no_dist') return home('no_dist');
        return rule === undefined ? await automatic(compiler) : await overridden(rule);
      } catch (thrown) {
        return home('its toolchain cannot be had', thrown);
      }
    },
    async close() {
      ended.abort();
      await packer.settled();
    },
  };
}
