// Knows: which file a name means for somebody who works in a folder, on either kind of system. Refuses to know: disks.
import { windowsName, windowsPath } from './windows-path.js';

/** Whether a working directory is one of Windows: `C:\x`, or `C:/x` as we spell it. Everywhere else a folder begins with `/`. */
export const isWindowsFolder = (cwd: string): boolean => cwd.charCodeAt(1) === 0x3a && /^[A-Za-z]:[\\/]/.test(cwd);

/** What separates the folders of a list in a variable (PATH, CPATH) for who works in this folder. */
export const listDelimiter = (cwd: string): string => (isWindowsFolder(cwd) ? ';' : ':');

/** With `/` alone, which programs of Windows understand too. Not for verbatim names, in which `/` is no separator. */
export const forwardSlashed = (path: string): string => path.replaceAll('\\', '/');

/** A name that a compiler gave, as everybody after this splits it: on Windows it may hold separators of both kinds. */
export const spelledFor = (cwd: string, name: string): string => (isWindowsFolder(cwd) ? forwardSlashed(name) : name);

/** `..` is resolved as Windows itself does, by the name alone. A folder that is open on another drive is known to nobody but the caller. */
function absoluteOnWindows(cwd: string, name: string): string {
  const path = windowsPath(name, cwd);
  if (path !== undefined) return forwardSlashed(windowsName(path));
  // No file can have such a name: what is looked for there is not there.
  return `${cwd.slice(0, 2)}/?/${forwardSlashed(name).replaceAll(/[:?]/g, '')}`;
}

/**
 * Outside Windows nothing is shortened: behind a link, `..` leads back from where the link leads, which only the kernel knows.
 * @param cwd absolute
 */
export function absoluteName(cwd: string, name: string): string {
  if (isWindowsFolder(cwd)) return absoluteOnWindows(cwd, name);
  if (name.startsWith('/')) return name;
  return cwd.endsWith('/') ? cwd + name : `${cwd}/${name}`;
}
