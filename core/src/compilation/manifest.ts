// Knows: what direct mode remembers of earlier compiles with the same command line and source: which files led to which result, and
// which places had to be empty. Refuses to know: disks, and how a result is stored.
import type { CacheKey, Digest } from '../base/index.js';

/** Names are spelled as the compiler spells them: relative ones belong to the working directory of whoever asks. */
export interface ManifestResult {
  /** Under which the storage keeps the result. */
  readonly entry: CacheKey;
  /** The base folder in which it was made, with a `/` at its end; empty: in none. */
  readonly base: string;
  /** True when it is the same in every other base folder; its names are then stripped of it. */
  readonly shared: boolean;
  /** Files that were read, with their contents. */
  readonly reads: readonly ManifestFile[];
  /** No file may stand here; a folder may. */
  readonly absent: readonly string[];
  /** Nothing at all may stand here. */
  readonly nothing: readonly string[];
  /** A file must stand here, whatever is in it. */
  readonly present: readonly string[];
  /** Folders that are named by way of a link, and where it leads. */
  readonly links: readonly ManifestLink[];
  /** What else it was made under: variables that the source asked for, which of the folders that are searched are one. */
  readonly conditions: readonly ManifestCondition[];
}

export interface ManifestCondition {
  /** Of a variable, or of an argument with its dashes. */
  readonly name: string;
  /** Of the value; undefined: there was none. */
  readonly value: Digest | undefined;
}

export interface ManifestFile {
  readonly name: string;
  readonly digest: Digest;
}

export interface ManifestLink {
  readonly name: string;
  /** Its real path. */
  readonly target: string;
}

export interface Manifest {
  /** The newest first. */
  readonly results: readonly ManifestResult[];
  /** Why results of this command line and source cannot be told by files; it is then preprocessed each time. */
  readonly unfit: string | undefined;
}

export const emptyManifest: Manifest = { results: [], unfit: undefined };

/** One source meets few states of its headers that are worth going back to. */
const mostResults = 12;

/** The same with every name changed. Undefined when a name has no counterpart. */
export function renamed<Names extends Pick<ManifestResult, 'reads' | 'absent' | 'nothing' | 'present' | 'links'>>(
  result: Names,
  rename: (name: string) => string | undefined,
): Names | undefined {
  let whole = true;
  const one = (name: string): string => {
    const other = rename(name);
    whole &&= other !== undefined;
    return other ?? '';
  };
  const reads = result.reads.map(({ name, digest }) => ({ name: one(name), digest }));
  const links = result.links.map(({ name, target }) => ({ name: one(name), target: one(target) }));
  const [absent, nothing, present] = [result.absent.map(one), result.nothing.map(one), result.present.map(one)];
  return whole ? { ...result, reads, links, absent, nothing, present } : undefined;
}

/** Puts a result first, in place of an older one of the same files. */
export function withResult(manifest: Manifest, result: ManifestResult): Manifest {
  const others = manifest.results.filter(({ entry }) => entry !== result.entry);
  return { results: [result, ...others].slice(0, mostResults), unfit: undefined };
}
