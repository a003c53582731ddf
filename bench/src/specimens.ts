// Knows: which single compiles are measured: real sources, commands as CMake writes them. Refuses to know: who runs them.
import { join } from 'node:path';
import { fetchCrate, fetchLibrary, libraries, lua } from '@sccache-ts/fixtures';
import { compileCommand, flagsFrom, programPath } from './compile-command.js';
import type { CompileCommand } from './compile-command.js';

export interface Specimen extends CompileCommand {
  readonly name: string;
  readonly language: 'C++' | 'C';
  /** As build systems ask for it: with a dependency file. */
  readonly asBuilt: boolean;
}

interface Source {
  readonly language: Specimen['language'];
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly path: string;
}

async function cxxSource(): Promise<Source> {
  const { re2 } = libraries;
  const folder = await fetchLibrary(re2);
  return { language: 'C++', compiler: programPath('g++'), flags: flagsFrom(re2.flags, folder), path: join(folder, re2.specimen) };
}

async function cSource(): Promise<readonly Source[]> {
  try {
    const folder = join(await fetchCrate(lua.crate), lua.folder);
    return [{ language: 'C', compiler: programPath('gcc'), flags: lua.flags, path: join(folder, lua.specimen) }];
  } catch (thrown) {
    process.stdout.write(`C is left out: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    return [];
  }
}

/** @param object where the object goes, relative to where the compile runs; default a name in that folder */
function specimenOf({ language, compiler, flags, path }: Source, dependencies: boolean, object?: string): Specimen {
  const file = path.split('/').at(-1) ?? '';
  const made = compileCommand({ compiler, flags: ['-O2', '-g', ...flags], source: path, object: object ?? `${file}.o`, dependencies });
  return { ...made, language, asBuilt: dependencies, name: `${language}, ${file}, ${dependencies ? '-MD -MT -MF' : 'no dependency file'}` };
}

/** One C++ and one C compile, each with a dependency file and without. */
export async function specimens(): Promise<readonly Specimen[]> {
  const sources = [await cxxSource(), ...(await cSource())];
  return sources.flatMap((source) => [specimenOf(source, true), specimenOf(source, false)]);
}

/** The same sources with a dependency file, to objects that have the run's number in their name. */
export async function numberedSpecimens(): Promise<readonly Specimen[]> {
  return [await cxxSource(), ...(await cSource())].map((source) => specimenOf(source, true, 'numbered_{n}.o'));
}
