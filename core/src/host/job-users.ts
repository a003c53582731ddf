// Knows: which user ids of the machine jobs run under, one job one id, and how a job's files are given to its user.
// Refuses to know: what runs.
import { lchownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

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

/** A job has a handful of files, and each call of node's thread pool costs more than all of them; those with thousands let others have their turn. */
const atOnce = 256;

/** Gives a folder and all in it to a user; links themselves, not what they lead to. For when no process of a job runs in it. */
export async function giveTree(folder: string, id: number): Promise<void> {
  const todo: { readonly path: string; readonly entered: boolean }[] = [{ path: folder, entered: true }];
  let given = 0;
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    lchownSync(at.path, id, id);
    given += 1;
    if (given % atOnce === 0) await turn();
    if (!at.entered) continue;
    for (const entry of readdirSync(at.path, { withFileTypes: true })) todo.push({ path: join(at.path, entry.name), entered: entry.isDirectory() });
  }
}
