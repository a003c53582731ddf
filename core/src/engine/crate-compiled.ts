// Knows: a crate's compile by its compiler here, shown as it goes, and what it leaves. Refuses to know: what is remembered of it, and build servers.
import { asBuffer } from '../base/index.js';
import { dirname } from 'node:path';
import { discard, isWritableFolder, linkListOption, pickUp, reachableStat, temporaryBeside } from '../host/index.js';
import type { Entry } from '../storage/index.js';
import { entryFilesOfHome, placeOf } from './outputs.js';
import type { RunResult } from './ports.js';
import type { AskedCrate } from './work.js';

export interface CompiledCrate {
  readonly result: RunResult;
  /** What is left to be shown. */
  readonly unshown: Pick<RunResult, 'stdout' | 'stderr'>;
  /** What may be stored, or why there is nothing. */
  readonly kept: Entry | string;
  /** The compiler's list of what it has read. */
  readonly depInfo: string | undefined;
  /** The linker's; undefined: it wrote none, or none took part. */
  readonly linkList: string | undefined;
}

const nothing = new Uint8Array();

/** What is stored goes through memory, and several compiles end at a time. */
const mostBytes = 256 * 1024 * 1024;

export async function readText(path: string): Promise<string | undefined> {
  const file = await pickUp(path);
  return file === undefined ? undefined : Buffer.from(file.bytes).toString();
}

async function pickUpResult({ compilation }: AskedCrate, result: RunResult): Promise<Pick<CompiledCrate, 'kept' | 'depInfo'>> {
  if (result.code !== 0) return { kept: 'the compiler failed', depInfo: undefined };
  const depInfo = await readText(placeOf(compilation, compilation.depInfo));
  const bytes = compilation.outputs.reduce((sum, { path }) => sum + Number(reachableStat(placeOf(compilation, path))?.size ?? 0), 0);
  if (bytes > mostBytes) return { kept: 'outputs of more than 256 MB', depInfo };
  const files = await entryFilesOfHome(compilation);
  const { stdout, stderr, wallMs: compileMs } = result;
  return { depInfo, kept: files === undefined ? 'an expected output is missing' : { files, stdout, stderr, compileMs } };
}

/** Nobody waits for the metadata of one of these, so that what it says may wait for its end. */
async function compileLinked(asked: AskedCrate): Promise<CompiledCrate | undefined> {
  const { compilation, compiler, front } = asked;
  const main = placeOf(compilation, compilation.outputs[0]?.path ?? '');
  // The linker is about to say so in its own words, which a list that cannot be written would change.
  if (!isWritableFolder(dirname(main))) return undefined;
  const place = temporaryBeside(main);
  try {
    const command = compiler.crates.compileCommand(compilation, compiler.path, { colours: front.colour, linkArgument: linkListOption(place) });
    const result = await front.run(command, { how: 'final' });
    const { stdout, stderr } = result;
    // A link that fails is told with all of its arguments.
    if (asBuffer(stderr).includes(place)) return undefined;
    return { result, unshown: { stdout, stderr }, ...(await pickUpResult(asked, result)), linkList: await readText(place) };
  } finally {
    await discard(place);
  }
}

async function compileShown(asked: AskedCrate): Promise<CompiledCrate> {
  const { compilation, compiler, front } = asked;
  const command = compiler.crates.compileCommand(compilation, compiler.path, { colours: front.colour });
  const result = await front.run(command, { how: 'live' });
  return { result, unshown: { stdout: nothing, stderr: nothing }, ...(await pickUpResult(asked, result)), linkList: undefined };
}

/** Undefined: nothing can be kept of it, and the compiler had better be left alone with it. */
export const compileCrateHere = (asked: AskedCrate): Promise<CompiledCrate | undefined> => (asked.compilation.linking === undefined ? compileShown(asked) : compileLinked(asked));
