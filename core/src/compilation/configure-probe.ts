// Knows: how the little sources are called with which configure scripts try compilers out. Refuses to know: what becomes of them.
import { absoluteName } from '../base/index.js';

/** autoconf writes `conftest.c` into the working directory, cmake and meson whatever they like into folders of their own. */
const probes: readonly (readonly [who: string, source: RegExp])[] = [
  ['autoconf', /\/conftest\.[A-Za-z+]+$/],
  ['cmake', /\/CMakeFiles\/(?:CMakeTmp|CMakeScratch|[^/]+\/CompilerId[A-Z]+)\//],
  ['meson', /\/(?:meson-private|meson-logs)\/(?:tmp[^/]*\/|sanitycheck)/],
];

/**
 * Why a source is no more than a question to the compiler: one at a time and done in no time, so that the way to a build server would only cost.
 * Undefined: it is part of a project.
 */
export function configureProbe(cwd: string, input: string): string | undefined {
  const path = absoluteName(cwd, input);
  const who = probes.find(([, source]) => source.test(path))?.[0];
  return who === undefined ? undefined : `a probe of ${who}`;
}
