// Knows: under which name a path of Windows exists on a build server, where there are no drives, and back again: `C:\x` is `/prefix/disk-C/x`.
// Refuses to know: which words of a command line are paths (the dialects). Shares of other machines and devices have no name over there.
import { type EnvPairs, forwardSlashed, windowsPath } from '../base/index.js';
import { englishPrefix } from './include-notes.js';

const start = '/prefix/disk-';

/** Whether a name does not depend on the folder alone: `C:\x`, `\x`, and `C:x` too. */
export const isWindowsAbsolute = (path: string): boolean => /^[A-Za-z]:|^[\\/]/.test(path);

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
  if (!isWindowsAbsolute(path)) return path.replaceAll('\\', '/');
  const disk = toDiskPath(path, cwd);
  // A folder is told from a file by its end.
  return disk === undefined || !/[^:\\/][\\/]$/.test(path) ? disk : `${disk}/`;
}

/** Variables that hold folders, and what parts them over there: clang's own are parted as the system does, Microsoft's always in their own way. */
const folderLists: ReadonlyMap<string, string> = new Map([
  ['INCLUDE', ';'], ['EXTERNAL_INCLUDE', ';'],
  ['CPATH', ':'], ['C_INCLUDE_PATH', ':'], ['CPLUS_INCLUDE_PATH', ':'], ['OBJC_INCLUDE_PATH', ':'], ['OBJCPLUS_INCLUDE_PATH', ':'],
]);
/** Programs are not looked for in the folders of a client. */
const leftHere = new Set(['PATH', 'PWD', 'COMPILER_PATH', 'GCC_EXEC_PREFIX']);

/** Variables with the names of files as they are over there; undefined: one is on no drive. */
export function toDiskVariables(env: EnvPairs, cwd: string): EnvPairs | undefined {
  const changed: (readonly [name: string, value: string])[] = [];
  for (const [name, value] of env) {
    if (leftHere.has(name.toUpperCase())) continue;
    const parted = folderLists.get(name);
    const folders = parted === undefined ? [value] : value.split(';').filter((folder) => folder !== '');
    const words = folders.map((folder) => (parted !== undefined || isWindowsAbsolute(folder) ? toDiskWord(folder, cwd) : folder));
    if (words.includes(undefined)) return undefined;
    changed.push([name, words.join(parted ?? '')]);
  }
  return changed;
}

/** A path ends where its line, a quotation, a position (`(3,5)`, `:3:5`) or a sentence goes on. */
const inText = /\/prefix\/disk-([A-Za-z])(?=[/"'(:\s]|$)((?:\/(?:(?!\(\d|:\s|:\d|["'\n\r]).)*)?)/g;

/** Diagnostics and notes with the names that they would have here. */
export const textFromDisk = (text: string): string =>
  text.replace(inText, (_, letter: string, rest: string) => `${letter}:${rest === '' ? '\\' : rest.replaceAll('/', '\\')}`);

/** With `/` alone, for comparing: over there separators are joined otherwise. */
const alike = (name: string): string => forwardSlashed(textFromDisk(name));

/**
 * What clang-cl tells of included files, as on Windows: with that system's ends of lines, and names as they are spelled here.
 * @param spelled names of files as the compiler here gives them; others get separators of one kind
 */
export function notesFromDisk(text: string, spelled: readonly string[]): string {
  const known = new Map(spelled.map((name) => [alike(name), name]));
  const note = new RegExp(`^(${englishPrefix} *)(.*)$`);
  const here = (name: string): string => known.get(alike(name)) ?? alike(name).replaceAll('/', '\\');
  return text.split('\n').map((line) => line.replace(note, (_, start: string, name: string) => start + here(name))).join('\r\n');
}
