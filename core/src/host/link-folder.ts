// Knows: a folder of this user's alone that is full of links to one program, and which programs PATH has. Refuses to know: what the links are for.
import { readdirSync } from 'node:fs';
import { lstat, mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { Fault } from '../base/index.js';
import { makeFolders, temporaryBeside } from './files.js';

export interface LinkFolder {
  /** Absolute. Made when it is not there, for this user alone, as is the one that holds it. */
  readonly folder: string;
  readonly names: readonly string[];
  /** Where every link leads, absolute. */
  readonly target: string;
  /** Effective user id. */
  readonly uid: number;
}

async function targetOf(link: string): Promise<string | undefined> {
  try {
    return await readlink(link);
  } catch {
    // Absent, or no link: it is put in place.
    return undefined;
  }
}

async function placeLink(path: string, target: string): Promise<void> {
  if ((await targetOf(path)) === target) return;
  const temporary = temporaryBeside(path);
  try {
    await symlink(target, temporary);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

async function claim(folder: string, uid: number): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause;
  });
  const facts = await lstat(folder);
  if (facts.isDirectory() && facts.uid === uid && (facts.mode & 0o022) === 0) return;
  throw new Fault('STORAGE_FAILED', `${folder}: is not a folder that only this user may write to`, { hint: 'Remove it, or choose another cache folder (SCCACHE_DIR).' });
}

/**
 * Sees to it that every link is there. Several may do so at once: each link is put in place by rename, and nobody goes on before all are there.
 * @throws Fault STORAGE_FAILED when the folder cannot be made, or others than this user may write to it
 */
export async function fillLinkFolder({ folder, names, target, uid }: LinkFolder): Promise<void> {
  try {
    const holder = dirname(folder);
    // Those above may be shared: they are made as the caller's umask says.
    await makeFolders(dirname(holder));
    await claim(holder, uid);
    await claim(folder, uid);
    await Promise.all(names.map((name) => placeLink(join(folder, name), target)));
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw new Fault('STORAGE_FAILED', `${folder}: cannot be made: ${(thrown as NodeJS.ErrnoException).code ?? String(thrown)}`, {
      hint: 'Choose another cache folder (SCCACHE_DIR).',
      cause: thrown,
    });
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // PATH may name what is not there, or not ours to read: nothing is found there.
    return [];
  }
}

/** Every name in the folders of PATH, once each, sorted; some may be no programs. */
export function namesInPath(path: string, cwd: string): readonly string[] {
  const folders = new Set(path.split(':').map((entry) => (isAbsolute(entry) ? entry : join(cwd, entry))));
  return [...new Set([...folders].flatMap(namesIn))].sort();
}
