// Knows: the way between an entry's files and the places where a compile's outputs stand.
// Refuses to know: storages and build servers.
import { isAbsolute, resolve } from 'node:path';
import type { Compilation } from '../compilation/index.js';
import { isNowhere, type Landing, type PickedUp, pickUp } from '../host/index.js';
import type { Entry, EntryFile } from '../storage/index.js';
import type { AwayOutput } from './ports.js';

export const placeOf = (compilation: Compilation, path: string): string =>
  isAbsolute(path) ? path : resolve(compilation.cwd, path);

/** The outputs that an entry must hold. The dependency file is none of them: each compile's own preprocess step writes it. */
const storedOutputs = (compilation: Compilation): Compilation['outputs'] =>
  compilation.outputs.filter((output) => output.role !== 'd');

const executableBits = 0o111;

/** Where an entry's files go; undefined when it lacks one that this compile must have. */
export function landingsOfEntry(compilation: Compilation, entry: Entry): readonly Landing[] | undefined {
  const landings: Landing[] = [];
  for (const output of storedOutputs(compilation)) {
    const file = entry.files.find((candidate) => candidate.role === output.role);
    if (file === undefined) {
      if (output.optional || isNowhere(output.path)) continue;
      return undefined;
    }
    landings.push({
      path: placeOf(compilation, output.path),
      from: { kind: 'bytes', bytes: file.bytes },
      executable: (file.mode & executableBits) !== 0,
    });
  }
  return landings;
}

/** What a build server sent, as an entry's files; undefined when it lacks one that this compile must have. */
export function entryFilesOfAway(compilation: Compilation, outputs: readonly AwayOutput[]): readonly EntryFile[] | undefined {
  const files: EntryFile[] = [];
  for (const output of storedOutputs(compilation)) {
    const place = placeOf(compilation, output.path);
    const sent = outputs.find((candidate) => candidate.path === place);
    if (sent !== undefined) files.push({ role: output.role, mode: 0o644, bytes: sent.bytes });
    else if (!output.optional && !isNowhere(output.path)) return undefined;
  }
  return files;
}

/** Reads back what a compile at home wrote; undefined when an output is missing that must be there. */
export async function entryFilesOfHome(compilation: Compilation): Promise<readonly EntryFile[] | undefined> {
  const files: EntryFile[] = [];
  for (const output of storedOutputs(compilation)) {
    if (isNowhere(output.path)) continue;
    const picked: PickedUp | undefined = await pickUp(placeOf(compilation, output.path));
    if (picked !== undefined) files.push({ role: output.role, ...picked });
    else if (!output.optional) return undefined;
  }
  return files;
}

/** The landing of a dependency file that the preprocess step has written beside its place. */
export function landingOfDependencies(compilation: Compilation, temporary: string | undefined): readonly Landing[] {
  if (temporary === undefined || compilation.dependencyFile === undefined) return [];
  const path = placeOf(compilation, compilation.dependencyFile.path);
  return [{ path, from: { kind: 'file', path: temporary }, executable: false }];
}
