// Knows: the folder of one job: what the overlay needs, and where files are put and found while nothing is mounted.
// Refuses to know: what the job does.
import { chmod, mkdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { RunJobHeader } from '../wire/index.js';
import { removeTree } from './remove-tree.js';
import { type RootView, viewRoot } from './root-view-disk.js';

export interface JobFolder {
  readonly path: string;
  /** The uppermost layer: whatever the job has and makes. */
  readonly upper: string;
  /** The job's root as the sandbox will show it. Only for when no process of the job runs. */
  readonly root: RootView;
  remove(): Promise<void>;
}

/** An overlay leaves folders behind that nobody may enter, not even their owner, who then cannot remove them as they are. */
const shut = [['work'], ['work', 'incompat'], ['work', 'incompat', 'volatile']] as const;

async function removeJob(path: string): Promise<void> {
  for (const names of shut) {
    const opened = await chmod(join(path, 'work', ...names), 0o700).then(() => true, (thrown: unknown) => {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
      return false;
    });
    if (!opened) break;
  }
  await removeTree(path);
}

/** @param path must not be there yet. @throws what the file system says */
export async function makeJobFolder(path: string, toolchain: string): Promise<JobFolder> {
  const upper = join(path, 'upper');
  // Nobody else on the machine may reach what a job makes, whatever modes the job gives it.
  await mkdir(path, { mode: 0o700 });
  for (const name of [upper, join(path, 'work'), join(path, 'target')]) await mkdir(name, { mode: 0o755 });
  return { path, upper, root: viewRoot([upper, toolchain]), remove: () => removeJob(path) };
}

/** Where an output lies; relative ones are relative to the working directory. */
export const outputPath = (header: RunJobHeader, output: string): string => posix.resolve(header.command.cwd, output);

/** Makes the working directory and the directories of all outputs, as the reference does. @throws Fault ARCHIVE_HOSTILE */
export function makeJobDirectories(root: RootView, header: RunJobHeader): void {
  root.makeDirectory(header.command.cwd);
  for (const output of header.outputs) root.makeDirectory(posix.dirname(outputPath(header, output)));
}
