// Knows: which files and folders a build server needs so that a crate's compiler finds there what it found here.
// Refuses to know: how they travel.
//
// Crates that are given rest on crates that are not, and the compiler looks for those in folders. Which they are stands in the metadata in the
// compiler's own form, which changes with every release; but a crate's name for files ends in a mark that the build tool gave it, and what rests on
// that crate holds the mark as it is. So every mark in a crate's bytes that a file in those folders bears brings that file along: perhaps one too
// many, never one too few.
import { basename, dirname, join } from 'node:path';
import { absoluteName, envValue } from '../base/index.js';
import type { CrateReads } from '../compilation/index.js';
import { archiveOf, cratesAndMacrosIn, filesBelow, isFolder, statOfFile } from '../host/index.js';
import { createGathering, type Gathering, type InputSetOptions, orHome, type SetOutput, StaysHome } from './gathering.js';
import type { AwayCrate } from './ports.js';
import { createRemoteNames } from './remote-names.js';

/** Marks of crates in a crate; of other files none. */
export type CrateMarks = ReadonlySet<string>;

export interface CrateInputSet {
  readonly kind: 'set';
  readonly reads: CrateReads;
  readonly archive: readonly Uint8Array[];
  readonly outputs: readonly SetOutput[];
  readonly cwd: string;
  /** Programs of other crates run inside the compiler and may read what they like. */
  readonly macros: boolean;
  remote(spelled: string): string;
}

/** How metadata and archives begin. */
const beginnings = ['rust', '!<arch>\n'];
/** As cargo makes them: `-C extra-filename=-0123456789abcdef`. */
const mark = /-[0-9a-f]{16}/g;
const none: CrateMarks = new Set();

export function marksIn(content: Buffer): CrateMarks {
  const start = content.toString('latin1', 0, 8);
  if (!beginnings.some((beginning) => start.startsWith(beginning))) return none;
  return new Set(content.toString('latin1').match(mark));
}

/** Files in folders of crates by the marks in their names. Metadata says as much as the library that holds it. */
function byMark(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const all = new Set(files);
  const found = new Map<string, string[]>();
  for (const path of files) {
    if (path.endsWith('.rlib') && all.has(path.replace(/rlib$/, 'rmeta'))) continue;
    const key = /-[0-9a-f]{16}(?=\.[a-z]+$)/.exec(basename(path))?.[0] ?? '';
    found.set(key, [...(found.get(key) ?? []), path]);
  }
  return found;
}

/** Adds all crates that stand beneath those that were added. */
async function addBeneath(to: Gathering<CrateMarks>, { compilation }: AwayCrate): Promise<void> {
  const folders = compilation.searchFolders.filter(({ kind }) => kind === 'dependency').map(({ path }) => absoluteName(compilation.cwd, path));
  const known = byMark([...new Set(folders)].flatMap(cratesAndMacrosIn));
  const add = (key: string): void => {
    for (const path of known.get(key) ?? []) {
      const stat = statOfFile(path);
      if (stat !== undefined) to.addFile(path, stat);
    }
  };
  // What bears no mark may be beneath any.
  add('');
  for (let at = 0, files = to.files(); at < files.length; files = to.files()) {
    const read = await Promise.all(files.slice(at).map((remote) => to.member(remote)));
    at = files.length;
    for (const key of new Set(read.flatMap(({ more }) => [...more]))) add(key);
  }
}

const isMacro = (path: string): boolean => path.endsWith('.so');
/** Made by and for a linker. */
const linkedFile = /\.(?:o|a|so|rlib|rmeta|lib|dll)$/;
const mostGenerated = 2_000;

function generatedIn(outDir: string): readonly string[] {
  const found = filesBelow(outDir, (name) => !linkedFile.test(name));
  if (found.length > mostGenerated) throw new StaysHome(`more than ${mostGenerated} files in OUT_DIR`);
  return found;
}

/** What macros read as a matter of course, of which the compiler tells nothing: manifests, and what a build script has left. */
function addForMacros(to: Gathering<CrateMarks>, { request }: AwayCrate): void {
  const add = (path: string): void => {
    const stat = statOfFile(path);
    if (stat !== undefined) to.addFile(path, stat);
  };
  const [outDir, manifestDir] = [envValue(request.env, 'OUT_DIR'), envValue(request.env, 'CARGO_MANIFEST_DIR')];
  if (outDir?.startsWith('/') === true) for (const path of generatedIn(outDir)) add(path);
  if (manifestDir?.startsWith('/') !== true) return;
  for (let at = manifestDir; ; at = dirname(at)) {
    add(join(at, 'Cargo.toml'));
    if (at === dirname(at)) return;
  }
}

async function gather(job: AwayCrate, options: InputSetOptions<CrateMarks>): Promise<CrateInputSet> {
  const { compilation, request, bundled } = job;
  const { cwd } = compilation;
  const to = createGathering({ here: cwd, names: createRemoteNames(cwd, options.links) }, options);
  if (to.reach(cwd) !== cwd) throw new StaysHome('the working directory has another name on the build server');
  const reads = await job.reads();
  if (reads === undefined) throw new StaysHome('the compiler does not say what it will read');
  for (const name of ['OUT_DIR', 'CARGO_MANIFEST_DIR']) {
    const folder = envValue(request.env, name);
    if (folder?.startsWith('/') === true && isFolder(folder)) to.addFolder(to.reach(folder));
  }
  const outputs = to.outputs(compilation);
  to.addRead([compilation.input, ...reads.files, ...compilation.extraInputs, ...bundled]);
  await addBeneath(to, job);
  const macros = to.files().some(isMacro);
  if (macros) addForMacros(to, job);
  const members = await Promise.all(to.files().map((remote) => to.member(remote)));
  return { kind: 'set', reads, archive: archiveOf([...(await to.bareFolders()), ...members]), outputs, cwd, macros, remote: (spelled) => to.remote(spelled) };
}

/** @throws Fault RESULT_DOUBTFUL when a file changes meanwhile; whatever reading throws */
export const crateInputSetOf = (job: AwayCrate, options: InputSetOptions<CrateMarks>): Promise<CrateInputSet | { readonly kind: 'home'; readonly reason: string }> =>
  orHome(() => gather(job, options));
