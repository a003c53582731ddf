// Knows: a compile at home that tells by its dependency file what it has read, so that no preprocessor need run before it.
// Refuses to know: what is made of the names.
import { dirname } from 'node:path';
import { spelledFor } from '../base/index.js';
import { discard, isNowhere, isWritableFolder, pickUp, temporaryBeside } from '../host/index.js';
import { parseDependencies } from './dependency-file.js';
import { colourOf, compileAtHome, type HomeResult } from './home.js';
import { placeOf } from './outputs.js';
import type { Asked } from './work.js';

export interface TracedResult extends HomeResult {
  /** Names of the files that were read, as the compiler spells them; undefined when they are not known. */
  readonly read: readonly string[] | undefined;
}

/** Whether this compile can write, or writes anyhow, a list of all that it reads. */
export function isTraceable({ compilation }: Asked): boolean {
  const [main] = compilation.outputs;
  if (main === undefined || isNowhere(main.path) || compilation.ownCommandOnly === true) return false;
  const own = compilation.dependencyFile;
  // A list without system headers is not the whole, and a compiler writes only one.
  return own === undefined || (!own.userOnly && !isNowhere(own.path));
}

async function readNames(path: string, { compilation }: Asked): Promise<readonly string[] | undefined> {
  const list = await pickUp(path);
  return list === undefined ? undefined : parseDependencies(Buffer.from(list.bytes).toString())?.map((name) => spelledFor(compilation.cwd, name));
}

/** Undefined: it cannot be done without the user seeing it. */
export async function compileTraced(asked: Asked): Promise<TracedResult | undefined> {
  const { compilation, compiler } = asked;
  const own = compilation.dependencyFile;
  if (own !== undefined) {
    const result = await compileAtHome(asked);
    return { ...result, read: result.entry === undefined ? undefined : await readNames(placeOf(compilation, own.path), asked) };
  }
  const main = placeOf(compilation, compilation.outputs[0]?.path ?? '');
  // The compiler is about to say so in its own words, which a list that cannot be written would change.
  if (!isWritableFolder(dirname(main))) return undefined;
  const dependencyPath = temporaryBeside(main);
  try {
    const result = await compileAtHome(asked, compiler.dialect.tracedCommand(compilation, compiler.path, { colour: colourOf(asked), dependencyPath }));
    return { ...result, read: result.entry === undefined ? undefined : await readNames(dependencyPath, asked) };
  } finally {
    await discard(dependencyPath);
  }
}
