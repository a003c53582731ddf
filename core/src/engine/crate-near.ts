// Knows: the key of a crate's compile: everything that is known before the compiler has read a source, and what was remembered under it.
// Refuses to know: sources beyond the first (crate-study.ts), and command lines (the dialect).
import { basename } from 'node:path';
import { absoluteName, digestOf, envValue, type KeyPart, keyOf } from '../base/index.js';
import type { CrateCompilation } from '../compilation/index.js';
import { cratesIn, describeProcessor, reachableStat } from '../host/index.js';
import { openLinking } from './crate-link.js';
import type { DirectPorts } from './engine-ports.js';
import { type NearResult, readManifest } from './near.js';
import type { AskedCrate } from './work.js';

const none = (reason: string): NearResult => ({ kind: 'none', reason });

/** Where libraries that are bundled by name lie; undefined when one is in none of the folders that were named. */
export function bundledFiles({ bundled, searchFolders, cwd }: CrateCompilation): readonly string[] | undefined {
  const files: string[] = [];
  for (const name of bundled) {
    const places = searchFolders.flatMap(({ kind, path }) => (kind === 'native' || kind === 'all' ? [`${path}/lib${name}.a`, `${path}/${name}.lib`] : []));
    const found = places.find((place) => reachableStat(absoluteName(cwd, place))?.isFile() === true);
    if (found === undefined) return undefined;
    files.push(found);
  }
  return files;
}

/** Whether crates that no argument names would be looked for in a folder that holds some. */
function searchesForCrates({ searchFolders, cwd }: CrateCompilation): boolean {
  return searchFolders.some(({ kind, path }) => (kind === 'crate' || kind === 'all') && cratesIn(absoluteName(cwd, path)).length > 0);
}

/** Where there are messages, they are the same only for one width. No variable has such a name. */
export const widthName = 'width of messages';

/** What a crate's result may depend on that its compiler tells only afterwards. */
export const askerOf = ({ request, compilation }: AskedCrate) => (name: string): string | undefined => (name === widthName ? compilation.messageWidth : envValue(request.env, name));

/** Starts no process but, once for each linker, the linking of a few lines. */
export async function openCrateNear(asked: AskedCrate, { digests, storage, near, links }: DirectPorts): Promise<NearResult> {
  const { compilation, compiler, request, front, base } = asked;
  const linking = compilation.linking === undefined ? undefined : links === undefined ? 'crate-type' : await openLinking(asked, links, digests);
  if (typeof linking === 'string') return none(linking);
  const bundled = bundledFiles(compilation);
  if (bundled === undefined) return none('a static library is not found');
  if (searchesForCrates(compilation)) return none('crates are looked for in a folder');
  const names = [compilation.input, ...compilation.extraInputs, ...bundled];
  const named = await digests.take(names.map((name) => absoluteName(compilation.cwd, name)));
  const known: KeyPart[] = [
    { label: 'format', value: 'crate 1' },
    { label: 'compiler', value: compiler.identity },
    ...compiler.crates.keyParts(compilation, request.env, { colours: front.colour }),
    ...(linking?.parts ?? []),
    // Messages and lists of what was read name them.
    { label: 'outputs', value: compilation.outputs.map(({ path }) => path).join('\0') },
  ];
  for (const [at, name] of names.entries()) {
    const digest = named.digests[at];
    if (digest === undefined) return none('an input is not a readable file');
    known.push({ label: `file ${at === 0 ? base.stripName(name) : basename(name)}`, value: digest });
  }
  if (compilation.nativeCpu) {
    const processor = describeProcessor();
    if (processor === undefined) return none('unknown processor');
    known.push({ label: 'processor', value: digestOf(processor) });
  }
  const parts = known.map(({ label, value }) => ({ label, value: base.strip(value) }));
  const key = keyOf(parts);
  await near.settling.wait(key);
  const manifest = await readManifest(storage, key, front.signal);
  return { kind: 'near', near: { key, parts, named, folders: [], tools: linking?.tools, manifest, unfit: manifest.unfit } };
}
