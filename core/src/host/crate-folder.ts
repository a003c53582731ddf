// Knows: which crates have been compiled into a folder. Refuses to know: which of them anybody needs.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Crates that have been compiled into a folder; none when it cannot be looked into. */
export function cratesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /^lib.*\.(?:rlib|rmeta)$/.test(name)).sort().map((name) => join(folder, name));
  } catch {
    // Nobody finds a crate there.
    return [];
  }
}
