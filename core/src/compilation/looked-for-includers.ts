// Knows: beside which files a quoted name is looked for by compilers in cl's manner: the one that names it, the one that included that, and so on up
// to the source. Refuses to know: which of several possible ways was taken; all are.
import type { ReadSource } from './looked-for.js';

/** Folders beside which names are looked for; the same object for the same ones. */
export interface Beside {
  readonly folders: readonly string[];
  /** Short, another one for other folders. */
  readonly mark: string;
}

const lastPart = (name: string): string => name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);

/** By its place among the sources: which of them each may have included, since an operand shares the last part of the name that it leads to. */
function includedBy(sources: readonly ReadSource[]): readonly (readonly number[])[] {
  const byName = new Map<string, number[]>();
  for (const [at, { name }] of sources.entries()) {
    const known = byName.get(lastPart(name));
    if (known === undefined) byName.set(lastPart(name), [at]);
    else known.push(at);
  }
  const all = [...sources.keys()];
  return sources.map(({ mentions }) => {
    // Whoever includes what a macro says may have included anything.
    if (mentions.computed) return all;
    return [...new Set(mentions.includes.map(({ name }) => lastPart(name)))].flatMap((part) => byName.get(part) ?? []);
  });
}

/** Sets of folders as numbers, a bit for each: what a file hands on to those that it includes is one operation. */
function handedOn(own: readonly bigint[], included: readonly (readonly number[])[]): readonly bigint[] {
  const sets = [...own];
  const waiting = new Set(own.keys());
  // A set is walked to its end, also over what is added meanwhile.
  for (const at of waiting) {
    waiting.delete(at);
    const mine = sets[at] ?? 0n;
    for (const other of included[at] ?? []) {
      const theirs = sets[other] ?? 0n;
      if ((theirs | mine) === theirs) continue;
      sets[other] = theirs | mine;
      waiting.add(other);
    }
  }
  return sets;
}

/** @returns the folders for each source, its own among them */
export function includerFolders(sources: readonly ReadSource[], folderOf: (name: string) => string): (source: ReadSource) => Beside {
  const folders = [...new Set(sources.map(({ name }) => folderOf(name)))];
  const bits = new Map(folders.map((folder, at) => [folder, 1n << BigInt(at)]));
  const sets = handedOn(sources.map(({ name }) => bits.get(folderOf(name)) ?? 0n), includedBy(sources));
  const known = new Map<bigint, Beside>();
  const besides = new Map(sources.map((source, at) => {
    const set = sets[at] ?? 0n;
    const beside = known.get(set) ?? { folders: folders.filter((folder) => ((bits.get(folder) ?? 0n) & set) !== 0n), mark: `#${known.size}` };
    known.set(set, beside);
    return [source, beside];
  }));
  return (source) => besides.get(source) ?? { folders: [folderOf(source.name)], mark: folderOf(source.name) };
}
