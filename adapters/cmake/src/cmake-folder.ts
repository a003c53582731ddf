// Knows: where this package keeps the files that CMake reads. Refuses to know: what stands in them.
import { fileURLToPath } from 'node:url';

/** Absolute. Holds SccacheTsConfig.cmake, sccache-ts.cmake, initial-cache.cmake and presets.json. */
export const cmakeFolder: string = fileURLToPath(new URL('../cmake', import.meta.url));
