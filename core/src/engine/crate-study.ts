// Knows: what a finished compile of a crate is remembered by: the files and variables that the compiler says it has read.
// Refuses to know: results and where they are kept.
import { absoluteName, asBuffer, digestOf, isYoungAt, type KeyPart } from '../base/index.js';
import type { CrateReads, ManifestCondition } from '../compilation/index.js';
import { type FileDigests, type FolderViews, movedSince, pickUp, reachableStat } from '../host/index.js';
import { cratesBeneath, readLinkList } from './crate-link.js';
import { askerOf, widthName } from './crate-near.js';
import type { Near } from './near.js';
import type { SeenFile } from './near-sight.js';
import type { Study } from './near-study.js';
import type { AskedCrate } from './work.js';

const textOf = (bytes: Uint8Array): string => asBuffer(bytes).toString('latin1');

export interface CrateStudied {
  readonly asked: AskedCrate;
  readonly near: Near;
  readonly digests: FileDigests;
  readonly views: FolderViews;
  readonly stderr: Uint8Array;
}

type Unknown = Extract<Study, { kind: 'doubt' | 'unfit' }>;

interface Seen {
  readonly files: readonly SeenFile[];
  readonly parts: readonly KeyPart[];
}

async function seeFiles(names: readonly string[], { asked, near, digests }: CrateStudied): Promise<Seen | Unknown> {
  const { compilation, startedMs } = asked;
  const snapshot = await digests.take(names.map((name) => absoluteName(compilation.cwd, name)));
  const moved = movedSince(snapshot.paths, startedMs);
  if (moved !== undefined) return { kind: 'doubt', reason: `${moved} was put into place while the compiler ran, or just before`, parts: [] };
  const before = new Map(near.named.paths.map((path, at) => [path, near.named.digests[at]]));
  const files: SeenFile[] = [];
  const parts: KeyPart[] = [];
  for (const [at, name] of names.entries()) {
    const [path, digest, state] = [snapshot.paths[at] ?? '', snapshot.digests[at], snapshot.states[at]];
    if (digest === undefined) {
      const isFolder = reachableStat(path)?.isDirectory() === true;
      return isFolder ? { kind: 'unfit', reason: 'a folder is read', parts } : { kind: 'doubt', reason: `${name} is gone`, parts };
    }
    // What was digested before the compile is compared with that; of others only their age tells that they are the same.
    const known = before.get(path) === digest;
    if (!known && (state === undefined || isYoungAt(state, startedMs))) return { kind: 'doubt', reason: `${name} changed while the compiler ran, or just before`, parts };
    files.push({ path, digest, state });
    // The root source stands in the key already.
    if (name !== compilation.input) parts.push({ label: `file ${name}`, value: digest });
  }
  return { files, parts };
}

/** Whether a source may have an unnamed library bundled. */
async function mayBundle({ compilation, compiler }: AskedCrate, sources: readonly string[]): Promise<boolean> {
  // Libraries are looked for in these folders, and nobody says which one was taken.
  if (!compilation.searchFolders.some(({ kind }) => kind === 'native' || kind === 'all')) return false;
  for (const name of sources) {
    const file = await pickUp(absoluteName(compilation.cwd, name));
    if (file === undefined || compiler.crates.mayBundle(textOf(file.bytes))) return true;
  }
  return false;
}

/** What the compiler and, where one took part, the linker say that they have read. */
export type CrateTold = CrateReads & { readonly linkList: string | undefined };

/** Looks at what a compile has read. */
export async function studyCrate({ files: sources, variables, linkList }: CrateTold, studied: CrateStudied): Promise<Study> {
  const { asked, near, views, stderr } = studied;
  const { compilation, compiler, request } = asked;
  const linked = linkList === undefined ? undefined : readLinkList(linkList, asked, (path) => reachableStat(path) !== undefined);
  if (linkList !== undefined && linked === undefined) return { kind: 'doubt', reason: 'the linker\'s list cannot be read', parts: [] };
  // Into a static library goes all that stands beneath.
  const beneath = compilation.crateTypes.includes('staticlib') ? cratesBeneath(asked) : [];
  const names = [...new Set([...sources, ...(linked?.files ?? []), ...beneath])];
  const seen = await seeFiles(names, studied);
  if ('kind' in seen) return seen;
  if (await mayBundle(asked, sources)) return { kind: 'unfit', reason: 'a static library by attribute', parts: seen.parts };
  if (!(await near.named.stillSame())) return { kind: 'doubt', reason: 'an input changed while the compiler ran', parts: seen.parts };
  const view = views.view();
  const absent = [...compiler.crates.lookedFor(request, sources), ...(linked?.absent ?? [])];
  const come = absent.find((name) => view.at(absoluteName(compilation.cwd, name)).kind === 'file');
  if (come !== undefined) return { kind: 'doubt', reason: `${come} has come`, parts: seen.parts };
  const value = askerOf(asked);
  const named = [...new Set([...variables.map(({ name }) => name), ...(compiler.crates.saysMore(textOf(stderr)) ? [widthName] : [])])];
  const conditions = named.map((name): ManifestCondition => {
    const now = value(name);
    return { name, value: now === undefined ? undefined : digestOf(now) };
  });
  // What the compiler says it saw must be what the request holds: sources may be given variables by other means.
  const other = variables.find(({ name, value: saw }) => saw !== value(name));
  if (other !== undefined) return { kind: 'unfit', reason: `variable ${other.name} is not the request's`, parts: seen.parts };
  const reads = seen.files.map(({ digest }, at) => ({ name: names[at] ?? '', digest }));
  return {
    kind: 'known',
    sight: { remembered: { reads, absent, nothing: [], present: [], links: [], conditions }, files: seen.files, view },
    parts: [...seen.parts, ...conditions.map(({ name, value: digest }) => ({ label: name === widthName ? name : `variable ${name}`, value: digest ?? 'not set' }))],
  };
}
