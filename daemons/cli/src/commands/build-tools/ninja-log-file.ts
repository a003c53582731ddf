// Knows: that ninja's log says of commands with the launcher the same as of those without, before and after a build through the copy; and how deep
// the copy's pools are. Refuses to know: how both are written.
import { join } from 'node:path';
import { changedLog, hashKindOfLog, poolsFile, poolsText, wrapperOf } from '@sccache-ts/adapter-ninja';
import { asBuffer } from '@sccache-ts/core/base';
import { pickUp, readWhole, writeAtomically } from '@sccache-ts/core/host';
import { copyInLog, copyState, type CopyState, type CopyWanted, logPath } from './ninja-copy.js';

interface Swap {
  readonly path: string;
  readonly state: CopyState;
  readonly hashes: ReadonlyMap<string, string>;
  readonly dropped: readonly string[];
}

/** A log that cannot be read or written stays as it is: ninja then makes anew what it would not have needed to. */
async function swap({ path, state, hashes, dropped }: Swap): Promise<void> {
  try {
    const found = await pickUp(path);
    const log = found === undefined ? undefined : asBuffer(found.bytes).toString('latin1');
    if (found === undefined || log === undefined || hashKindOfLog(log) !== state.hash) return;
    const changed = changedLog(log, { hashes, dropped });
    if (changed !== undefined) await writeAtomically(path, Buffer.from(changed, 'latin1'), found.mode);
  } catch {
    // Not a reason to stop a build: the worst is that compiles are asked for again, and answered by the cache.
  }
}

/** Writes how deep the pools of a copy are, where that is not what they are already. @returns why it cannot be written; undefined: it stands there */
export async function keepPools({ folder, file }: CopyWanted, depths: Parameters<typeof poolsText>[0]): Promise<string | undefined> {
  const path = join(folder, poolsFile(wrapperOf(file)));
  const text = poolsText(depths);
  try {
    if (readWhole(path)?.toString() !== text) await writeAtomically(path, text, 0o666);
    return undefined;
  } catch (cause) {
    return `${path}: cannot be written (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`;
  }
}

export interface OurBuild {
  readonly wanted: CopyWanted;
  readonly copy: CopyState;
}

/** Runs a build whose commands have the launcher, on a log that was written without. */
export async function withOurLog<T>({ wanted: { folder, file }, copy }: OurBuild, run: () => Promise<T>): Promise<T> {
  const dropped = [copyInLog(file)];
  await swap({ path: logPath(folder, copy.builddir), state: copy, hashes: new Map(copy.hashes), dropped });
  try {
    return await run();
  } finally {
    // The copy may have been made anew meanwhile.
    const now = copyState(folder, file) ?? copy;
    const back = [...copy.hashes, ...now.hashes].map(([plain, wrapped]) => [wrapped, plain] as const);
    await swap({ path: logPath(folder, now.builddir === '' ? copy.builddir : now.builddir), state: copy, hashes: new Map(back), dropped });
  }
}
