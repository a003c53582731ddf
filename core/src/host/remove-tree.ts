// Knows: how a folder is removed that strangers have filled: unreadable directories, trees deeper than a path is long.
// Refuses to know: whose it was.
import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess } from './processes.js';

const mostDirectories = 100_000;

/** What a removal that has given up may still take away while we look. */
const vanished = ['ENOENT', 'ENOTDIR'];

async function openUpOne(folder: string): Promise<readonly string[]> {
  try {
    if (((await lstat(folder)).mode & 0o700) !== 0o700) await chmod(folder, 0o700);
    return (await readdir(folder, { withFileTypes: true })).filter((it) => it.isDirectory()).map((it) => join(folder, it.name));
  } catch (thrown) {
    if (vanished.includes(codeOf(thrown))) return [];
    throw thrown;
  }
}

/** Gives us back the right to empty every directory that is ours. */
async function openUp(folder: string): Promise<void> {
  const todo = [folder];
  for (let done = 0; done < mostDirectories; done++) {
    const at = todo.pop();
    if (at === undefined) return;
    todo.push(...(await openUpOne(at)));
  }
}

const codeOf = (thrown: unknown): string => (thrown as NodeJS.ErrnoException).code ?? '';

/** What modes and depth do to whoever removes. */
const obstinate = ['EACCES', 'EPERM', 'ENAMETOOLONG', 'ENOTEMPTY'];

/**
 * Removes a folder with all that is in it; links are removed, not followed. One that is not there is fine.
 * @throws what the file system says when it cannot be done
 */
export async function removeTree(folder: string): Promise<void> {
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 });
  try {
    await remove();
    return;
  } catch (first) {
    if (!obstinate.includes(codeOf(first))) throw first;
  }
  try {
    await openUp(folder);
    await remove();
  } catch (second) {
    if (!obstinate.includes(codeOf(second))) throw second;
    // These go down directory by directory, so that no path ever gets too long for them.
    await runProcess('/bin/chmod', ['-R', 'u+rwx', '--', folder], { env: {}, timeoutMs: 60_000 });
    const { code } = await runProcess('/bin/rm', ['-rf', '--', folder], { env: {}, timeoutMs: 60_000 });
    if (code !== 0) throw second;
  }
}

/** A folder that is there and has nothing in it, whatever was there before. @returns its path */
export async function emptyFolder(folder: string): Promise<string> {
  await removeTree(folder);
  await mkdir(folder, { recursive: true });
  return folder;
}
