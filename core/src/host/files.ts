// Knows: how a file is put in place so that nobody ever sees half of it. Refuses to know: what is in it.
import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
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

/** A new folder below the system's one for temporary files, without links in its name; whoever makes it removes it. */
export async function makeTemporaryFolder(prefix: string): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), prefix)));
}

/** A whole file; undefined when there is none. @throws what the file system says otherwise */
export async function readWhole(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
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
