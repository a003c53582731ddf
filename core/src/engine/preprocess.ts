// Knows: how the inputs of a compile are found out: preprocess once, note which files were entered, digest them all.
// Refuses to know: caches and build servers.
import { createHash } from 'node:crypto';
import { absoluteName, type Digest, digestOf, isFault, isWindowsFolder, type KeyPart, spelledFor } from '../base/index.js';
import { type Compilation, createLineMarkerScanner, type Dialect, namesInText, placeInText } from '../compilation/index.js';
import { describeProcessor, type FileDigests, type FileSnapshot, isNowhere, reachableStat, readPieces } from '../host/index.js';
import type { Front } from './ports.js';

/** Everything that the compiler read, as far as it can be known. */
export interface Inputs {
  /** As the preprocessor spelled them; the source first. */
  readonly files: readonly string[];
  /** The same with separators of both kinds; undefined: they have one. */
  readonly spelled: readonly string[] | undefined;
  readonly precompiled: readonly string[];
  readonly parts: readonly KeyPart[];
  readonly snapshot: FileSnapshot;
  /** The dependency file that the preprocessor wrote, not yet in its place. */
  readonly dependencyTemporary: string | undefined;
  /** What is in it; undefined when none is wanted. */
  readonly dependencies: Uint8Array | undefined;
  /** What in the text shows the base folder; undefined when nothing does, or when there is none. */
  readonly place: string | undefined;
  /** What in the text shows names that are others on a build server. */
  readonly named: string | undefined;
}

export type InputsResult =
  | { readonly kind: 'inputs'; readonly inputs: Inputs }
  /** The preprocessor exited non-zero: the compiler will say why. */
  | { readonly kind: 'refused' }
  | Unknowable;

/** Something is read that we cannot see. */
interface Unknowable {
  readonly kind: 'unknowable';
  readonly reason: string;
}

export interface PreprocessRequest {
  readonly dialect: Dialect;
  readonly program: string;
  readonly compilation: Compilation;
  /** Where the dependency file may be written until it is landed. */
  readonly dependencyTemporary: string | undefined;
  /** Its name is looked for in the text; empty: there is none. */
  readonly base: string;
}

interface Seen {
  readonly text: Digest | undefined;
  readonly files: readonly string[];
  readonly spelled?: readonly string[] | undefined;
  /** Files that already preprocessed text names: the compiler quotes from them in diagnostics when they are there. */
  readonly quoted: readonly string[];
  readonly precompiled: readonly string[];
  readonly incbin: boolean;
  readonly place: string | undefined;
  readonly named?: string | undefined;
  /** What the preprocessor warned about, where the text alone does not show it. */
  readonly told?: Digest | undefined;
}

/** The input as it stands is all that is compiled; undefined when it cannot be read, which the compiler will say. */
async function readInput(compilation: Compilation): Promise<Seen | undefined> {
  const scanner = createLineMarkerScanner();
  try {
    await readPieces(absoluteName(compilation.cwd, compilation.input), (piece) => scanner.push(piece));
  } catch (thrown) {
    if (isFault(thrown, 'STORAGE_FAILED')) return undefined;
    throw thrown;
  }
  const { files: quoted, incbin, precompiled } = scanner.end();
  return { text: undefined, files: [compilation.input], quoted, precompiled, incbin, place: 'not preprocessed' };
}

async function preprocess(front: Front, request: PreprocessRequest): Promise<Seen | Unknowable | undefined> {
  const { compilation } = request;
  if (!compilation.needsPreprocessing) return readInput(compilation);
  const command = request.dialect.preprocessCommand(compilation, request.program, request.dependencyTemporary);
  const hash = createHash('sha256');
  const scanner = createLineMarkerScanner();
  const kept: Uint8Array[] = [];
  // What names files differs on a build server, where they are called otherwise.
  const renamed = isWindowsFolder(compilation.cwd) && compilation.homeOnly === undefined;
  const keeps = request.base !== '' || renamed;
  const result = await front.run(command, {
    how: 'helper',
    onStdout: (chunk) => {
      hash.update(chunk);
      scanner.push(chunk);
      if (keeps) kept.push(chunk);
    },
  });
  if (result.code !== 0) return undefined;
  const { files: entered, precompiled, incbin } = scanner.end();
  const files = entered.map((name) => spelledFor(compilation.cwd, name));
  const place = request.base === '' ? undefined : placeInText(Buffer.concat(kept), request.base);
  const noted = request.dialect.enteredFiles?.(compilation, result.stderr);
  if (noted?.kind === 'unknowable') return noted;
  if (noted !== undefined) {
    const told = noted.others === '' ? undefined : digestOf(noted.others);
    return { text: hash.digest('hex') as Digest, files: noted.files.map((name) => spelledFor(compilation.cwd, name)), quoted: [], precompiled, incbin, place, told };
  }
  // In cl's manner a file that is not even read may be warned about: it would be taken by other rules.
  const told = request.dialect.kind === 'clang-cl' && result.stderr.byteLength > 0 ? digestOf(result.stderr) : undefined;
  const named = renamed ? namesInText(Buffer.concat(kept), files) : undefined;
  return { text: hash.digest('hex') as Digest, files, spelled: renamed ? entered : undefined, quoted: [], precompiled, incbin, place, named, told };
}

async function readDependencies(path: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  await readPieces(path, (piece) => void pieces.push(piece));
  return Buffer.concat(pieces);
}

/** Preprocesses and digests. The key parts name every file, so that a miss can be explained by the one that differs. */
export async function gatherInputs(front: Front, digests: FileDigests, request: PreprocessRequest): Promise<InputsResult> {
  const { compilation } = request;
  const source = reachableStat(absoluteName(compilation.cwd, compilation.input));
  // What comes through a pipe can be read once, and the compiler is the one to read it.
  if (source !== undefined && !source.isFile()) return { kind: 'unknowable', reason: 'the source is not a regular file' };
  const seen = await preprocess(front, request);
  if (seen === undefined) return { kind: 'refused' };
  if ('reason' in seen) return seen;
  if (seen.incbin) return { kind: 'unknowable', reason: '.incbin' };
  const names = [...seen.files, ...seen.precompiled, ...compilation.extraInputs];
  const ifThere = compilation.readIfThere ?? [];
  const perhaps = [...seen.quoted.map((name) => [name, 'quoted file'] as const), ...ifThere.map((name) => [name, 'settings'] as const)];
  const all = [...names, ...perhaps.map(([name]) => name), ...compilation.absentInputs];
  const snapshot = await digests.take(all.map((name) => absoluteName(compilation.cwd, name)));
  const digestAt = (at: number): Digest | undefined => snapshot.digests[at];
  const parts: KeyPart[] = seen.text === undefined ? [] : [{ label: 'preprocessed text', value: seen.text }];
  if (seen.told !== undefined) parts.push({ label: 'preprocessor diagnostics', value: seen.told });
  for (const [at, name] of names.entries()) {
    const digest = digestAt(at);
    if (digest === undefined) return { kind: 'unknowable', reason: 'an input is not a readable file' };
    parts.push({ label: `file ${name}`, value: digest });
  }
  for (const [at, [name, what]] of perhaps.entries()) parts.push({ label: `${what} ${name}`, value: digestAt(names.length + at) ?? 'absent' });
  const mustBeAbsent = compilation.absentInputs.map((_, at) => digestAt(names.length + perhaps.length + at));
  if (mustBeAbsent.some((digest) => digest !== undefined)) return { kind: 'unknowable', reason: 'precompiled header' };
  if (compilation.nativeCpu) {
    const processor = describeProcessor();
    if (processor === undefined) return { kind: 'unknowable', reason: 'unknown processor' };
    parts.push({ label: 'processor', value: digestOf(processor) });
  }
  const { files, spelled, precompiled, place, named } = seen;
  const { dependencyTemporary } = request;
  const dependencies = dependencyTemporary === undefined || isNowhere(dependencyTemporary) ? undefined : await readDependencies(dependencyTemporary);
  // It is kept with the result, so that nearer lookups need no preprocessor to write it.
  if (dependencies !== undefined) parts.push({ label: 'dependencies', value: digestOf(dependencies) });
  return { kind: 'inputs', inputs: { files, spelled, precompiled, parts, snapshot, dependencyTemporary, dependencies, place, named } };
}
