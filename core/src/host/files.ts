// Knows: how a file is put in place so that nobody ever sees half of it. Refuses to know: what is in it.
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Prefix of files that are not in place yet; whoever owns a folder may remove old ones at start. */
export const temporaryPrefix = '.sccache-ts-tmp-';

/** A name for a not yet finished file in the same folder as `path`, so that a rename can put it in place. */
export function temporaryBeside(path: string): string {
  // Not joined by node, which would shorten `link/..` to something else.
  return `${dirname(path)}/${temporaryPrefix}${randomBytes(9).toString('base64url')}`;
}

/** Writes a whole file by temporary name and rename. `mode` is before the umask. */
export async function writeAtomically(path: string, bytes: Uint8Array | string, mode = 0o600): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await writeFile(temporary, bytes, { mode, flag: 'wx' });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

/** Makes a folder and those above it where they are not there. */
export async function makeFolders(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
}

/** Removes a file that may or may not be there. */
export async function discard(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Whether this user may make files in a folder. */
export function isWritableFolder(path: string): boolean {
  try {
    accessSync(`${path}/.`, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    // Not there, no folder, or somebody else's: whoever tries is told which.
    return false;
  }
}

/** Names of all that is in a folder, sorted. */
export async function namesIn(path: string): Promise<readonly string[]> {
  return (await readdir(path)).sort();
}

/** Whether there is something, at the end of all links. */
export function isThere(path: string): boolean {
  return existsSync(path);
}

/** Writes a file that is not there yet; the umask decides who may read it. @throws EEXIST */
export async function makeFile(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' });
}
