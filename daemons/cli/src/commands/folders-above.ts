// Knows: which folders a search from a folder upwards passes. Refuses to know: what is searched for.
import { dirname } from 'node:path';

/** A folder and all above it, the nearest first. @param folder absolute */
export function foldersFrom(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersFrom(above)];
}
