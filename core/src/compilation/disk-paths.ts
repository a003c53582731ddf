// Knows: under which name a path of Windows exists on a build server, where there are no drives, and back again: `C:\x` is `/prefix/disk-C/x`.
// Refuses to know: which words of a command line are paths (the dialects). Shares of other machines and devices have no name over there.
import { windowsName, windowsPath } from '../base/index.js';

const start = '/prefix/disk-';

/**
 * @param cwd absolute, in which relative paths are understood
 * @returns undefined for what cannot exist over there: shares, devices, folders open on other drives
 */
export function toDiskPath(path: string, cwd?: string): string | undefined {
  const parsed = windowsPath(path, cwd);
  // A name with `/` in it exists only under a verbatim path.
  if (parsed === undefined || !/^[A-Za-z]:$/.test(parsed.root) || parsed.parts.some((part) => part.includes('/'))) return undefined;
  return [start + parsed.root.slice(0, 1).toUpperCase(), ...parsed.parts].join('/');
}

/** The same as it may stand in an argument: absolute ones change, of others the slashes alone, so that what is relative here is relative there. */
export function toDiskWord(path: string, cwd?: string): string | undefined {
  if (!/^[A-Za-z]:|^[\\/]/.test(path)) return path.replaceAll('\\', '/');
  const disk = toDiskPath(path, cwd);
  // A folder is told from a file by its end.
  return disk === undefined || !/[^:\\/][\\/]$/.test(path) ? disk : `${disk}/`;
}

/** Undefined for a name that is on no drive. */
export function fromDiskPath(remote: string): string | undefined {
  const [, letter, rest = ''] = /^\/prefix\/disk-([A-Za-z])((?:\/.*)?)$/s.exec(remote) ?? [];
  if (letter === undefined || rest.includes('\\')) return undefined;
  return windowsName({ root: `${letter}:`, parts: rest.split('/').filter((part) => part !== '') });
}

/** Names of one job: what comes back is called as it was when it went, whatever its slashes and case. */
export interface DiskNames {
  /** Undefined: see `toDiskPath`. */
  toRemote(path: string): string | undefined;
  toLocal(remote: string): string | undefined;
}

export function createDiskNames(cwd: string): DiskNames {
  const spelled = new Map<string, string>();
  return {
    toRemote(path) {
      const remote = toDiskPath(path, cwd);
      if (remote !== undefined && !spelled.has(remote)) spelled.set(remote, path);
      return remote;
    },
    toLocal: (remote) => spelled.get(remote) ?? fromDiskPath(remote),
  };
}

/** A path ends where its line, a quotation, a position (`(3,5)`, `:3:5`) or a sentence goes on. */
const inText = /\/prefix\/disk-([A-Za-z])(?=[/"'(:\s]|$)((?:\/(?:(?!\(\d|:\s|:\d|["'\n\r]).)*)?)/g;

/** Diagnostics and notes with the names that they would have here. */
export const textFromDisk = (text: string): string =>
  text.replace(inText, (_, letter: string, rest: string) => `${letter}:${rest === '' ? '\\' : rest.replaceAll('/', '\\')}`);

const inDependencies = /\/prefix\/disk-([A-Za-z])((?:\/(?:\\[ #]|\$\$|[^\s\\$])*)?)/g;

/** A dependency file for make. Its own backslashes stand before blanks and `#` and stay. */
export const dependenciesFromDisk = (text: string): string =>
  text.replace(inDependencies, (_, letter: string, rest: string) => `${letter}:${rest === '' ? '\\' : rest.replaceAll('/', '\\')}`);
