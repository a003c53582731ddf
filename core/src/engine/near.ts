// Knows: direct mode's key of a compile: everything that is known before any header is read, and what was remembered under it.
// Refuses to know: headers (near-lookup.ts, near-study.ts).
import { absoluteName, type CacheKey, digestOf, type FileState, isFault, type KeyPart, keyOf } from '../base/index.js';
import { decodeManifest, emptyManifest, type Manifest } from '../compilation/index.js';
import { describeProcessor, type FileClock, type FileDigests, type FileSnapshot, type FolderViews, type SearchLists } from '../host/index.js';
import type { Storage } from '../storage/index.js';
import { namedFolders } from './named-folders.js';
import type { Settling } from './settling.js';
import type { SourceMemo } from './source-memo.js';
import type { Asked } from './work.js';

/** What direct mode needs beside the engine's other ports. */
export interface NearPorts {
  readonly views: FolderViews;
  readonly searchLists: SearchLists;
  readonly sources: SourceMemo;
  /** Undefined: of files that changed shortly before a compile it is not known whether they did so before. */
  readonly clock?: FileClock | undefined;
  /** What is still being written down, by the key under which it will be found. */
  readonly settling: Settling;
  /** Files that ask for the time are taken for files that do not, as the user wants it. */
  readonly ignoreTimeMacros: boolean;
}

/** What proves that programs beside the compiler are still the same, and would be found again. */
export interface Tools {
  /** A state that is undefined: nothing proves it. */
  readonly files: readonly { readonly path: string; readonly state: FileState | undefined }[];
  readonly absent: readonly string[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
}

export interface Near {
  readonly key: CacheKey;
  readonly parts: readonly KeyPart[];
  /** The source first, then files that arguments name. */
  readonly named: FileSnapshot;
  readonly manifest: Manifest;
  /** Named for included files, as spelled. */
  readonly folders: readonly string[];
  /** Programs that take part beside the compiler; undefined: none. */
  readonly tools?: Tools | undefined;
  /** Why the files that are read do not tell everything; known of the source alone, or from an earlier compile. */
  readonly unfit: string | undefined;
}

export type NearResult = { readonly kind: 'near'; readonly near: Near } | { readonly kind: 'none'; readonly reason: string };

const none = (reason: string): NearResult => ({ kind: 'none', reason });

/**
 * Stands behind the parts of a result's key. Without it a compile that read nothing beyond what is known before would keep its result under the
 * manifest's own key.
 */
export const resultPart: KeyPart = { label: 'what', value: 'result' };

/** The role of the one file in the entry that holds a manifest. */
export const manifestRole = 'manifest';

export async function readManifest(storage: Storage, key: CacheKey, signal: AbortSignal): Promise<Manifest> {
  try {
    const entry = await storage.get(key, signal);
    const file = entry?.files.find(({ role }) => role === manifestRole);
    return file === undefined ? emptyManifest : decodeManifest(file.bytes);
  } catch (thrown) {
    // What cannot be read is not remembered; the lookup of the result itself will tell of a storage in trouble.
    if (isFault(thrown)) return emptyManifest;
    throw thrown;
  }
}

interface EnginePart {
  readonly digests: FileDigests;
  readonly storage: Storage;
  readonly near: NearPorts;
}

/** Starts no process. */
export async function openNear(asked: Asked, { digests, storage, near }: EnginePart): Promise<NearResult> {
  const { compilation, compiler, request, front, base } = asked;
  if (!compilation.needsPreprocessing) return none('already preprocessed');
  if (compilation.unfollowed !== undefined) return none(compilation.unfollowed);
  const names = [compilation.input, ...compilation.extraInputs];
  const ifThere = compilation.readIfThere ?? [];
  const named = await digests.take([...names, ...ifThere, ...compilation.absentInputs].map((name) => absoluteName(compilation.cwd, name)), near.sources.learn);
  const source = named.digests[0];
  if (source === undefined) return none('the source is not a regular file');
  if (named.digests.slice(names.length + ifThere.length).some((digest) => digest !== undefined)) return none('precompiled header');
  const words = [...compiler.dialect.keyParts(compilation, request.env), ...compiler.dialect.nearParts(compilation)];
  const parts: KeyPart[] = [
    { label: 'format', value: 'near 2' },
    { label: 'compiler', value: compiler.identity },
    ...words.map(({ label, value }) => ({ label, value: base.strip(value) })),
  ];
  for (const [at, name] of names.entries()) {
    const digest = named.digests[at];
    if (digest === undefined) return none('an input is not a readable file');
    parts.push({ label: `file ${base.stripName(name)}`, value: digest });
  }
  for (const [at, name] of ifThere.entries()) parts.push({ label: `settings ${base.stripName(name)}`, value: named.digests[names.length + at] ?? 'absent' });
  if (compilation.nativeCpu) {
    const processor = describeProcessor();
    if (processor === undefined) return none('unknown processor');
    parts.push({ label: 'processor', value: digestOf(processor) });
  }
  const mentions = await near.sources.of(named.paths[0] ?? '', source);
  if (mentions === undefined) return none('the source is changing');
  const time = near.ignoreTimeMacros ? undefined : mentions.time;
  const key = keyOf(parts);
  await near.settling.wait(key);
  const manifest = await readManifest(storage, key, front.signal);
  return { kind: 'near', near: { key, parts, named, manifest, folders: namedFolders(compilation, request.env), unfit: mentions.unclear ?? time ?? manifest.unfit } };
}
