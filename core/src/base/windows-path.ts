// Knows: how paths are spelled on Windows, and when two spellings mean one file there. Refuses to know: disks; short names and links are for those who ask
// a disk.
//
// Grammar:  verbatim = `\\?\` drive `:\` rest | `\\?\UNC\` server `\` share `\` rest     taken as it stands: `/`, `.` and `..` are names in it
//           device   = `\\.\` rest
//           unc      = sep sep server sep share [sep rest]
//           drive    = letter `:` sep rest          letter `:` rest is relative to the folder that is open on that drive
//           rooted   = sep rest                     relative to the drive of the working directory
//           sep      = `\` | `/`

export interface WindowsPath {
  /** `C:` or `\\server\share`, as spelled but for the separators; empty: relative. */
  readonly root: string;
  readonly parts: readonly string[];
}

const drive = /^[A-Za-z]:/;
const separators = /[\\/]+/;

/** Resolves `.` and `..`; above the root there is nothing. */
function resolved(parts: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (const part of parts) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return kept;
}

function verbatim(path: string): WindowsPath | undefined {
  const [, unc, rest = ''] = /^\\\\\?\\(UNC\\)?(.*)$/is.exec(path) ?? [];
  const parts = rest.split('\\').filter((part) => part !== '');
  if (unc === undefined) return drive.test(rest) && /^.:(?:\\|$)/.test(rest) ? { root: rest.slice(0, 2), parts: parts.slice(1) } : undefined;
  const [server, share, ...more] = parts;
  return server === undefined || share === undefined ? undefined : { root: `\\\\${server}\\${share}`, parts: more };
}

/**
 * An absolute path taken apart; undefined for one that is relative in any way, or names a device.
 * @param cwd absolute; relative paths are then relative to it, but for those on another drive
 */
export function windowsPath(path: string, cwd?: string): WindowsPath | undefined {
  if (path.startsWith('\\\\?\\')) return verbatim(path);
  if (/^[\\/]{2}[.?][\\/]/.test(path)) return undefined;
  if (/^[\\/]{2}[^\\/]/.test(path)) {
    const [server, share, ...more] = path.slice(2).split(separators);
    return server === undefined || share === undefined || share === '' ? undefined : { root: `\\\\${server}\\${share}`, parts: resolved(more) };
  }
  if (/^[A-Za-z]:[\\/]/.test(path)) return { root: path.slice(0, 2), parts: resolved(path.slice(2).split(separators)) };
  const around = cwd === undefined ? undefined : windowsPath(cwd);
  if (around === undefined) return undefined;
  if (drive.test(path)) {
    if (path.slice(0, 1).toUpperCase() !== around.root.slice(0, 1).toUpperCase() || !drive.test(around.root)) return undefined;
    return { root: around.root, parts: resolved([...around.parts, ...path.slice(2).split(separators)]) };
  }
  const from = /^[\\/]/.test(path) ? [] : around.parts;
  return { root: around.root, parts: resolved([...from, ...path.split(separators)]) };
}

export const windowsName = ({ root, parts }: WindowsPath): string => `${root}\\${parts.join('\\')}`;

/** Letter by letter, as the file systems of Windows compare names; letters that become two are left alone. */
const folded = (text: string): string =>
  text.replace(/[^\0-@[-`{-\x7f]/gu, (letter) => {
    const upper = letter.toUpperCase();
    return upper.length === letter.length ? upper : letter;
  });

/**
 * Equal for two spellings of one program's path: on Windows whatever its slashes and case, elsewhere only for equal ones. A path shows by its beginning
 * which of both it is, but for two slashes: elsewhere they are as good as one.
 * @param platform as node names it
 */
export function executableKey(path: string, platform: string): string {
  const parsed = path.startsWith('/') && (platform !== 'win32' || !path.startsWith('//')) ? undefined : windowsPath(path);
  return parsed === undefined ? path : folded(windowsName(parsed));
}
