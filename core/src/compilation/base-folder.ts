// Knows: a folder whose own name does not matter, taken out of names and words and put in again. Refuses to know: which folder it is, and
// whether a result really does not depend on it.
//
// In its place stands a byte that no path and no word of a command line begins with. Two checkouts of one project then have the same names.

const mark = '\u0001';

export interface BaseFolder {
  /** Absolute, with a `/` at its end; empty: there is none, and everything stays as it is. */
  readonly path: string;
  /** Takes it out of a word, wherever a path begins in it. */
  strip(word: string): string;
  /** Takes it out of a file's name. */
  stripName(name: string): string;
  /** The inverse of `stripName`; undefined for a name that was stripped of a folder when there is none. */
  restoreName(name: string): string | undefined;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const none: BaseFolder = {
  path: '',
  strip: (word) => word,
  stripName: (name) => name,
  restoreName: (name) => (name.startsWith(mark) ? undefined : name),
};

/** @param path absolute and normalised, with or without a `/` at its end; undefined: there is none */
export function baseFolder(path: string | undefined): BaseFolder {
  if (path === undefined || path === '' || path === '/') return none;
  const bare = path.endsWith('/') ? path.slice(0, -1) : path;
  // Elsewhere it is the end of a longer name.
  const inWords = new RegExp(`(^|^-[A-Za-z]|[=:,;"'\\s\\0])${escaped(bare)}(?=/|$|[=:,;"'\\s\\0])`, 'g');
  return {
    path: `${bare}/`,
    strip: (word) => word.replace(inWords, `$1${mark}`),
    stripName: (name) => (name === bare || name.startsWith(`${bare}/`) ? mark + name.slice(bare.length) : name),
    restoreName: (name) => (name.startsWith(mark) ? bare + name.slice(mark.length) : name),
  };
}

/** The one of several folders, each absolute with a `/` at its end, in which a compile takes place; the innermost. */
export function baseOf(folders: readonly string[], cwd: string): string | undefined {
  const around = folders.filter((folder) => `${cwd}/`.startsWith(folder));
  return around.sort((one, other) => other.length - one.length)[0];
}
