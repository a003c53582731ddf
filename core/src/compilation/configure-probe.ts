// Knows: how the little sources are called with which configure scripts try compilers out. Refuses to know: what becomes of them.
import { absoluteName } from '../base/index.js';
import { isScratchFolder, scratchFolderOf } from './scratch-folder.js';

/**
 * autoconf writes `conftest.c` into the working directory, its config.guess `dummy.c` into a folder of chance, cmake and meson whatever they like into
 * folders of their own. A source that comes with cmake (`CMakeCXXCompilerABI.cpp`) is compiled in such a folder, too.
 */
const probes: readonly (readonly [who: string, isOne: (source: string, cwd: string) => boolean])[] = [
  ['autoconf', (source) => /\/conftest\.[A-Za-z+]+$/.test(source)],
  ['config.guess', (source) => scratchFolderOf(source) !== undefined],
  ['cmake', (source, cwd) => /\/CMakeFiles\/(?:CMakeTmp|CMakeScratch|[^/]+\/CompilerId[A-Z]+)\//.test(source) || isScratchFolder(cwd)],
  ['meson', (source) => /\/(?:meson-private|meson-logs)\/(?:tmp[^/]*\/|sanitycheck)/.test(source)],
];

/**
 * Why a source is no more than a question to the compiler: one at a time and done in no time, so that the way to a build server would only cost.
 * Undefined: it is part of a project.
 */
export function configureProbe(cwd: string, input: string): string | undefined {
  const source = absoluteName(cwd, input);
  const who = probes.find(([, isOne]) => isOne(source, cwd))?.[0];
  return who === undefined ? undefined : `a probe of ${who}`;
}
