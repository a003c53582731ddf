// Knows: folders for jobs that are made before a job needs one, and again when one has gone, so that no job waits for that.
// Refuses to know: what jobs put in them.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobDisk } from './job-disk.js';
import { removeTree } from './remove-tree.js';
import { type JobFolder, jobFolderOf, makeFolderForJob, removeJob } from './sandbox-folder.js';

export interface JobFolders {
  /** One that nobody has had. @throws what the file system says; Fault SANDBOX_FAILED */
  take(toolchain: string): Promise<JobFolder>;
  /** For when no job has one any more. */
  close(): Promise<void>;
}

export interface JobFoldersOptions {
  /** Both there, empty, and in the same file system: where folders lie that jobs have, and where others wait. */
  readonly builds: string;
  readonly ready: string;
  /** How many wait while no job runs. */
  readonly count: number;
  /** Undefined: they lie in `builds`. */
  readonly openDisk: (() => Promise<JobDisk>) | undefined;
}

interface Prepared {
  /** Makes it a job's. @returns its path */
  begin(): Promise<string>;
  readonly disk: JobDisk | undefined;
  remove(): Promise<void>;
}

function onDisk(options: JobFoldersOptions, name: string): () => Promise<Prepared> {
  return async () => {
    const [waiting, path] = [join(options.ready, name), join(options.builds, name)];
    await makeFolderForJob(waiting);
    const begin = async (): Promise<string> => {
      await rename(waiting, path);
      return path;
    };
    return { begin, disk: undefined, remove: () => removeJob(path) };
  };
}

function inMemory(openDisk: () => Promise<JobDisk>): () => Promise<Prepared> {
  return async () => {
    const disk = await openDisk();
    return { begin: () => Promise.resolve(disk.path), disk, remove: () => disk.close() };
  };
}

export function createJobFolders(options: JobFoldersOptions): JobFolders {
  const waiting: Promise<Prepared>[] = [];
  let [next, taken, over] = [0, 0, false];

  function prepare(): Promise<Prepared> {
    const prepared = (options.openDisk === undefined ? onDisk(options, String(next++)) : inMemory(options.openDisk))();
    // Whoever takes it hears of it.
    prepared.catch(() => undefined);
    return prepared;
  }

  const refill = (): void => {
    while (!over && waiting.length + taken < options.count) waiting.push(prepare());
  };

  refill();
  return {
    async take(toolchain) {
      taken += 1;
      let there = true;
      const gone = (): void => {
        if (there) taken -= 1;
        there = false;
        refill();
      };
      try {
        const { begin, disk, remove } = await (waiting.shift() ?? prepare());
        return jobFolderOf({ path: await begin(), disk, remove: () => remove().finally(gone) }, toolchain);
      } catch (thrown) {
        gone();
        throw thrown;
      }
    },
    async close() {
      over = true;
      for (const each of waiting.splice(0)) await each.then(({ disk }) => disk?.close(), () => undefined);
      await removeTree(options.ready);
    },
  };
}
