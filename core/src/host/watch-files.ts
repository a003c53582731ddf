// Knows: how one hears that a file changed, appeared or vanished, whatever way it was written and on whatever file system: by looking at it.
// Refuses to know: what is in it. Being told by the system costs more where it matters: for a file that is replaced, or whose folder comes and goes, the
// folders above have to be watched, and whoever writes much beside it keeps the watcher busy.
import { statOfFile } from './inputs-look.js';
import { identityOf } from './reachable-stat.js';

export interface FilesWatch {
  close(): void;
}

/** A look at a handful of files takes microseconds. */
const lookMs = 250;

function stateOf(file: string): string | undefined {
  const stat = statOfFile(file);
  return stat && identityOf(stat);
}

/**
 * Calls when one or more of the files are other than before, and have been so for one more look: editors write in several steps. Watches until
 * closed; does not keep the process alive. @param files absolute; they and their folders may be missing
 */
export function watchFiles(files: readonly string[], onChange: () => void): FilesWatch {
  const look = (): string => JSON.stringify(files.map((file) => stateOf(file) ?? null));
  let told = look();
  let seen = told;
  const timer = setInterval(() => {
    const now = look();
    if (now === seen && now !== told) {
      told = now;
      onChange();
    }
    seen = now;
  }, lookMs).unref();
  return { close: () => clearInterval(timer) };
}
