// Knows: how one hears that a file changed, appeared or vanished, whatever way it was written. Refuses to know: what is in it.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

export interface FilesWatch {
  close(): Promise<void>;
}

export interface WatchHandlers {
  /** Called once some quiet has followed a change of one or more of the files. */
  readonly onChange: () => void;
  readonly onError: (cause: unknown) => void;
}

/** Editors write in several steps. */
const settleMs = 100;

/** The folders above a path, the nearest first. */
function* above(path: string): Generator<string> {
  for (let at = dirname(path); ; at = dirname(at)) {
    yield at;
    if (at === dirname(at)) return;
  }
}

/**
 * The folder to watch for a file: one above its own, or the nearest that is there, because a watched file or folder that is deleted
 * and made again is never heard of any more.
 */
function rootOf(file: string): string {
  return [...above(dirname(file))].find((folder) => existsSync(folder)) ?? dirname(file);
}

/** Watches until closed; does not keep the process alive. @param files absolute; they and their folders may be missing */
export async function watchFiles(files: readonly string[], handlers: WatchHandlers): Promise<FilesWatch> {
  const { watch } = await import('chokidar');
  // Everything else in those folders is none of our business, and may be much.
  const relevant = new Set(files.flatMap((file) => [file, ...above(file)]));
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch([...new Set(files.map(rootOf))], {
    ignored: (path) => !relevant.has(path),
    ignoreInitial: true,
    persistent: false,
    awaitWriteFinish: { stabilityThreshold: settleMs / 2, pollInterval: settleMs / 10 },
  });
  watcher.on('all', (_event, path) => {
    if (!files.includes(path)) return;
    clearTimeout(timer);
    timer = setTimeout(handlers.onChange, settleMs);
  });
  watcher.on('error', handlers.onError);
  await new Promise<void>((resolve) => void watcher.once('ready', resolve));
  return {
    async close() {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}
