// Knows: what else a cl.exe is asked, and which files it is made of. Refuses to know: what its macros say (compiler-probe-text.ts).
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findNotePrefix } from '../compilation/index.js';
import type { CompilerFile, CompilerFiles } from './compiler-probe-programs.js';
import { reachableStat } from './reachable-stat.js';

/** Front ends, code generator and what writes debug information; they lie beside the driver. */
const parts = ['c1.dll', 'c1xx.dll', 'c1ast.dll', 'c2.dll', 'mspdbcore.dll', 'mspdb140.dll', 'msobj140.dll', 'pgodb140.dll', 'tbbmalloc.dll', 'vcmeta.dll'];

const isFile = (path: string): boolean => reachableStat(path)?.isFile() === true;

/** Its words, one folder for each language. */
function languages(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => /^\d+$/.test(name)).sort().map((name) => `${name}/clui.dll`);
}

/** @param real where the compiler's links lead */
export function msvcFiles(compiler: string, real: string): CompilerFiles {
  const folder = dirname(real);
  const present: CompilerFile[] = [{ role: 'driver', path: compiler }];
  const absent: string[] = [];
  for (const name of [...parts, ...languages(folder)]) {
    const path = join(folder, name);
    if (isFile(path)) present.push({ role: `part ${basename(name) === name ? name : `${name} (words)`}`, path });
    else absent.push(path);
  }
  return { present, absent };
}

const header = 'sccache_ts_probe.h';
const source = 'notes.c';

/**
 * What cl.exe writes before the name of an included file, in its language, byte by byte; undefined: it says nothing that can be told from other words.
 * @param run what the compiler says on standard error
 */
export async function notePrefixOf(folder: string, run: (args: readonly string[]) => Promise<Buffer | undefined>): Promise<string | undefined> {
  await writeFile(join(folder, header), '');
  await writeFile(join(folder, source), `#include "${header}"\n`);
  const stderr = await run(['/nologo', '/E', '/showIncludes', source]);
  return stderr === undefined ? undefined : findNotePrefix(stderr.toString('latin1'), header);
}
