// Knows: beside which files a quoted name is looked for by compilers in cl's manner: the one that names it, the one that included that, and so on up
// to the source. Refuses to know: which of several possible ways was taken; all are.
import type { ReadSource } from './looked-for.js';

const lastPart = (name: string): string => name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);

/** By the last part of a file's name, which the operand that leads to it must share: who may have included it. */
function includersByName(sources: readonly ReadSource[]): ReadonlyMap<string, readonly ReadSource[]> {
  const found = new Map<string, ReadSource[]>();
  for (const source of sources) {
    for (const part of new Set(source.mentions.includes.map(({ name }) => lastPart(name)))) {
      const known = found.get(part);
      if (known === undefined) found.set(part, [source]);
      else known.push(source);
    }
  }
  return found;
}

/** @returns the folders for each source, its own first */
export function includerFolders(sources: readonly ReadSource[], folderOf: (name: string) => string): (source: ReadSource) => readonly string[] {
  const byName = includersByName(sources);
  // Whoever includes what a macro says may have included anything.
  const anything = sources.filter(({ mentions }) => mentions.computed);
  return (source) => {
    const seen = new Set([source]);
    // A set is walked to its end, also over what is added meanwhile.
    for (const { name } of seen) for (const includer of [...(byName.get(lastPart(name)) ?? []), ...anything]) seen.add(includer);
    return [...new Set([...seen].map(({ name }) => folderOf(name)))];
  };
}
