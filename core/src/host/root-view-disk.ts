// Knows: folders on the disk seen as the layers of one root: making directories and files in the uppermost, reading from all.
// Refuses to know: how the layers get mounted, and whose files these are.
// Whoever calls must be the only one to change the layers meanwhile: nothing here survives a race with a hostile process.
import { constants, type Stats, lstatSync, mkdirSync, readlinkSync, unlinkSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../base/index.js';
import { type Entry, type Layer, type Place, resolveInRoot, type Segments } from './root-view.js';

export interface RootView {
  /** Follows symlinks inside the root, the last one as told. */
  resolve(path: string, last: 'follow' | 'keep'): Place;
  /**
   * Makes sure that a directory is there, parents included, and that the uppermost layer has it too, with the modes
   * that the lower ones show. @returns its path on the host. @throws Fault ARCHIVE_HOSTILE when that cannot be
   */
  makeDirectory(path: string): string;
  /**
   * A free place for something new under that name in the uppermost layer; what is there and no directory is removed, a
   * link not followed. @returns its path on the host. @throws Fault ARCHIVE_HOSTILE
   */
  makePlace(path: string): string;
  /**
   * Opens a regular file for reading; undefined when it is not there.
   * @throws Fault OUTPUT_UNREADABLE when it is anything else, or its path leads nowhere
   */
  openFile(path: string): Promise<FileHandle | undefined>;
}

function entryOf(stats: Stats): Entry {
  const mode = stats.mode & 0o7777;
  if (stats.isDirectory()) return { kind: 'directory', mode };
  if (stats.isFile()) return { kind: 'file', mode };
  if (stats.isSymbolicLink()) return { kind: 'symlink', mode };
  // How overlayfs writes down that a lower file was deleted.
  return { kind: stats.isCharacterDevice() && stats.rdev === 0 ? 'whiteout' : 'other', mode };
}

/** A folder as a layer. */
export function layerOnDisk(folder: string): Layer {
  return {
    lstat: (segments) => {
      const stats = lstatSync(join(folder, ...segments), { throwIfNoEntry: false });
      return stats === undefined ? undefined : entryOf(stats);
    },
    readlink: (segments) => readlinkSync(join(folder, ...segments)),
  };
}

/** Ours even where the archive says otherwise: we must be able to write in a directory and to remove it. */
const ownerMay = 0o700;

/** @param folders on the host, the uppermost (the only one that is written to) first */
export function viewRoot(folders: readonly [upper: string, ...lower: string[]]): RootView {
  const upper = folders[0];
  const layers = folders.map(layerOnDisk);
  const known = new Map<string, string>();
  const hostile = (path: string, why: string): Fault => new Fault('ARCHIVE_HOSTILE', `${JSON.stringify(path)} ${why}`);
  const resolve = (path: string, last: 'follow' | 'keep'): Place => resolveInRoot(layers, path, last);

  function bring(segments: Segments): string {
    for (let depth = 1; depth <= segments.length; depth++) {
      const part = segments.slice(0, depth);
      const there = join(upper, ...part);
      if (lstatSync(there, { throwIfNoEntry: false }) !== undefined) continue;
      const shown = resolveInRoot(layers, part.join('/'), 'keep');
      mkdirSync(there, { mode: shown.kind === 'found' ? shown.entry.mode | ownerMay : 0o755 });
    }
    return join(upper, ...segments);
  }

  function makeDirectory(path: string): string {
    const remembered = known.get(path);
    if (remembered !== undefined) return remembered;
    const place = resolve(path, 'follow');
    if (place.kind === 'blocked') throw hostile(path, place.why);
    if (place.kind === 'found' && place.entry.kind !== 'directory') throw hostile(path, 'is there already and no directory');
    const made = bring(place.segments);
    known.set(path, made);
    return made;
  }

  function makePlace(path: string): string {
    const cut = path.replace(/\/+$/, '').lastIndexOf('/') + 1;
    const name = path.slice(cut).replace(/\/+$/, '');
    if (name === '' || name === '.' || name === '..' || name.includes('\0') || Buffer.byteLength(name) > 255) throw hostile(path, 'ends in a name that no file can have');
    const there = join(makeDirectory(path.slice(0, cut)), name);
    const shown = resolve(`${path.slice(0, cut)}/${name}`, 'keep');
    if (shown.kind === 'found' && shown.entry.kind === 'directory') throw hostile(path, 'is a directory already');
    if (lstatSync(there, { throwIfNoEntry: false }) !== undefined) unlinkSync(there);
    return there;
  }

  async function openFile(path: string): Promise<FileHandle | undefined> {
    const place = resolve(path, 'follow');
    if (place.kind === 'missing') return undefined;
    const unreadable = (why: string): Fault => new Fault('OUTPUT_UNREADABLE', `output ${JSON.stringify(path)} ${why}`);
    if (place.kind === 'blocked') throw unreadable(place.why);
    if (place.entry.kind !== 'file') throw unreadable('is no regular file');
    const file = await open(join(folders[place.layer] ?? upper, ...place.segments), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw unreadable('is no regular file');
  }

  return { resolve, makeDirectory, makePlace, openFile };
}
