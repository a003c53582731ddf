// Knows: how a file is put in place so that nobody ever sees half of it. Refuses to know: what is in it.
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

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

/** The file at the end of all links, which a rename can replace; the path itself where there is none. */
export function linkedPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** Whether there is something, at the end of all links. */
export function isThere(path: string): boolean {
  return existsSync(path);
}

/** Writes a file that is not there yet; the umask decides who may read it. @throws EEXIST */
export async function makeFile(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' });
}

/** Bytes. @throws what the file system says when there is no such file */
export function sizeOfFile(path: string): number {
  return statSync(path).size;
}

/** A new folder of this user alone; its name holds no link. */
export async function makeTemporaryFolder(prefix: string): Promise<string> {
  return mkdtemp(join(await realpath(tmpdir()), prefix));
}

/** Why no file can be made in a folder, which is made where it is not there yet; undefined when one was, and is gone again. */
export async function whyUnwritable(folder: string): Promise<string | undefined> {
  try {
    await makeFolders(folder);
    const trial = temporaryBeside(join(folder, 'trial'));
    await makeFile(trial, '');
    await discard(trial);
    return undefined;
  } catch (cause) {
    return (cause as Error).message;
  }
}

/** What this user may still write to the disk of a folder that is or will be there; undefined when that cannot be told. */
export async function freeBytesAt(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // Not there yet, or no such system call: the folder above may tell.
    const above = dirname(folder);
    return above === folder ? undefined : freeBytesAt(above);
  }
}
