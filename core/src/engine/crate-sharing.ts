// Knows: whether what was made of a crate in one folder is what its compiler makes in another, and how its lists and messages are there. Refuses to
// know: files on disk.
import { asBuffer, envValue } from '../base/index.js';
import type { ManifestCondition } from '../compilation/index.js';
import type { Entry } from '../storage/index.js';
import { askerOf } from './crate-near.js';
import type { AskedCrate } from './work.js';

/** A name that lists and messages spell as it is. */
const plain = /^[A-Za-z0-9_./+-]+$/;

/** Where a folder begins a name in a text. @param folder with a `/` at its end */
const beginnings = (folder: string): RegExp => new RegExp(`(?<![A-Za-z0-9_./+-])${folder.replace(/[.+]/g, '\\$&')}`, 'g');

/** Another folder's text; undefined when the folder stands in it otherwise than at the beginning of names. */
function movedText(bytes: Uint8Array, from: string, to: string): Buffer | undefined {
  const text = asBuffer(bytes).toString('latin1');
  const rest = text.replace(beginnings(from), '');
  return rest.includes(from.slice(0, -1)) ? undefined : Buffer.from(text.replace(beginnings(from), to), 'latin1');
}

/** Why a result belongs to its base folder alone; undefined when it is the same in every other one. */
export function unsharedCrate(asked: AskedCrate, entry: Entry, conditions: readonly ManifestCondition[]): string | undefined {
  const { base, compilation, request } = asked;
  const folder = base.path.slice(0, -1);
  if (!plain.test(folder)) return 'the folder has a name that lists spell otherwise';
  if (!compilation.cwdRenamed && `${compilation.cwd}/`.startsWith(base.path)) return 'the working directory is part of the crate; --remap-path-prefix takes it out';
  const ask = askerOf(asked);
  const variable = conditions.find(({ name }) => ask(name)?.includes(folder) === true);
  if (variable !== undefined) return `variable ${variable.name} names the folder`;
  const macros = compilation.extraInputs.some((path) => /\.(?:so|dylib|dll)$/.test(path));
  // Nobody tells what macros read; what they look for in their own folder may be other in the next.
  if (macros && envValue(request.env, 'CARGO_MANIFEST_DIR')?.startsWith(folder) === true) return 'macros may read the folder';
  const texts = [entry.stdout, entry.stderr, ...entry.files.flatMap(({ role, bytes }) => (role === 'dep-info' ? [bytes] : []))];
  if (texts.some((text) => movedText(text, base.path, base.path) === undefined)) return 'lists or messages cannot be made anew';
  const named = entry.files.find(({ role, bytes }) => role !== 'dep-info' && asBuffer(bytes).includes(folder));
  return named === undefined ? undefined : 'what is made names the folder';
}

/** The entry as it is in another folder; undefined when it cannot be made. Only of entries that are shared. */
export function movedCrate(entry: Entry, from: string, to: string): Entry | undefined {
  if (from === to) return entry;
  if (!plain.test(to)) return undefined;
  const [stdout, stderr] = [movedText(entry.stdout, from, to), movedText(entry.stderr, from, to)];
  if (stdout === undefined || stderr === undefined) return undefined;
  const files: Entry['files'][number][] = [];
  for (const file of entry.files) {
    const bytes = file.role === 'dep-info' ? movedText(file.bytes, from, to) : file.bytes;
    if (bytes === undefined) return undefined;
    files.push({ ...file, bytes });
  }
  return { ...entry, files, stdout, stderr };
}
