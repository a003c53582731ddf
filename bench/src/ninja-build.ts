// Knows: one whole library and how ninja builds its objects through any prefix, from nothing. Refuses to know: caches and figures.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fetchLibrary, isAbseil, libraries, objectOf, run, sourcesOf } from '@sccache-ts/fixtures';
import { flagsFrom, programPath } from './compile-command.js';
import { ninjaFile } from './ninja-file.js';

export interface NinjaBuild {
  readonly name: string;
  readonly files: number;
  /** False: only some of its files. */
  readonly whole: boolean;
  /** Where ninja runs. */
  readonly cwd: string;
  /** Where objects go, relative to `cwd`. */
  readonly objects: string;
  /** Builds all objects from nothing. @returns milliseconds @throws Error when it does not succeed */
  readonly build: (options: BuildOptions) => Promise<number>;
}

interface BuildOptions {
  readonly prefix: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Ninja removes dependency files once it has read them; true: it does not. */
  readonly keepDependencies?: boolean;
}

const patienceMs = 3_600_000;

/** The Abseil that comes with re2. @param cwd the folder to build in, which is made @param most files at most */
export async function abseilBuild(cwd: string, most: number): Promise<NinjaBuild> {
  const library = libraries.re2;
  const folder = await fetchLibrary(library);
  const all = sourcesOf(library, folder).filter(isAbseil);
  const sources = all.slice(0, most);
  const objects = 'objects';
  const edges = sources.map((source) => ({ source: join(folder, source), object: `${objects}/${objectOf(source)}` }));
  const flags = ['-O2', '-g', ...flagsFrom(library.flags, folder)];
  const [ninja, compiler] = [programPath('ninja'), programPath('g++')];
  mkdirSync(cwd, { recursive: true });
  return {
    name: 'abseil',
    files: sources.length,
    whole: sources.length === all.length,
    cwd,
    objects,
    build: async ({ prefix, env, keepDependencies }) => {
      for (const left of [objects, '.ninja_deps', '.ninja_log']) rmSync(join(cwd, left), { recursive: true, force: true });
      writeFileSync(join(cwd, 'build.ninja'), ninjaFile({ prefix, compiler, flags, edges }));
      const args = ['-j', String(availableParallelism()), ...(keepDependencies === true ? ['-d', 'keepdepfile'] : [])];
      const { code, stdout, wallMs } = await run(ninja, args, { cwd, env, timeoutMs: patienceMs });
      if (code !== 0) throw new Error(`ninja exits ${code}: ${stdout.toString().slice(-500)}`);
      return wallMs;
    },
  };
}
