// Knows: that ninja's log says of commands with the launcher the same as of those without, before and after a build through the copy; and how deep
// the copy's pools are. Refuses to know: how both are written.
import { join } from 'node:path';
import { changedLog, type HashKind, hashKindOfLog, poolsFile, poolsText, wrapperOf } from '@sccache-ts/adapter-ninja';
import { asBuffer } from '@sccache-ts/core/base';
import { pickUp, readWhole, writeAtomically } from '@sccache-ts/core/host';
import { copyInLog, copyState, type CopyState, type CopyWanted, currentCopy, logPath } from './ninja-copy.js';

interface Swap {
  readonly path: string;
  readonly state: CopyState;
  readonly hashes: ReadonlyMap<string, string>;
  readonly dropped: readonly string[];
}

interface Log {
  readonly text: string;
  readonly mode: number;
}

async function readLog(path: string): Promise<Log | undefined> {
  const found = await pickUp(path);
  return found === undefined ? undefined : { text: asBuffer(found.bytes).toString('latin1'), mode: found.mode };
}

/** In which hashes a log is written; undefined: there is none, or it cannot be read. */
export async function logKind(path: string): Promise<HashKind | undefined> {
  const log = await readLog(path).catch(() => undefined);
  return log === undefined ? undefined : hashKindOfLog(log.text);
}

/** A log that cannot be read or written stays as it is: ninja then makes anew what it would not have needed to. */
async function swap({ path, state, hashes, dropped }: Swap): Promise<void> {
  try {
    const log = await readLog(path);
    if (log === undefined || hashKindOfLog(log.text) !== state.hash) return;
    const changed = changedLog(log.text, { hashes, dropped });
    if (changed !== undefined) await writeAtomically(path, Buffer.from(changed, 'latin1'), log.mode);
  } catch {
    // Not a reason to stop a build: the worst is that compiles are asked for again, and answered by the cache.
  }
}

/** A ninja that cannot read the log of another begins a new one, in hashes of its own: then the copy is made for those. */
async function asLogged(wanted: CopyWanted, state: CopyState, path: string): Promise<CopyState> {
  const hash = await logKind(path);
  if (hash === undefined || hash === state.hash) return state;
  // What keeps it from being made is told by the next build; for this one, the log stays as it is.
  const made = await currentCopy({ ...wanted, hash }).catch(() => undefined);
  return made !== undefined && 'hashes' in made ? made : state;
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
export async function withOurLog<T>({ wanted, copy }: OurBuild, run: () => Promise<T>): Promise<T> {
  const { folder, file } = wanted;
  const dropped = [copyInLog(file)];
  await swap({ path: logPath(folder, copy.builddir), state: copy, hashes: new Map(copy.hashes), dropped });
  try {
    return await run();
  } finally {
    // The copy may have been made anew meanwhile.
    const made = copyState(folder, file) ?? copy;
    const path = logPath(folder, made.builddir === '' ? copy.builddir : made.builddir);
    const now = await asLogged(wanted, made, path);
    const back = [...copy.hashes, ...now.hashes].map(([plain, wrapped]) => [wrapped, plain] as const);
    await swap({ path, state: now, hashes: new Map(back), dropped });
  }
}
