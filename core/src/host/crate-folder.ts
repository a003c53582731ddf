// Knows: which crates have been compiled into a folder. Refuses to know: which of them anybody needs.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

function filesIn(folder: string, wanted: RegExp): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => wanted.test(name)).sort().map((name) => join(folder, name));
  } catch {
    // Nobody finds a crate there.
    return [];
  }
}

/** Crates that have been compiled into a folder; none when it cannot be looked into. */
export const cratesIn = (folder: string): readonly string[] => filesIn(folder, /^lib.*\.(?:rlib|rmeta)$/);

/** The same, and with them those that are loaded as programs: macros, and crates that are shared libraries. */
export const cratesAndMacrosIn = (folder: string): readonly string[] => filesIn(folder, /^lib.*\.(?:rlib|rmeta|so)$/);
