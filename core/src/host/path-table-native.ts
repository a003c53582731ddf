// Knows: how the addon's table becomes a PathTable. Refuses to know: whether there is an addon.
import type { NativeAddon } from './native-addon.js';
import type { PathTable, SeenFile } from './path-table.js';
import { seenAt } from './path-table-node.js';

const kinds: readonly SeenFile['kind'][] = ['file', 'folder', 'other'];
const second = 1_000_000_000n;

/** One call crosses into C++ for any number of names; states cross as words in an array, since bigints of their own are dear to make. */
export function createNativePathTable(addon: NativeAddon): PathTable {
  const table = new addon.PathTable();
  const words = new BigInt64Array(7);
  const word = (at: number): bigint => words[at] ?? 0n;
  return {
    native: true,
    add: (path) => table.add(path),
    drop: (slot) => table.drop(slot),
    set: (slot, { dev, ino, size, mtimeNs, ctimeNs }) => {
      words[0] = dev;
      words[1] = ino;
      words[2] = size;
      words[3] = mtimeNs;
      words[4] = ctimeNs;
      table.set(slot, words);
    },
    firstChanged: (slots, from) => table.firstChanged(slots, from),
    firstPresent: (slots, from) => table.firstPresent(slots, from),
    look: (slot) => {
      const found = table.look(slot, words);
      // Looked at once more by node, which says in its error what is wrong and where.
      if (found < 0) return seenAt(table.path(slot));
      const kind = kinds[found - 1];
      if (kind === undefined) return undefined;
      return { kind, dev: word(0), ino: word(1), size: word(2), mtimeNs: word(3) * second + word(4), ctimeNs: word(5) * second + word(6) };
    },
  };
}
