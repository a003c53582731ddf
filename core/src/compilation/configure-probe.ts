// Knows: how the little sources are called with which configure scripts try compilers out. Refuses to know: what becomes of them.
import { absoluteName } from '../base/index.js';

/**
 * autoconf writes `conftest.c` into the working directory, its config.guess `dummy.c` into a folder of chance, cmake and meson whatever they like into
 * folders of their own. A source that comes with cmake (`CMakeCXXCompilerABI.cpp`) is compiled in such a folder, too.
 */
const probes: readonly (readonly [who: string, of: 'source' | 'folder', path: RegExp])[] = [
  ['autoconf', 'source', /\/conftest\.[A-Za-z+]+$/],
  ['config.guess', 'source', /\/cg[A-Za-z0-9-]+\/dummy\.c$/],
  ['cmake', 'source', /\/CMakeFiles\/(?:CMakeTmp|CMakeScratch|[^/]+\/CompilerId[A-Z]+)\//],
  ['cmake', 'folder', /\/CMakeFiles\/(?:CMakeTmp|CMakeScratch\/[^/]+)(?:\/|$)/],
  ['meson', 'source', /\/(?:meson-private|meson-logs)\/(?:tmp[^/]*\/|sanitycheck)/],
];

/**
 * Why a source is no more than a question to the compiler: one at a time and done in no time, so that the way to a build server would only cost.
 * Undefined: it is part of a project.
 */
export function configureProbe(cwd: string, input: string): string | undefined {
  const paths = { source: absoluteName(cwd, input), folder: cwd };
  const who = probes.find(([, of, path]) => path.test(paths[of]))?.[0];
  return who === undefined ? undefined : `a probe of ${who}`;
}
