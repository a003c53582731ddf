// Knows: how a linker is brought to list every file that it reads, and whether the linker at hand can. Refuses to know: what follows from the list.
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EnvPairs, isFault } from '../base/index.js';
import type { LinkProbe } from '../compilation/index.js';
import { searchPath } from './compiler-probe-programs.js';
import { pickUp } from './land.js';
import { runProcess } from './processes.js';

/** GNU ld since 2.35, lld since 13, mold: a dependency file as compilers write them. Not one byte of the result differs. */
export const linkListOption = (path: string): string => `-Wl,--dependency-file=${path}`;

export interface LinkQuestion {
  /** The compiler of crates. */
  readonly program: string;
  readonly env: EnvPairs;
  /** What is to be linked in a folder, with an argument for the linker. */
  readonly probeIn: (folder: string, linkArgument: string) => LinkProbe;
}

/** Whether a program links and writes a list of what it read when asked for one. Bounded in time; false in any doubt. */
export async function canListLinks({ program, env, probeIn }: LinkQuestion): Promise<boolean> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sccache-ts-link-')));
  try {
    const list = join(folder, 'list');
    const { source, args } = probeIn(folder, linkListOption(list));
    await writeFile(join(folder, source.name), source.text);
    const done = await runProcess(program, args, { cwd: folder, env: Object.fromEntries(env), timeoutMs: 60_000, maxOutput: 1024 * 1024 });
    return done.code === 0 && (await pickUp(list)) !== undefined;
  } catch (thrown) {
    if (isFault(thrown)) return false;
    throw thrown;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A linker as the compiler finds it, by name in PATH, and the places that were passed over. */
export function findLinker(name: string, where: { readonly path: string | undefined; readonly cwd: string }): { readonly found: string | undefined; readonly missed: readonly string[] } {
  return searchPath(name, where.path, where.cwd);
}
