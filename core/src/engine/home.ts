// Knows: the compile as the launcher's own child, and what of it may be stored. Refuses to know: lookups and build servers.
import type { Entry } from '../storage/index.js';
import { entryFilesOfHome } from './outputs.js';
import type { Command } from '../compilation/index.js';
import type { RunResult } from './ports.js';
import { shown } from './streams.js';
import type { Asked } from './work.js';

export interface HomeResult {
  readonly result: RunResult;
  /** The streams as this caller is to see them. */
  readonly shown: { readonly stdout: Uint8Array; readonly stderr: Uint8Array };
  readonly entry: Entry | undefined;
  /** Why there is no entry, when the compiler succeeded. */
  readonly notStored: string | undefined;
}

/** Whether colours are asked of the compiler: they are kept in the cache, and taken out for callers who do not see any. */
export const colourOf = ({ compilation }: Asked): 'always' | 'never' => (compilation.colour === 'never' ? 'never' : 'always');

/** Compiles from the original source. Failed compiles are never stored. @param command when it is not the plain compile */
export async function compileAtHome(asked: Asked, command?: Command): Promise<HomeResult> {
  const { compiler, compilation, front } = asked;
  const result = await front.run(command ?? compiler.dialect.compileCommand(compilation, compiler.path, colourOf(asked)), { how: 'final' });
  const done = { result, shown: shown(asked, result) };
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
