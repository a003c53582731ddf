// Knows: the compile as the launcher's own child, and what of it may be stored. Refuses to know: lookups and build servers.
import type { Entry } from '../storage/index.js';
import { entryFilesOfHome } from './outputs.js';
import type { RunResult } from './ports.js';
import { shown } from './streams.js';
import type { Work } from './work.js';

export interface HomeResult {
  readonly result: RunResult;
  /** The streams as this caller is to see them. */
  readonly shown: { readonly stdout: Uint8Array; readonly stderr: Uint8Array };
  readonly entry: Entry | undefined;
  /** Why there is no entry, when the compiler succeeded. */
  readonly notStored: string | undefined;
}

/** Compiles from the original source. Failed compiles are never stored. */
export async function compileAtHome(work: Work): Promise<HomeResult> {
  const { compiler, compilation, front } = work;
  const colour = compilation.colour === 'never' ? 'never' : 'always';
  const result = await front.run(compiler.dialect.compileCommand(compilation, compiler.path, colour), { final: true });
  const done = { result, shown: shown(work, result) };
  if (result.code !== 0) return { ...done, entry: undefined, notStored: undefined };
  try {
    const files = await entryFilesOfHome(compilation);
    if (files === undefined) return { ...done, entry: undefined, notStored: 'an expected output is missing' };
    const { stdout, stderr, wallMs } = result;
    return { ...done, entry: { files, stdout, stderr, compileMs: wallMs }, notStored: undefined };
  } catch (thrown) {
    return { ...done, entry: undefined, notStored: `an output cannot be read: ${String(thrown)}` };
  }
}
