// Knows: whether a result that was made in one folder is the one that the compiler makes in another. Refuses to know: files on disk.
import { asBuffer } from '../base/index.js';
import { moveDependencies } from '../compilation/index.js';
import type { Entry } from '../storage/index.js';
import type { Work } from './work.js';

/** Inside packed sections a name does not show. */
const packs = /^(?:-gz|-Wa,.*compress-debug|--compress-debug|-flto|-fembed-bitcode|-emit-llvm)/;

/** Symbols that are made of a file's name hold it in this way. */
const asSymbol = (folder: string): string => folder.replace(/[^A-Za-z0-9]/g, '_');

/**
 * Why a result belongs to its folder alone; undefined when it is the same in every other one.
 * @param work in a base folder, preprocessed
 */
export function unsharedBecause({ base, compilation, inputs }: Work, entry: Entry): string | undefined {
  if (inputs.place !== undefined) return inputs.place;
  const packed = compilation.args.find(({ words: [word = ''] }) => packs.test(word));
  if (packed !== undefined) return `${packed.words[0] ?? ''} hides names`;
  const folder = base.path.slice(0, -1);
  const shows = (bytes: Uint8Array): boolean => asBuffer(bytes).includes(folder);
  if (shows(entry.stdout) || shows(entry.stderr)) return 'diagnostics name the folder';
  for (const { role, bytes } of entry.files) {
    const content = asBuffer(bytes);
    if (role === 'd') {
      const text = content.toString();
      if (text.includes(folder) && moveDependencies(text, base.path, base.path) === undefined) return 'the dependency file cannot be made anew';
    } else if (content.includes(folder) || content.includes(asSymbol(folder))) {
      return compilation.cwdInOutputs ? 'debug or coverage information names the folder' : 'the object names the folder';
    }
  }
  return undefined;
}

/** The entry as it is in another folder; undefined when its dependency file cannot be made anew. Only of entries that are shared. */
export function movedEntry(entry: Entry, from: string, to: string): Entry | undefined {
  const file = entry.files.find(({ role }) => role === 'd');
  if (file === undefined || from === to) return entry;
  const text = Buffer.from(file.bytes).toString();
  if (!text.includes(from)) return entry;
  const moved = moveDependencies(text, from, to);
  if (moved === undefined) return undefined;
  return { ...entry, files: entry.files.map((it) => (it === file ? { ...it, bytes: Buffer.from(moved) } : it)) };
}
