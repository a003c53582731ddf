// Knows: which user ids of the machine jobs run under, one job one id, and how a job's files are given to its user.
// Refuses to know: what runs.
import type { Dirent } from 'node:fs';
import { lchown, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface JobUsers {
  /** The lowest id that no running job has. @returns it, and how it is given back */
  take(): { readonly id: number; free(): void };
}

/** @param first of as many ids as there are jobs at once; nobody else on the machine may have them */
export function createJobUsers(first: number): JobUsers {
  const taken = new Set<number>();
  return {
    take() {
      let id = first;
      while (taken.has(id)) id += 1;
      taken.add(id);
      return { id, free: () => void taken.delete(id) };
    },
  };
}

/** Gives a folder and all in it to a user; links themselves, not what they lead to. For when no process of a job runs in it. */
export async function giveTree(folder: string, id: number): Promise<void> {
  await lchown(folder, id, id);
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await giveTree(path, id);
    else await lchown(path, id, id);
  }
}
