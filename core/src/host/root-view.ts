// Knows: where a path leads inside a root that is made of layers laid over each other, symlinks included.
// Refuses to know: the disk (root-view-disk.ts looks there) and the machine's own root: nothing here ever leads outside.
//
// The kernel would answer this by itself for a process inside the root. We look from outside, where an absolute symlink
// such as `lib -> /usr/lib` would lead onto the host; so every name is looked up alone, and every link is followed by us.

/** What a layer has under a name. `whiteout`: this layer hides whatever lower ones have there. */
export type EntryKind = 'directory' | 'file' | 'symlink' | 'whiteout' | 'other';

export interface Entry {
  readonly kind: EntryKind;
  /** Permission bits with sticky, setuid and setgid. */
  readonly mode: number;
}

/** Names from the root down, none of them empty, `.` or `..`. */
export type Segments = readonly string[];

/** One folder tree. It is only asked about names whose parents are directories (not links) in this very layer. */
export interface Layer {
  lstat(segments: Segments): Entry | undefined;
  readlink(segments: Segments): string;
}

/** Where a path leads. Segments are free of symlinks, but for a last one that was not to be followed. */
export type Place =
  | { readonly kind: 'found'; readonly segments: Segments; readonly entry: Entry; readonly layer: number }
  /** The first `existing` segments are directories, the next one is not there. */
  | { readonly kind: 'missing'; readonly segments: Segments; readonly existing: number }
  /** Leads nowhere: through a file, round in circles, above a missing name, or it is too long. */
  | { readonly kind: 'blocked'; readonly why: string };

const mostLinks = 40;
const mostSteps = 4096;
const longestPath = 4096;
const longestName = 255;

/** A directory on the way, and the layers that really have it, uppermost first. */
interface Step {
  readonly name: string;
  readonly layers: readonly number[];
}

interface Look {
  readonly entry: Entry;
  readonly layer: number;
  /** For directories: the layers that share in it. */
  readonly layers: readonly number[];
}

function lookIn(layers: readonly Layer[], at: readonly number[], segments: Segments): Look | undefined {
  let first: { entry: Entry; layer: number } | undefined;
  const sharing: number[] = [];
  for (const layer of at) {
    const entry = layers[layer]?.lstat(segments);
    if (entry === undefined) continue;
    if (first === undefined && entry.kind !== 'whiteout') first = { entry, layer };
    // Whatever is no directory ends what lower layers can add: it hides them, or is hidden itself with all below it.
    if (entry.kind !== 'directory') break;
    sharing.push(layer);
  }
  return first === undefined ? undefined : { ...first, layers: sharing };
}

/** Names in the order in which they are to be walked, last first, so that a link's names can be put on top. */
const backwards = (path: string): string[] => path.split('/').reverse();

const unusable = (name: string): boolean => name.includes('\0') || Buffer.byteLength(name) > longestName;

function missingAt(walked: Segments, name: string, todo: readonly string[]): Place {
  const rest = [name, ...[...todo].reverse()].filter((it) => it !== '' && it !== '.');
  if (rest.includes('..')) return { kind: 'blocked', why: 'goes up from a name that is not there' };
  if (rest.some(unusable)) return { kind: 'blocked', why: 'holds a name that no file can have' };
  return { kind: 'missing', segments: [...walked, ...rest], existing: walked.length };
}

/**
 * Follows `path` (from the root, whether it begins with a slash or not) as the kernel would inside the root.
 * @param layers uppermost first
 * @param last whether a symlink at the end is followed
 */
export function resolveInRoot(layers: readonly Layer[], path: string, last: 'follow' | 'keep'): Place {
  if (path.length > longestPath) return { kind: 'blocked', why: `is longer than ${longestPath} characters` };
  const all = layers.map((_, at) => at);
  let walk: Step[] = [];
  const todo = backwards(path);
  let links = 0;
  for (let steps = 0; steps < mostSteps; steps++) {
    const name = todo.pop();
    const walked = walk.map((it) => it.name);
    const here = walk.at(-1)?.layers ?? all;
    if (name === undefined) {
      const look = walk.length === 0 ? rootLook : lookIn(layers, walk.at(-2)?.layers ?? all, walked);
      return look === undefined ? { kind: 'blocked', why: 'vanished' } : { kind: 'found', segments: walked, entry: look.entry, layer: look.layer };
    }
    if (name === '' || name === '.') continue;
    if (name === '..') {
      walk.pop();
      continue;
    }
    if (unusable(name)) return { kind: 'blocked', why: 'holds a name that no file can have' };
    const segments = [...walked, name];
    const look = lookIn(layers, here, segments);
    if (look === undefined) return missingAt(walked, name, todo);
    const isLast = todo.every((it) => it === '');
    if (look.entry.kind === 'symlink' && (!isLast || last === 'follow')) {
      links += 1;
      if (links > mostLinks) return { kind: 'blocked', why: `leads through more than ${mostLinks} symlinks` };
      const target = layers[look.layer]?.readlink(segments) ?? '';
      if (target.startsWith('/')) walk = [];
      todo.push(...backwards(target));
    } else if (look.entry.kind === 'directory') walk.push({ name, layers: look.layers });
    else if (isLast) return { kind: 'found', segments, entry: look.entry, layer: look.layer };
    else return { kind: 'blocked', why: `leads through /${segments.join('/')}, which is no directory` };
  }
  return { kind: 'blocked', why: `takes more than ${mostSteps} steps` };
}

const rootLook: Look = { entry: { kind: 'directory', mode: 0o755 }, layer: 0, layers: [] };
