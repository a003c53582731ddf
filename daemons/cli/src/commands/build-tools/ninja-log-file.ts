// Knows: that ninja's log says of commands with the launcher the same as of those without, before and after a build through the copy.
// Refuses to know: how the log is written.
import { join } from 'node:path';
import { changedLog, hashKindOfLog, poolsFile, poolsText, wrapperOf } from '@sccache-ts/adapter-ninja';
import { asBuffer, Fault } from '@sccache-ts/core/base';
import { pickUp, writeAtomically } from '@sccache-ts/core/host';
import { copyState, type CopyState, type CopyWanted, logPath } from './ninja-copy.js';

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

export interface OurBuild {
  readonly wanted: CopyWanted;
  readonly copy: CopyState;
  /** How many of what no build server takes run at once. */
  readonly depths: Parameters<typeof poolsText>[0];
}

/** Runs a build whose commands have the launcher, on a log that was written without. @throws Fault USAGE when nothing can be written there any more */
export async function withOurLog<T>({ wanted: { folder, file }, copy, depths }: OurBuild, run: () => Promise<T>): Promise<T> {
  const pools = join(folder, poolsFile(wrapperOf(file)));
  await writeAtomically(pools, poolsText(depths), 0o666).catch((cause: unknown) => {
    throw new Fault('USAGE', `ninja: ${pools}: cannot be written: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, { cause });
  });
  const dropped = [wrapperOf(file)];
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
