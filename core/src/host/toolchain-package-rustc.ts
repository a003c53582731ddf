// Knows: which files belong to a rustc besides itself. Refuses to know: archives, and how the compiler is told from others.
import { join } from 'node:path';
import { filesBelow, sysrootFiles } from './crate-compiler-probe.js';

const standardLibrary = /\/lib(?:std|core)-[^/]*\.rlib$/;

/**
 * Its libraries and the standard ones of every target; not the tools and documents beside them. The sources of the standard library, where they are
 * installed, change by being there what is said of places in it.
 * @returns undefined when there is no standard library
 */
export function rustcFiles(sysroot: string): readonly string[] | undefined {
  const libraries = sysrootFiles(sysroot);
  return libraries.some((path) => standardLibrary.test(path)) ? [...libraries, ...filesBelow(join(sysroot, 'lib/rustlib/src'))] : undefined;
}
