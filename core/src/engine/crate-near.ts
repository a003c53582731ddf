// Knows: the key of a crate's compile: everything that is known before the compiler has read a source, and what was remembered under it.
// Refuses to know: sources beyond the first (crate-study.ts), and command lines (the dialect).
import { basename } from 'node:path';
import { absoluteName, digestOf, envValue, type KeyPart, keyOf } from '../base/index.js';
import type { CrateCompilation } from '../compilation/index.js';
import { describeProcessor, reachableStat } from '../host/index.js';
import { linkParts } from './crate-link.js';
import type { DirectPorts } from './engine-ports.js';
import { type NearResult, readManifest } from './near.js';
import type { AskedCrate } from './work.js';

const none = (reason: string): NearResult => ({ kind: 'none', reason });

/** Where libraries that are bundled by name lie; undefined when one is in none of the folders that were named. */
function bundledFiles({ bundled, searchFolders, cwd }: CrateCompilation): readonly string[] | undefined {
  const files: string[] = [];
  for (const name of bundled) {
    const places = searchFolders.flatMap(({ kind, path }) => (kind === 'native' || kind === 'all' ? [`${path}/lib${name}.a`, `${path}/${name}.lib`] : []));
    const found = places.find((place) => reachableStat(absoluteName(cwd, place))?.isFile() === true);
    if (found === undefined) return undefined;
    files.push(found);
  }
  return files;
}

/** What a crate's result may depend on that its compiler tells only afterwards: a variable by its name, an argument by its flag. */
export function askerOf({ request, compilation }: AskedCrate): (name: string) => string | undefined {
  return (name) => (name.startsWith('-') ? argumentValue(compilation.words, name) : envValue(request.env, name));
}

function argumentValue(words: readonly string[], flag: string): string | undefined {
  const joined = words.find((word) => word.startsWith(`${flag}=`));
  return joined?.slice(flag.length + 1) ?? words[words.indexOf(flag) + 1];
}

/** Starts no process. */
export async function openCrateNear(asked: AskedCrate, { digests, storage, near, links }: DirectPorts): Promise<NearResult> {
  const { compilation, compiler, request, front, base } = asked;
  const linker = compilation.linked ? (links === undefined ? 'crate-type' : await linkParts(asked, links)) : [];
  if (typeof linker === 'string') return none(linker);
  const bundled = bundledFiles(compilation);
  if (bundled === undefined) return none('a static library is not found');
  const names = [compilation.input, ...compilation.extraInputs, ...bundled];
  const named = await digests.take(names.map((name) => absoluteName(compilation.cwd, name)));
  const parts: KeyPart[] = [
    { label: 'format', value: 'crate 1' },
    { label: 'compiler', value: compiler.identity },
    ...compiler.crates.keyParts(compilation, request.env, { colours: front.colour }),
    ...linker,
    // Messages and lists of what was read name them.
    { label: 'outputs', value: compilation.outputs.map(({ path }) => path).join('\0') },
  ];
  for (const [at, name] of names.entries()) {
    const digest = named.digests[at];
    if (digest === undefined) return none('an input is not a readable file');
    parts.push({ label: `file ${at === 0 ? name : basename(name)}`, value: digest });
  }
  if (compilation.nativeCpu) {
    const processor = describeProcessor();
    if (processor === undefined) return none('unknown processor');
    parts.push({ label: 'processor', value: digestOf(processor) });
  }
  const key = keyOf(parts.map(({ label, value }) => ({ label, value: base.strip(value) })));
  await near.settling.wait(key);
  const manifest = await readManifest(storage, key, front.signal);
  return { kind: 'near', near: { key, parts, named, manifest, unfit: manifest.unfit } };
}
