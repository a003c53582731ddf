// Knows: what a finished compile is remembered by in direct mode: the files that it read and the places that it passed over.
// Refuses to know: results and where they are kept.
import { setTimeout as nap } from 'node:timers/promises';
import { absoluteName, digestOf, type FileState, isYoungAt, type KeyPart } from '../base/index.js';
import { lookedFor, type LookedFor, type ReadSource } from '../compilation/index.js';
import { type FileDigests, type FileSnapshot, type FolderView, movedSince, reachableStat } from '../host/index.js';
import { identityOfFolders, samenessName } from './named-folders.js';
import type { Near, NearPorts } from './near.js';
import type { SeenFile, Sight } from './near-sight.js';
import { timesName, timesOf } from './read-times.js';
import { searchQuestion } from './search-question.js';
import type { Asked } from './work.js';

export type Study =
  | { readonly kind: 'known'; readonly sight: Sight; readonly parts: readonly KeyPart[] }
  /** Files never tell everything that this compile depends on. */
  | (Unknown & { readonly kind: 'unfit' })
  /** Something changed meanwhile, so that nobody knows what the compiler saw; next time may be better. */
  | (Unknown & { readonly kind: 'doubt' });

interface Unknown {
  readonly reason: string;
  /** What was read all the same, for explaining. */
  readonly parts: readonly KeyPart[];
}

const doubt = (reason: string, parts: readonly KeyPart[] = []): Study => ({ kind: 'doubt', reason, parts });
const unfit = (reason: string, parts: readonly KeyPart[] = []): Study => ({ kind: 'unfit', reason, parts });

/** Why what stands on the disk now may not be what the compiler met; undefined when it is. */
function changedMeanwhile(found: LookedFor, view: FolderView, asked: Asked): Study | undefined {
  for (const name of [...found.doubtful, ...found.present]) {
    const path = absoluteName(asked.compilation.cwd, name);
    const stat = reachableStat(path);
    if (stat === undefined || isYoungAt(stat, asked.startedMs)) return doubt(`${name} may have come while the compiler ran`);
    // A file that was moved there shows it by its folder only. Compilers that write into that very folder would raise this doubt each time.
    const folder = view.holder(path);
    if (folder === undefined || isYoungAt(folder, asked.startedMs)) return unfit('a folder that is searched changes all the time');
  }
  return undefined;
}

/**
 * gcc passes over a header with `#pragma once` that is equal to one that it has read, by content and time, and does not name it. Whether it
 * did is not known, nor would a change of such a file show.
 */
async function hasEqualHeaders(read: Read, unread: ReadonlySet<string>, at: { readonly asked: Asked; readonly digests: FileDigests }): Promise<boolean> {
  const once = read.files.filter((_, index) => read.sources[index]?.mentions.once === true).map(({ digest }) => digest);
  if (once.length === 0) return false;
  const { digests } = await at.digests.take([...unread].map((name) => absoluteName(at.asked.compilation.cwd, name)));
  return new Set(once).size < once.length || digests.some((digest) => digest !== undefined && once.includes(digest));
}

interface Ports {
  readonly digests: FileDigests;
  readonly near: NearPorts;
  /** When the compiler had not yet begun, by the clock of file systems; undefined: not known. */
  readonly began?: bigint | undefined;
}

interface Read {
  readonly sources: readonly ReadSource[];
  readonly files: readonly SeenFile[];
  readonly parts: readonly KeyPart[];
}

/** Longer than a file is too young for its state to prove its content. */
const youthMs = 25;

/** With the moment known at which the compiler began, files that are too young are looked at once more, when they are older. */
async function takeOld(paths: readonly string[], { digests, near, began }: Ports): Promise<FileSnapshot> {
  const first = await digests.take(paths, near.sources.learn);
  const young = first.digests.some((digest, at) => at > 0 && digest !== undefined && first.states[at] === undefined);
  if (!young || began === undefined) return first;
  await nap(youthMs);
  return digests.take(paths, near.sources.learn);
}

/** Every file that was read, with what it mentions, or why that cannot be known. */
async function readAll(names: readonly string[], asked: Asked, ports: Ports): Promise<Read | Study> {
  const { cwd } = asked.compilation;
  const { began, near: { clock } } = ports;
  const snapshot = await takeOld(names.map((name) => absoluteName(cwd, name)), ports);
  const isBefore = (path: string, state: FileState): boolean => !isYoungAt(state, asked.startedMs) || (began !== undefined && clock?.changedBefore(path, state, began) === true);
  const parts = names.flatMap((name, at): KeyPart[] => {
    const value = at === 0 ? undefined : snapshot.digests[at];
    return value === undefined ? [] : [{ label: `file ${name}`, value }];
  });
  const sources: ReadSource[] = [];
  const files: SeenFile[] = [];
  for (const [at, name] of names.entries()) {
    const [path, digest, state] = [snapshot.paths[at] ?? '', snapshot.digests[at], snapshot.states[at]];
    if (digest === undefined) return doubt(`${name} is gone`, parts);
    // The source was digested before the compile and is compared with that; of others only the time of their last change tells that they are the same.
    if (at > 0 && (state === undefined || !isBefore(path, state))) return doubt(`${name} changed while the compiler ran, or just before`, parts);
    const mentions = await ports.near.sources.of(path, digest);
    if (mentions === undefined) return doubt(`${name} is changing`, parts);
    const reason = mentions.unclear ?? (ports.near.ignoreTimeMacros ? undefined : mentions.time);
    if (reason !== undefined) return unfit(reason, parts);
    sources.push({ name, mentions });
    files.push({ path, digest, state });
  }
  return { sources, files, parts };
}

/** Compilers may spell the source otherwise in their lists, as `a.c` for `./a.c`. */
function otherThan(source: string, path: (name: string) => string, view: FolderView): (name: string) => boolean {
  const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
  const own = view.at(path(source));
  return (name) => {
    if (lastPart(name) !== lastPart(source)) return true;
    const there = view.at(path(name));
    return there.kind !== 'file' || own.kind !== 'file' || there.id !== own.id;
  };
}

/**
 * Looks at what a compile has read.
 * @param read as the compiler spells it, in its order; the source may be among them
 */
export async function study(read: readonly string[], near: Near, at: Ports & { readonly asked: Asked }): Promise<Study> {
  const { asked } = at;
  const { compilation, compiler } = asked;
  const path = (name: string): string => absoluteName(compilation.cwd, name);
  const names = [compilation.input, ...new Set(read.filter(otherThan(compilation.input, path, at.near.views.view())))];
  const all = await readAll(names, asked, at);
  if ('kind' in all) return all;
  if (near.named.digests[0] !== all.files[0]?.digest || !(await near.named.stillSame())) return doubt('the source changed while the compiler ran', all.parts);
  const search = await at.near.searchLists.of(searchQuestion(asked));
  if (search === undefined) return unfit('the compiler does not tell where it searches', all.parts);
  const view = at.near.views.view();
  const found = lookedFor({
    sources: all.sources,
    forced: compilation.forcedIncludes,
    search,
    precompiled: compiler.facts.kind === 'gcc',
    includers: compiler.facts.kind === 'clang-cl',
    look: (name) => view.at(path(name)),
  });
  if (found.tooMany) return unfit('headers were looked for in too many places', all.parts);
  if (found.precompiled !== undefined) return unfit('precompiled header', all.parts);
  if (compiler.facts.kind === 'gcc' && (await hasEqualHeaders(all, found.unread, at))) return unfit('equal headers with #pragma once', all.parts);
  const moved = movedSince([...names, ...search.quoted, ...search.angled, ...near.folders].map(path), asked.startedMs);
  if (moved !== undefined) return doubt(`${moved} was put into place while the compiler ran, or just before`, all.parts);
  const changed = changedMeanwhile(found, view, asked);
  if (changed !== undefined) return changed;
  const { sameness, links } = identityOfFolders(near.folders, asked);
  const reads = all.files.map(({ digest }, index) => ({ name: names[index] ?? '', digest }));
  const times = compilation.tracedOnly === undefined ? [] : [{ name: timesName, value: digestOf(timesOf(names, compilation.cwd)) }];
  const answers = [...found.asked].map(([question, answer]) => ({ label: `asked ${question}`, value: digestOf(answer) }));
  return {
    kind: 'known',
    sight: {
      remembered: { reads, absent: [...found.absent], nothing: [...found.nothing], present: [...found.present], links, conditions: [{ name: samenessName, value: digestOf(sameness) }, ...times] },
      files: all.files,
      view,
    },
    parts: [...all.parts, ...answers],
  };
}
