// Knows: how a command that is too long for Windows is given to its program by a response file. Refuses to know: which programs are run, and when.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault, needsResponseFile, responseFile, responseMannerOf } from '../base/index.js';

export interface FittingCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** To be called when the program has ended. */
  discard(): Promise<void>;
}

/** @throws Fault PROCESS_FAILED when some word cannot stand in such a file, or it cannot be written */
export async function fittingCommand(program: string, args: readonly string[]): Promise<FittingCommand> {
  if (!needsResponseFile(program, args)) return { program, args, discard: () => Promise.resolve() };
  const bytes = responseFile(args, responseMannerOf(program, args));
  if (bytes === undefined) throw new Fault('PROCESS_FAILED', `${program}: its command line is too long, and a response file cannot hold it`);
  try {
    const folder = await mkdtemp(join(tmpdir(), 'sccache-ts-words-'));
    const path = join(folder, 'words.rsp');
    await writeFile(path, bytes);
    return { program, args: [`@${path}`], discard: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }) };
  } catch (cause) {
    throw new Fault('PROCESS_FAILED', `${program}: its command line is too long, and a response file cannot be written`, { cause });
  }
}
