// Knows: the folder of one job: what the overlay needs, and where files are put and found while nothing is mounted.
// Refuses to know: what the job does.
import { chmod, mkdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { RunJobHeader } from '../wire/index.js';
import type { JobDisk } from './job-disk.js';
import { removeTree } from './remove-tree.js';
import { type RootView, viewRoot } from './root-view-disk.js';

export interface JobFolder {
  readonly path: string;
  /** The uppermost layer: whatever the job has and makes. */
  readonly upper: string;
  /** The job's root as the sandbox will show it. Only for when no process of the job runs. */
  readonly root: RootView;
  /** The file system that it is, when it is one of its own. */
  readonly disk: JobDisk | undefined;
  remove(): Promise<void>;
}

/** An overlay leaves folders behind that nobody may enter, not even their owner, who then cannot remove them as they are. */
const shut = [['work'], ['work', 'incompat'], ['work', 'incompat', 'volatile']] as const;

/** @throws what the file system says when it cannot be done */
export async function removeJob(path: string): Promise<void> {
  for (const names of shut) {
    const opened = await chmod(join(path, 'work', ...names), 0o700).then(() => true, (thrown: unknown) => {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
      return false;
    });
    if (!opened) break;
  }
  await removeTree(path);
}

/** With what an overlay needs. @param path must not be there yet. @throws what the file system says */
export async function makeFolderForJob(path: string): Promise<void> {
  // Nobody else on the machine may reach what a job makes, whatever modes the job gives it.
  await mkdir(path, { mode: 0o700 });
  for (const name of ['upper', 'work', 'target']) await mkdir(join(path, name), { mode: 0o755 });
}

/** @param made by `makeFolderForJob`, or a disk */
export function jobFolderOf(made: Pick<JobFolder, 'path' | 'disk' | 'remove'>, toolchain: string): JobFolder {
  const upper = join(made.path, 'upper');
  return { ...made, upper, root: viewRoot([upper, toolchain]) };
}

/** @param path must not be there yet. @throws what the file system says */
export async function makeJobFolder(path: string, toolchain: string): Promise<JobFolder> {
  await makeFolderForJob(path);
  return jobFolderOf({ path, disk: undefined, remove: () => removeJob(path) }, toolchain);
}

/** Where an output lies; relative ones are relative to the working directory. */
export const outputPath = (header: RunJobHeader, output: string): string => posix.resolve(header.command.cwd, output);

/** Makes the working directory and the directories of all outputs, as the reference does. @throws Fault ARCHIVE_HOSTILE */
export function makeJobDirectories(root: RootView, header: RunJobHeader): void {
  root.makeDirectory(header.command.cwd);
  for (const output of header.outputs) root.makeDirectory(posix.dirname(outputPath(header, output)));
}
