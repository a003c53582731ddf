// Knows: the way between an entry's files and the places where a compile's outputs stand.
// Refuses to know: storages and build servers.
import { absoluteName } from '../base/index.js';
import type { Compilation } from '../compilation/index.js';
import { isNowhere, type Landing, type PickedUp, pickUp } from '../host/index.js';
import type { Entry, EntryFile, Located } from '../storage/index.js';
import type { LandOrder } from '../wire/index.js';
import type { AwayOutput } from './ports.js';

/** Where a compile's outputs are. */
type Placed = Pick<Compilation, 'cwd' | 'outputs'>;

export const placeOf = ({ cwd }: Placed, path: string): string => absoluteName(cwd, path);

/** The outputs that an entry holds. */
const storedOutputs = (compilation: Placed): Compilation['outputs'] => compilation.outputs.filter((output) => !isNowhere(output.path));

const executableBits = 0o111;

interface PlacedRole {
  readonly role: string;
  readonly mode: number;
}

/** Which of an entry's files goes where; undefined when it lacks one that this compile must have. */
function placesOf<File extends PlacedRole>(
  compilation: Placed,
  files: readonly File[],
  { dependencies }: { readonly dependencies: boolean },
): readonly (Omit<Landing, 'from'> & { readonly file: File })[] | undefined {
  const places: (Omit<Landing, 'from'> & { readonly file: File })[] = [];
  for (const output of storedOutputs(compilation)) {
    const isDependencies = output.role === 'd';
    if (isDependencies && !dependencies) continue;
    const file = files.find((candidate) => candidate.role === output.role);
    if (file === undefined) {
      if (output.optional) continue;
      return undefined;
    }
    places.push({ path: placeOf(compilation, output.path), executable: (file.mode & executableBits) !== 0, writtenInto: isDependencies, file });
  }
  return places;
}

/**
 * Where an entry's files go; undefined when it lacks one that this compile must have.
 * @param dependencies false: the dependency file comes from elsewhere
 */
export function landingsOfEntry(compilation: Placed, entry: Entry, how: { readonly dependencies: boolean }): readonly Landing[] | undefined {
  return placesOf(compilation, entry.files, how)?.map(({ file, ...place }) => ({ ...place, from: { kind: 'bytes', bytes: file.bytes } }));
}

/** The same as an order to the launcher, for an entry that lies in a file as it is. */
export function landOrderOf(compilation: Placed, located: Located): LandOrder | undefined {
  const places = placesOf(compilation, located.files, { dependencies: true });
  if (places === undefined) return undefined;
  const pieces = places.map(({ path: place, executable, writtenInto = false, file: { offset, length } }) => ({ place, offset, length, executable, writtenInto }));
  return { source: located.path, state: located.state, pieces };
}

/** What a build server sent, as an entry's files; undefined when it lacks one that this compile must have. @param dependencies the dependency file, which the preprocess step here has written */
export function entryFilesOfAway(compilation: Placed, outputs: readonly AwayOutput[], dependencies: Uint8Array | undefined): readonly EntryFile[] | undefined {
  const files: EntryFile[] = [];
  for (const output of storedOutputs(compilation)) {
    const place = placeOf(compilation, output.path);
    const bytes = output.role === 'd' ? dependencies : outputs.find((candidate) => candidate.path === place)?.bytes;
    if (bytes !== undefined) files.push({ role: output.role, mode: 0o644, bytes });
    else if (!output.optional) return undefined;
  }
  return files;
}

/** Reads back what a compile at home wrote; undefined when an output is missing that must be there. */
export async function entryFilesOfHome(compilation: Placed): Promise<readonly EntryFile[] | undefined> {
  const files: EntryFile[] = [];
  for (const output of storedOutputs(compilation)) {
    const picked: PickedUp | undefined = await pickUp(placeOf(compilation, output.path));
    if (picked !== undefined) files.push({ role: output.role, ...picked });
    else if (!output.optional) return undefined;
  }
  return files;
}

/** The landing of a dependency file that the preprocess step has written beside its place. */
export function landingOfDependencies(compilation: Placed & Partial<Pick<Compilation, 'dependencyFile'>>, temporary: string | undefined): readonly Landing[] {
  if (temporary === undefined || compilation.dependencyFile === undefined) return [];
  const path = placeOf(compilation, compilation.dependencyFile.path);
  return [{ path, from: { kind: 'file', path: temporary }, executable: false }];
}
