// Knows: which archive stands for a compiler on build servers: the user's own, a remembered one, or one packed now.
// Refuses to know: build servers.
import { causeChain, executableKey, Fault, isFault, type Log } from '../base/index.js';
import {
  canonicalPath,
  createToolchainCache,
  discard,
  hashFile,
  type KnownToolchain,
  openToolchainMap,
  packageToolchain,
  temporaryBeside,
} from '../host/index.js';
import { archiveIdFromHash } from '../wire/index.js';
import { noArchive } from './foreign-host.js';
import { type Packable, readyToolchain, retryMs, stayHome, type ToolchainChoice, type ToolchainRule, type ToolchainStore, within } from './toolchain-choice.js';
import { createOverrides } from './toolchain-overrides.js';

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
  /** As node names it; default this machine's. Toolchains are packed on Linux only. */
  readonly platform?: string;
  /** How long a compile waits for its toolchain to be packed, once per toolchain. Default 10000. */
  readonly patienceMs?: number;
}

async function pack(compiler: Packable, into: ToolchainStore, by: ToolchainsOptions & { readonly ended: AbortSignal }): Promise<KnownToolchain> {
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
  pack(key: string, compiler: Packable, into: ToolchainStore): Promise<ToolchainChoice>;
  refusal(key: string): string | undefined;
  settled(): Promise<unknown>;
}

function createPacker(by: ToolchainsOptions & { readonly ended: AbortSignal }): Packer {
  const packing = new Map<string, Promise<ToolchainChoice>>();
  const refusals = new Map<string, { readonly until: number; readonly reason: string }>();

  async function attempt(key: string, compiler: Packable, into: ToolchainStore): Promise<ToolchainChoice> {
    try {
      const packed = await pack(compiler, into, by);
      await into.map.set(key, packed).catch((cause: unknown) => {
        // It is known to this daemon all the same; only the next one packs again.
        by.log.warn(`the toolchain of ${compiler.path} cannot be remembered on disk: ${causeChain(cause).join(': ')}`);
      });
      return readyToolchain(into, compiler.path, packed);
    } catch (thrown) {
      const reason = isFault(thrown) ? thrown.message : causeChain(thrown).join(': ');
      if (!by.ended.aborted) {
        refusals.set(key, { until: performance.now() + retryMs, reason });
        by.log.warn(`compiles stay at home: ${reason}`);
      }
      return stayHome(reason, thrown);
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

async function ruleFor(compiler: Packable, rules: readonly ToolchainRule[], platform: string): Promise<ToolchainRule | undefined> {
  const own = executableKey(compiler.path, platform);
  const exact = rules.find((rule) => executableKey(rule.compiler, platform) === own);
  if (exact !== undefined || rules.length === 0) return exact;
  const real = await canonicalPath(compiler.path);
  for (const rule of rules) if ((await canonicalPath(rule.compiler)) === real) return rule;
  return undefined;
}

/** Toolchains of one client, kept in `cacheDir`. */
export function createToolchains(options: ToolchainsOptions): Toolchains {
  const { cacheDir, patienceMs = 10_000, platform = process.platform } = options;
  const ended = new AbortController();
  const packer = createPacker({ ...options, ended: ended.signal });
  let store: Promise<ToolchainStore> | undefined;

  const open = (): Promise<ToolchainStore> => {
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
    if (refusal !== undefined) return stayHome(refusal);
    const into = await open();
    const known = into.map.get(key);
    if (known !== undefined && (await into.cache.pathOf(known.archiveId)) !== undefined) return readyToolchain(into, compiler.path, known);
    const done = await within(patienceMs, packer.pack(key, compiler, into));
    return done ?? stayHome('its toolchain is still being packed');
  }

  const overrides = createOverrides({
    archives: options.rules.flatMap((rule) => (rule.kind === 'path_override' ? [rule.archive] : [])),
    dir: `${cacheDir}/tc`,
    store: open,
    ended: ended.signal,
    searchPath: options.env['PATH'] ?? '',
    log: options.log,
    patienceMs,
  });

  return {
    async choose(compiler) {
      try {
        const rule = await ruleFor(compiler, options.rules, platform);
        if (rule?.kind === 'no_dist') return stayHome('no_dist');
        if (rule !== undefined) return await overrides.choose(rule);
        return platform === 'linux' ? await automatic(compiler) : stayHome(noArchive(platform));
      } catch (thrown) {
        return stayHome('its toolchain cannot be had', thrown);
      }
    },
    async close() {
      ended.abort();
      await overrides.close();
      await packer.settled();
    },
  };
}
