// Knows: every place where a preprocessor may have looked for a file before it found one, from what the files that it read mention.
// Refuses to know: disks; whoever asks brings a view of one.
//
// A preprocessor takes the first file that it finds. So its choice stays the same while the file that it took stays there and nothing
// comes to stand in one of the earlier places. Which of several operands was really searched for is not known: all are taken to be.
import { type Beside, includerFolders } from './looked-for-includers.js';
import type { SearchList } from './search-list.js';
import type { IncludeOperand, SourceMentions } from './source-mentions.js';

/** A file that was read, as the compiler spells its name. */
export interface ReadSource {
  readonly name: string;
  readonly mentions: SourceMentions;
}

/** What stands under a name: the identity of a file, which is the same under all its names; `folder`, or nothing. */
export type LookAt = (name: string) => { readonly kind: 'file'; readonly id: string } | { readonly kind: 'folder' | 'nothing' };

export interface Searched {
  /** The source first. */
  readonly sources: readonly ReadSource[];
  /** Operands of -include and -imacros. */
  readonly forced: readonly string[];
  readonly search: SearchList;
  /** gcc takes `name.gch` in the place of `name` where a first include may stand. */
  readonly precompiled: boolean;
  /** As cl does: quoted names are looked for beside every file on the way to the one that names them, and backslashes part names as slashes do. */
  readonly includers?: boolean | undefined;
  readonly look: LookAt;
}

export interface LookedFor {
  /** No file may come to stand here; folders are passed over. */
  readonly absent: ReadonlySet<string>;
  /** Nothing at all may come to stand here. */
  readonly nothing: ReadonlySet<string>;
  /** Files that were asked for by `__has_include` and that must stay. */
  readonly present: ReadonlySet<string>;
  /** Answers to `__has_include`, which shape the result without a trace in what was read. */
  readonly asked: ReadonlyMap<string, 'found' | 'absent'>;
  /** Files that were found and not read: their directives were not acted on, or gcc took them for others that it had read. */
  readonly unread: ReadonlySet<string>;
  /** Files in the way of others that were read: right if the way was not taken, or if they came only later. */
  readonly doubtful: ReadonlySet<string>;
  /** A precompiled header that stands where gcc would take it. */
  readonly precompiled: string | undefined;
  /** There are so many places that not all were gone through; what is found is not all there is. */
  readonly tooMany: boolean;
}

/** Looking at one takes about a microsecond, and nothing else is done meanwhile. */
const mostPlaces = 300_000;

/** gcc includes this before everything else. */
const preinclude: IncludeOperand = { name: 'stdc-predef.h', quoted: false, next: true, asked: false };

const folderOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('/')) || (name.startsWith('/') ? 1 : 0));
const within = (folder: string, name: string): string => (folder === '' || name.startsWith('/') ? name : folder.endsWith('/') ? folder + name : `${folder}/${name}`);

interface Walk {
  readonly asked: Searched;
  /** Folders beside which a source's quoted names are looked for. */
  readonly beside: (source: ReadSource) => Beside;
  readonly read: ReadonlySet<string>;
  readonly seen: Set<string>;
  /** What is given in the end. */
  readonly found: {
    readonly [Name in 'absent' | 'nothing' | 'present' | 'unread' | 'doubtful']: Set<string>;
  } & { readonly asked: Map<string, 'found' | 'absent'>; precompiled: string | undefined; tooMany: boolean };
  places: number;
}

/** Goes through the places in order. @param how with `stays` what is found and not read must stay: that it is there may be warned about @returns the first file found */
function walk(to: Walk, places: readonly string[], { next, stays = false }: { readonly next: boolean; readonly stays?: boolean }): string | undefined {
  let found: string | undefined;
  for (const [at, place] of places.entries()) {
    to.places += 1;
    if (to.places > mostPlaces) to.found.tooMany = true;
    if (to.found.tooMany) return undefined;
    const there = to.asked.look(place);
    if (there.kind !== 'file') {
      to.found.absent.add(place);
      continue;
    }
    found ??= place;
    if (!to.read.has(there.id)) to.found.unread.add(place);
    if (!to.read.has(there.id) && stays) to.found.present.add(place);
    if (next) continue;
    if (!to.read.has(there.id) && places.slice(at + 1).some((later) => isRead(to, later))) to.found.doubtful.add(place);
    return found;
  }
  return found;
}

function isRead(to: Walk, place: string): boolean {
  const there = to.asked.look(place);
  return there.kind === 'file' && to.read.has(there.id);
}

/** Places in which gcc looks for a precompiled header: beside each that it tries. */
function watchPrecompiled(to: Walk, places: readonly string[]): void {
  if (!to.asked.precompiled) return;
  for (const place of places) {
    const beside = `${place}.gch`;
    if (to.asked.look(beside).kind === 'nothing') to.found.nothing.add(beside);
    else to.found.precompiled ??= beside;
    if (to.asked.look(place).kind === 'file') return;
  }
}

function placesOf({ search, includers }: Searched, operand: IncludeOperand, beside: readonly string[]): readonly string[] {
  const name = includers === true ? operand.name.replaceAll('\\', '/') : operand.name;
  if (name.startsWith('/')) return [name];
  const folders = operand.quoted ? [...beside, ...search.quoted, ...search.angled] : search.angled;
  return folders.map((it) => within(it, name));
}

function walkOperands(to: Walk, source: ReadSource, first: boolean): void {
  const { folders, mark: folder } = to.beside(source);
  const includers = to.asked.includers === true;
  for (const operand of source.mentions.includes) {
    if (to.found.tooMany) return;
    // The same search from the same folder has the same end; bracketed names do not depend on the folder.
    const mark = `${operand.quoted ? folder : '<'}\n${operand.name}\n${operand.next ? '+' : ''}${operand.asked ? '?' : ''}${first ? '1' : ''}`;
    if (to.seen.has(mark)) continue;
    to.seen.add(mark);
    const places = placesOf(to.asked, operand, folders);
    // In which order the folders were gone through is not known.
    const found = walk(to, places, includers && operand.quoted ? { next: true, stays: true } : operand);
    if (first && !operand.asked) watchPrecompiled(to, places);
    if (!operand.asked) continue;
    if (found !== undefined && !isRead(to, found)) to.found.present.add(found);
    to.found.asked.set(`${operand.quoted ? `"${operand.name}"` : `<${operand.name}>`}${operand.quoted ? ` in ${folders.join('\n')}` : ''}${operand.next ? ' next' : ''}`, found === undefined ? 'absent' : 'found');
  }
}

/** Names by which a file may have been meant: what is left of its name behind any folder from which the search may have set out. */
function meantBy(name: string, folders: readonly string[]): readonly string[] {
  const rests = folders.flatMap((folder) => {
    const start = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
    return name.startsWith(start) && name.length > start.length ? [name.slice(start.length)] : [];
  });
  if (rests.some((rest) => !rest.startsWith('/'))) return rests;
  const parts = name.split('/').filter((part) => part !== '');
  return parts.map((_, at) => parts.slice(at).join('/'));
}

/** Operands that came out of macros are not known: each file that was read may have been meant by one. */
function walkComputed(to: Walk): void {
  const { sources, search } = to.asked;
  const from = [...new Set(sources.filter((source) => source.mentions.computed).flatMap((source) => to.beside(source).folders))];
  if (from.length === 0) return;
  const folders = [...new Set([...from, ...search.quoted, ...search.angled])];
  for (const { name } of sources) {
    if (to.found.tooMany) return;
    for (const rest of new Set(meantBy(name, folders))) {
      if (rest.startsWith('/')) continue;
      const places = folders.map((folder) => within(folder, rest));
      walk(to, places, { next: true });
      if (sources[0]?.mentions.computed === true) watchPrecompiled(to, places);
    }
  }
}

export function lookedFor(asked: Searched): LookedFor {
  const ids = asked.sources.map((source) => asked.look(source.name));
  const to: Walk = {
    asked,
    beside: asked.includers === true ? includerFolders(asked.sources, folderOf) : (source) => ({ folders: [folderOf(source.name)], mark: folderOf(source.name) }),
    read: new Set(ids.flatMap((it) => (it.kind === 'file' ? [it.id] : []))),
    seen: new Set(),
    found: {
      absent: new Set(),
      nothing: new Set(asked.search.missing),
      present: new Set(),
      asked: new Map(),
      unread: new Set(),
      doubtful: new Set(),
      precompiled: undefined,
      tooMany: false,
    },
    places: 0,
  };
  walk(to, placesOf(asked, preinclude, ['']), preinclude);
  const main = folderOf(asked.sources[0]?.name ?? '');
  for (const name of asked.forced) {
    const operand: IncludeOperand = { name, quoted: true, next: true, asked: false };
    const places = [...new Set([...placesOf(asked, operand, ['']), ...placesOf(asked, operand, [main])])];
    walk(to, places, operand);
    watchPrecompiled(to, places);
  }
  for (const [at, source] of asked.sources.entries()) walkOperands(to, source, at === 0);
  walkComputed(to);
  return to.found;
}
