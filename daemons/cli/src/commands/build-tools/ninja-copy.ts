// Knows: making the copy of a build file that compiles through the launcher, and telling whether the one that is there is still right.
// Refuses to know: what the copy says, and running ninja.
import { join } from 'node:path';
import { commandHash, followWord, type HashKind, NinjaSyntaxError, readManifest, unwrappedText, type WrapFile, type WrapInput, wrapManifest, wrapperFolder, wrapperOf } from '@sccache-ts/adapter-ninja';
import { Fault, shellWord } from '@sccache-ts/core/base';
import { makeFolders, makeNoOlder, readWhole, versionOf, writeAtomically } from '@sccache-ts/core/host';

export interface CopyWanted {
  /** Where ninja runs, absolute. */
  readonly folder: string;
  /** The build file as ninja is told of it. */
  readonly file: string;
  readonly launcher: string;
  /** Of this package. */
  readonly build: string;
  readonly hash: HashKind;
}

/** What is remembered of a copy, beside it. */
export interface CopyState {
  readonly build: string;
  readonly launcher: string;
  readonly hash: HashKind;
  readonly builddir: string;
  /** All files that the build file consists of, and their versions when they were read. */
  readonly files: readonly (readonly [path: string, version: string])[];
  /** Hashes of each changed command: without the launcher, and with it. */
  readonly hashes: readonly (readonly [plain: string, wrapped: string])[];
}

const statePath = (file: string): string => `${wrapperOf(file)}.state`;

/** The state of a copy that is there; undefined: none, or one that cannot be read. */
export function copyState(folder: string, file: string): CopyState | undefined {
  try {
    const bytes = readWhole(join(folder, statePath(file)));
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as CopyState);
  } catch {
    // Half a file, or another's: the copy is made anew.
    return undefined;
  }
}

function isCurrent(state: CopyState, { folder, file, launcher, build, hash }: CopyWanted): boolean {
  const same = state.build === build && state.launcher === launcher && state.hash === hash && state.files.length > 0;
  return same && versionOf(join(folder, wrapperOf(file))) !== undefined && state.files.every(([path, version]) => versionOf(at(folder, path)) === version);
}

const at = (folder: string, path: string): string => (path.startsWith('/') ? path : join(folder, path));

/** The adapter holds bytes as latin1; paths for node, and our own words, are text. Here alone they become one another. */
const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');
export const textOf = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();

/** @throws NinjaSyntaxError for a name that node cannot hold */
function pathText(bytes: string): string {
  const text = textOf(bytes);
  if (bytesOf(text) !== bytes) throw new NinjaSyntaxError(`${bytes}: this name is no UTF-8`);
  return text;
}

const inputOf = ({ file, launcher }: CopyWanted): WrapInput => ({
  file: bytesOf(file),
  wrapper: bytesOf(wrapperOf(file)),
  launcher,
  again: bytesOf(`${shellWord(launcher)} ninja ${shellWord(`${followWord}${file}`)}`),
});

/** Reads files from the folder where ninja runs, and remembers which; what is read is named by bytes, what is remembered by text. */
function openFiles(folder: string): { readonly read: (path: string) => string | undefined; readonly seen: Map<string, string> } {
  const seen = new Map<string, string>();
  const read = (bytes: string): string | undefined => {
    const path = pathText(bytes);
    const name = at(folder, path);
    // Before it is read: what is written meanwhile is then another version.
    const version = versionOf(name);
    try {
      const found = readWhole(name);
      if (found !== undefined) seen.set(path, version ?? '');
      return found?.toString('latin1');
    } catch (cause) {
      throw new Fault('USAGE', `ninja: ${name}: cannot be read: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, { cause });
    }
  };
  return { read, seen };
}

async function write(wanted: CopyWanted, files: readonly WrapFile[], state: CopyState): Promise<void> {
  const own = join(wanted.folder, wrapperFolder);
  await makeFolders(own);
  await writeAtomically(join(own, '.gitignore'), '*\n', 0o666);
  for (const { path, text } of files) await writeAtomically(join(wanted.folder, textOf(path)), Buffer.from(text, 'latin1'), 0o666);
  // Ninja asks whether the copy is older than what it is made of.
  makeNoOlder(join(wanted.folder, wrapperOf(wanted.file)), state.files.map(([path]) => at(wanted.folder, path)));
  await writeAtomically(join(wanted.folder, statePath(wanted.file)), JSON.stringify(state), 0o666);
}

interface Copied {
  /** Bytes. */
  readonly builddir: string;
  readonly seen: ReadonlyMap<string, string>;
  readonly commands: readonly (readonly [plain: string, wrapped: string])[];
}

/** @throws NinjaSyntaxError */
function stateOf({ build, launcher, hash }: CopyWanted, { builddir, seen, commands }: Copied): CopyState {
  const hashes = commands.map(([plain, wrapped]) => [commandHash(hash, plain), commandHash(hash, wrapped)] as const);
  return { build, launcher, hash, builddir: pathText(builddir), files: [...seen], hashes };
}

/** There is nothing to put a launcher before. */
export interface NoCopy {
  /** Another's launcher that compiles have already. */
  readonly launcher: string | undefined;
}

/**
 * Makes the copy unless the one that is there is right. Where nothing in it would be another than in the original, nothing is written.
 * @throws NinjaSyntaxError; Fault USAGE for a file that cannot be read; errors of node's for a folder that cannot be written
 */
export async function currentCopy(wanted: CopyWanted): Promise<CopyState | NoCopy> {
  const known = copyState(wanted.folder, wanted.file);
  if (known !== undefined && isCurrent(known, wanted)) return known;
  const { read, seen } = openFiles(wanted.folder);
  const manifest = readManifest(bytesOf(wanted.file), read);
  const wrapped = wrapManifest(manifest, inputOf(wanted));
  if (wrapped.compiles === 0) return { launcher: wrapped.launchers.find((name) => name !== 'sccache-ts') };
  const state = stateOf(wanted, { builddir: manifest.builddir, seen, commands: wrapped.commands });
  await write(wanted, wrapped.files, state);
  return state;
}

/** Makes the copy anew while ninja runs. What cannot be copied is read by ninja as it is, which then says what is wrong with it. */
export async function followOriginal(wanted: CopyWanted): Promise<void> {
  const { read, seen } = openFiles(wanted.folder);
  const input = inputOf(wanted);
  try {
    const manifest = readManifest(bytesOf(wanted.file), read);
    const { files, commands } = wrapManifest(manifest, input);
    await write(wanted, files, stateOf(wanted, { builddir: manifest.builddir, seen, commands }));
  } catch (thrown) {
    if (!(thrown instanceof NinjaSyntaxError)) throw thrown;
    const text = unwrappedText(input, [...seen.keys()].map(bytesOf));
    await write(wanted, [{ path: input.wrapper, text }], stateOf(wanted, { builddir: '', seen: new Map(), commands: [] }));
  }
}

/** How ninja's log calls the copy. */
export const copyInLog = (file: string): string => bytesOf(wrapperOf(file));

/** Where ninja keeps its log. */
export const logPath = (folder: string, builddir: string): string => at(folder, join(builddir === '' ? '.' : builddir, '.ninja_log'));

export const absoluteFile = (folder: string, file: string): string => at(folder, file);

