// Knows: the archives that the user made for compilers: what they are called on the wire, and how one that build servers of sccache cannot read
// becomes one that they can. Refuses to know: which compiler has which archive.
import { causeChain, Fault, isFault, type Log } from '../base/index.js';
import {
  archiveCodingOf, discard, type FilesWatch, hashFile, identityOf, repackArchive, statOfFile, temporaryBeside, type ToolchainMap, watchFiles,
} from '../host/index.js';
import { type ArchiveId, archiveIdFromHash } from '../wire/index.js';
import { type ReadyToolchain, readyToolchain, retryMs, stayHome, type ToolchainChoice, type ToolchainRule, type ToolchainStore, within } from './toolchain-choice.js';

export type OverrideRule = Extract<ToolchainRule, { readonly kind: 'path_override' }>;

export interface OverridesOptions {
  readonly archives: readonly string[];
  /** Absolute; where archives are repacked, on the file system of the store. */
  readonly dir: string;
  readonly store: () => Promise<ToolchainStore>;
  readonly ended: AbortSignal;
  readonly searchPath: string;
  readonly log: Log;
  /** How long a compile waits for an archive to be read, once per archive. */
  readonly patienceMs: number;
}

export interface Overrides {
  /** @throws Fault TOOLCHAIN_UNPACKABLE, TOOL_MISSING, STORAGE_FAILED, CANCELLED, once; what failed is then only told as a reason for a while */
  choose(rule: OverrideRule): Promise<ToolchainChoice>;
  close(): Promise<void>;
}

/** How a digest of an archive that is not compressed with gzip is written down with that of its likeness. */
export const repackedKey = (original: ArchiveId): string => `repacked ${original}`;

/** An archive as it was at one time. */
interface Prepared {
  readonly archiveId: ArchiveId;
  /** It lies in the store, in another compression. */
  readonly inStore: boolean;
}

interface Preparing {
  readonly identity: string;
  readonly work: Promise<Prepared>;
  /** Ends the work: the archive has become another one. */
  readonly outdated: AbortController;
  refused?: { readonly until: number; readonly reason: string };
}

/** More than the plain tar of any toolchain. */
const mostBytes = 32 * 1024 ** 3;

const unreadable = (archive: string, why: string): Fault =>
  new Fault('TOOLCHAIN_UNPACKABLE', `${archive}: ${why}`, { hint: 'It is named in the settings under [[dist.toolchains]]; make it anew with icecc-create-env or `sccache-ts toolchain pack`.' });

async function repack(archive: string, original: ArchiveId, options: OverridesOptions & { readonly into: ToolchainStore }): Promise<ArchiveId> {
  const { into, dir, ended, log, searchPath } = options;
  const out = temporaryBeside(`${dir}/repacking`);
  const from = performance.now();
  try {
    await repackArchive(archive, out, { searchPath, maxBytes: mostBytes, signal: ended });
    const archiveId = archiveIdFromHash(await hashFile(out, ended));
    const stored = await into.cache.insert(archiveId, { file: out }, ended);
    if (stored !== 'stored') throw new Fault('TOOLCHAIN_TOO_LARGE', `${archive}: repacked with gzip it was not kept: ${stored}`, { hint: 'Raise toolchain_cache_size in [dist], or make room on the disk.' });
    await remember(into.map, original, archiveId, log);
    log.info(`repacked ${archive} with gzip, which all build servers read, in ${Math.round(performance.now() - from)} ms`, { archive: archiveId });
    return archiveId;
  } finally {
    await discard(out);
  }
}

/** Known to this daemon in any case; where it cannot be written down the next one repacks again. */
async function remember(map: ToolchainMap, original: ArchiveId, archiveId: ArchiveId, log: Log): Promise<void> {
  await map.set(repackedKey(original), { archiveId, files: [], links: new Map() }).catch((cause: unknown) => {
    log.warn(`a repacked toolchain cannot be remembered on disk: ${causeChain(cause).join(': ')}`);
  });
}

async function prepare(archive: string, options: OverridesOptions): Promise<Prepared> {
  const coding = await archiveCodingOf(archive);
  if (coding === undefined) throw unreadable(archive, 'is no tar, neither plain nor compressed with gzip, xz, bzip2 or zstd');
  const original = archiveIdFromHash(await hashFile(archive, options.ended));
  if (coding === 'gzip') return { archiveId: original, inStore: false };
  const into = await options.store();
  const known = into.map.get(repackedKey(original));
  if (known !== undefined && (await into.cache.pathOf(known.archiveId)) !== undefined) return { archiveId: known.archiveId, inStore: true };
  return { archiveId: await repack(archive, original, { ...options, into }), inStore: true };
}

interface Archives {
  /** What is known of an archive as it is now. @throws Fault TOOLCHAIN_UNPACKABLE when it is not there */
  read(archive: string): Preparing;
  isKnown(archive: string): boolean;
  /** What was made of it is not there any more: whoever reads next makes it anew. */
  forget(archive: string, what: Preparing): void;
}

function createArchives(options: OverridesOptions): Archives {
  const known = new Map<string, Preparing>();
  const { log, ended } = options;

  async function steady(archive: string, identity: string, outdated: AbortSignal): Promise<Prepared> {
    const prepared = await prepare(archive, { ...options, ended: AbortSignal.any([ended, outdated]) });
    const stat = statOfFile(archive);
    if (stat === undefined || identityOf(stat) !== identity) throw unreadable(archive, 'changed while it was read');
    return prepared;
  }

  function read(archive: string): Preparing {
    const stat = statOfFile(archive);
    if (stat === undefined) throw unreadable(archive, 'there is no such file, or it cannot be read');
    const identity = identityOf(stat);
    const before = known.get(archive);
    if (before?.identity === identity && (before.refused === undefined || before.refused.until > performance.now())) return before;
    if (before !== undefined && before.identity !== identity) log.info(`${archive} has changed: it is read anew`);
    before?.outdated.abort();
    const outdated = new AbortController();
    const now: Preparing = { identity, outdated, work: steady(archive, identity, outdated.signal) };
    known.set(archive, now);
    now.work.catch((thrown: unknown) => {
      const reason = isFault(thrown) ? thrown.message : causeChain(thrown).join(': ');
      now.refused = { until: performance.now() + retryMs, reason };
      if (!ended.aborted && !outdated.signal.aborted) log.warn(`compiles stay at home: ${reason}`);
    });
    return now;
  }

  return {
    read,
    isKnown: (archive) => known.has(archive),
    forget(archive, what) {
      // Another compile may have found the same, and have begun.
      if (known.get(archive) === what) known.delete(archive);
    },
  };
}

/** Archives are large, and whoever writes one takes his time. */
const writtenMs = 1_000;

/** Reads archives as soon as they change, so that no compile waits for it; without it the next compile would notice. */
function watchArchives(options: OverridesOptions, known: Archives): FilesWatch {
  const { log, archives } = options;
  let timer: NodeJS.Timeout | undefined;
  const readAll = (): void => {
    // One that no compile has needed yet can wait until one does.
    for (const archive of archives.filter(known.isKnown)) {
      try {
        known.read(archive);
      } catch (thrown) {
        // Between two writes it may be absent; a compile that needs it says so.
        log.debug(causeChain(thrown).join(': '));
      }
    }
  };
  return watchFiles(archives, () => {
    clearTimeout(timer);
    timer = setTimeout(readAll, writtenMs).unref();
  });
}

/** Nothing is read or watched before the first compile. */
export function createOverrides(options: OverridesOptions): Overrides {
  const known = createArchives(options);
  const working = new Set<Promise<unknown>>();
  let watching: FilesWatch | undefined;

  async function ready(rule: OverrideRule, { work }: Preparing): Promise<ReadyToolchain | 'reading' | 'evicted'> {
    working.add(work);
    const prepared = await within(options.patienceMs, work).finally(() => void work.catch(() => undefined).then(() => working.delete(work)));
    if (prepared === undefined) return 'reading';
    const into = prepared.inStore ? await options.store() : undefined;
    if (into !== undefined && (await into.cache.pathOf(prepared.archiveId)) === undefined) return 'evicted';
    if (into !== undefined) return readyToolchain(into, rule.archiveCompiler, { archiveId: prepared.archiveId, links: new Map(), own: true });
    const archive: ReadyToolchain['archive'] = () => Promise.resolve({ path: rule.archive, release: () => undefined });
    return { kind: 'ready', archiveId: prepared.archiveId, executable: rule.archiveCompiler, own: true, links: new Map(), archive };
  }

  return {
    async choose(rule) {
      let reading = known.read(rule.archive);
      try {
        if (reading.refused !== undefined) return stayHome(reading.refused.reason);
        let chosen = await ready(rule, reading);
        if (chosen === 'evicted') {
          known.forget(rule.archive, reading);
          reading = known.read(rule.archive);
          chosen = await ready(rule, reading);
        }
        if (!options.ended.aborted) watching ??= watchArchives(options, known);
        if (chosen === 'evicted') return stayHome('its archive has just been thrown out of the cache: toolchain_cache_size in [dist] is too small');
        return chosen === 'reading' ? stayHome('its archive is still being read') : chosen;
      } catch (thrown) {
        if (reading.outdated.signal.aborted) return stayHome('its archive has just changed');
        throw thrown;
      }
    },
    async close() {
      watching?.close();
      await Promise.allSettled(working);
    },
  };
}
