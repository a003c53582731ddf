// Knows: whether files and places are still what a remembered result was made from. Refuses to know: results, and how they are landed.
import { absoluteName, digestOf } from '../base/index.js';
import { type BaseFolder, type ManifestResult, renamed } from '../compilation/index.js';
import { type FileDigests, type FolderView, type FolderViews, realName } from '../host/index.js';
import type { Near } from './near.js';
import type { SeenFile, Sight } from './near-sight.js';

export interface FoundNear {
  readonly result: ManifestResult;
  readonly sight: Sight;
}

export type NearLookup = { readonly kind: 'found'; readonly found: FoundNear } | { readonly kind: 'missed'; readonly why: string };

interface Looking {
  readonly ask: LookAround['ask'];
  readonly cwd: string;
  readonly view: FolderView;
  readonly digests: FileDigests;
  readonly seen: Map<string, SeenFile | undefined>;
}

async function seeFiles(to: Looking, names: readonly string[]): Promise<void> {
  const unseen = names.filter((name) => !to.seen.has(name));
  if (unseen.length === 0) return;
  const { paths, digests, states } = await to.digests.take(unseen.map((name) => absoluteName(to.cwd, name)));
  for (const [at, name] of unseen.entries()) {
    const [path, digest] = [paths[at], digests[at]];
    to.seen.set(name, path === undefined || digest === undefined ? undefined : { path, digest, state: states[at] });
  }
}

/** What first speaks against a result; undefined when nothing does. */
async function against(to: Looking, result: ManifestResult): Promise<string | undefined> {
  await seeFiles(to, result.reads.map(({ name }) => name));
  for (const { name, digest } of result.reads) {
    const file = to.seen.get(name);
    if (file?.digest !== digest) return file === undefined ? `${name} is gone` : `${name} has changed`;
  }
  const at = (name: string): 'file' | 'folder' | 'nothing' => to.view.at(absoluteName(to.cwd, name)).kind;
  for (const name of result.absent) if (at(name) === 'file') return `${name} has come`;
  for (const name of result.nothing) if (at(name) !== 'nothing') return `${name} has come`;
  for (const name of result.present) if (at(name) !== 'file') return `${name} is gone`;
  for (const { name, value } of result.conditions) {
    const now = to.ask?.(name, result.reads.map((read) => read.name));
    if ((now === undefined ? undefined : digestOf(now)) !== value) return `${name} has changed`;
  }
  for (const { name, target } of result.links) if (realName(absoluteName(to.cwd, name)) !== target) return `${name} leads elsewhere`;
  return undefined;
}

export interface LookAround {
  /** Of what a result's conditions name; undefined: results have none. */
  readonly ask?: ((name: string, reads: readonly string[]) => string | undefined) | undefined;
  readonly cwd: string;
  readonly base: BaseFolder;
  readonly digests: FileDigests;
  readonly views: FolderViews;
}

/** Looks through the results, the newest first. `why` speaks of the newest. */
export async function lookNear({ manifest }: Near, { cwd, base, digests, views, ask }: LookAround): Promise<NearLookup> {
  const to: Looking = { cwd, digests, ask, view: views.view(), seen: new Map() };
  let why: string | undefined;
  for (const kept of manifest.results) {
    const result = kept.shared ? renamed(kept, (name) => base.restoreName(name)) : kept;
    const objection = result === undefined || (!kept.shared && kept.base !== base.path) ? 'made in another folder, and not the same in this one' : await against(to, result);
    if (objection === undefined && result !== undefined) {
      const files = result.reads.flatMap(({ name }) => to.seen.get(name) ?? []);
      return { kind: 'found', found: { result, sight: { remembered: result, files, view: to.view } } };
    }
    why ??= objection;
  }
  return { kind: 'missed', why: why ?? 'no earlier compile with these arguments and this source' };
}
