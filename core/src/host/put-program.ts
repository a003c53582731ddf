// Knows: how a program takes the place of another file, whole or not at all. Refuses to know: which programs, and why.
import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface ProgramPut {
  readonly from: string;
  /** May exist; who runs it keeps what he runs. */
  readonly to: string;
  /** Why the copy, which has the name of `to` in another folder of the same disk, must not be used; undefined when it may. */
  readonly unfit: (copy: string) => Promise<string | undefined>;
}

/**
 * Never a link to `from`: whoever has that file by hard links keeps it as it is.
 * @returns what `unfit` said; undefined when the program is in place
 * @throws what node:fs throws; then `to` is as it was
 */
export async function putProgram({ from, to, unfit }: ProgramPut): Promise<string | undefined> {
  const folder = join(dirname(to), `.put-${process.pid}`);
  const copy = join(folder, basename(to));
  mkdirSync(folder);
  try {
    copyFileSync(from, copy);
    chmodSync(copy, 0o755);
    const reason = await unfit(copy);
    if (reason === undefined) renameSync(copy, to);
    return reason;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
