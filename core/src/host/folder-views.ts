// Knows: what stands under many names of few folders, remembered for as long as a folder's own state says that nothing in it came or
// went. Refuses to know: contents, and why anybody asks.
import { type BigIntStats, lstatSync } from 'node:fs';
import { type FileState, isSameState, isYoungAt } from '../base/index.js';
import { reachableStat, stateOf } from './reachable-stat.js';

export type Standing = { readonly kind: 'file'; readonly id: string } | { readonly kind: 'folder' | 'nothing' };

/** The folder whose state proves that nothing stands under a name. */
export interface Anchor {
  readonly folder: string;
  readonly state: FileState;
}

/** How things stand at one moment: each folder is looked at once. */
export interface FolderView {
  /** @param path absolute; links are followed */
  at(path: string): Standing;
  /** The state of the nearest folder above a name that is there. */
  holder(path: string): FileState | undefined;
  /**
   * For a name under which no file stands: the nearest folder above it that is there. Undefined where that folder's state proves nothing:
   * it has just changed, or the name leads through a link.
   */
  anchor(path: string): Anchor | undefined;
}

export interface FolderViews {
  view(): FolderView;
}

/** Names remembered over all folders; then everything is forgotten. About a hundred bytes each. */
const mostNames = 200_000;

const nothing: Standing = { kind: 'nothing' };
const folderStands: Standing = { kind: 'folder' };

interface Known {
  readonly state: FileState;
  readonly names: Map<string, Standing>;
}

interface Seen extends Known {
  readonly settled: boolean;
}

function splitPath(path: string): readonly [folder: string, name: string] {
  const at = path.lastIndexOf('/');
  // `C:` alone would be the folder that is open on that drive.
  const folder = at <= 0 ? '/' : path.slice(0, at === 2 && path.charCodeAt(1) === 0x3a ? 3 : at);
  return [folder, path.slice(at + 1)];
}

const standingOf = (stat: BigIntStats): Standing => (stat.isDirectory() ? folderStands : { kind: 'file', id: `${stat.dev}:${stat.ino}` });

const isLink = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    // Not to be reached by this user, as little as what is behind it.
    return false;
  }
};

/** @param look at one folder, without asking twice for the same; undefined: there is none */
function viewThrough(look: (folder: string) => Seen | undefined, noted: () => void): FolderView {
  const folders = new Map<string, Seen | undefined>();
  const seen = (folder: string): Seen | undefined => {
    if (!folders.has(folder)) folders.set(folder, look(folder));
    return folders.get(folder);
  };
  const at = (path: string): Standing => {
    const [folder, name] = splitPath(path);
    const place = seen(folder);
    if (place === undefined) return nothing;
    const before = place.names.get(name);
    if (before !== undefined) return before;
    const stat = reachableStat(path);
    const standing = stat === undefined ? nothing : standingOf(stat);
    // Where a link leads may change without its folder, and so may what `..` means.
    if (name !== '' && name !== '.' && name !== '..' && !isLink(path)) {
      place.names.set(name, standing);
      if (place.settled) noted();
    }
    return standing;
  };
  const nearest = (path: string): { readonly place: Seen; readonly folder: string; readonly child: string } | undefined => {
    for (let child = path; ; ) {
      const [folder] = splitPath(child);
      if (folder === child) return undefined;
      const place = seen(folder);
      if (place !== undefined) return { place, folder, child };
      child = folder;
    }
  };
  return {
    at,
    holder: (path) => nearest(path)?.place.state,
    anchor(path) {
      const found = nearest(path);
      if (found === undefined || !found.place.settled || isLink(found.child)) return undefined;
      return { folder: found.folder, state: found.place.state };
    },
  };
}

/** @param nowMs the wall clock, to tell folders that are too young to be remembered */
export function createFolderViews(nowMs: () => number): FolderViews {
  const known = new Map<string, Known>();
  let names = 0;

  function remember(folder: string, state: FileState): Known {
    const before = known.get(folder);
    if (before !== undefined && isSameState(before.state, state)) return before;
    names -= before?.names.size ?? 0;
    if (names > mostNames) {
      known.clear();
      names = 0;
    }
    const fresh: Known = { state, names: new Map() };
    known.set(folder, fresh);
    return fresh;
  }

  function look(folder: string): Seen | undefined {
    const stat = reachableStat(folder);
    if (stat?.isDirectory() !== true) return undefined;
    const state = stateOf(stat);
    const settled = !isYoungAt(state, nowMs());
    const from = settled ? remember(folder, state) : { state, names: new Map<string, Standing>() };
    return { ...from, settled };
  }

  return { view: () => viewThrough(look, () => void (names += 1)) };
}
