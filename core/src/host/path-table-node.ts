// Knows: how a PathTable is made of node's own means, where there is no addon. Refuses to know: whether there is one.
import type { BigIntStats } from 'node:fs';
import { type FileState, isSameState } from '../base/index.js';
import type { PathTable, SeenFile } from './path-table.js';
import { reachableStat, stateOf } from './reachable-stat.js';

interface Entry {
  readonly path: string;
  state: FileState | undefined;
}

const isIndex = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;

/** Undefined also when the look-up fails for a reason that says nothing of the file. */
function statOrNothing(path: string): BigIntStats | undefined {
  try {
    return reachableStat(path);
  } catch {
    // What cannot be looked at is not as it was: the answer is on the safe side.
    return undefined;
  }
}

function changed({ path, state }: Entry): boolean {
  const now = state === undefined ? undefined : statOrNothing(path);
  if (state === undefined || now === undefined) return true;
  return !isSameState(now, state);
}

function present({ path }: Entry): boolean {
  try {
    const found = reachableStat(path);
    return found !== undefined && !found.isDirectory();
  } catch {
    // Something is in the way that other failures do not tell of: the answer is on the safe side.
    return true;
  }
}

/** What a PathTable's `look` tells of a name. */
export function seenAt(path: string): SeenFile | undefined {
  const found = reachableStat(path);
  if (found === undefined) return undefined;
  return { kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other', ...stateOf(found) };
}

export function createNodePathTable(): PathTable {
  const entries: (Entry | undefined)[] = [];
  const free: number[] = [];
  const entryAt = (slot: number): Entry => {
    const entry = isIndex(slot) ? entries[slot] : undefined;
    if (entry === undefined) throw new TypeError('no such slot');
    return entry;
  };
  const firstThat = (is: (entry: Entry) => boolean, slots: Uint32Array, from: number): number => {
    if (!(slots instanceof Uint32Array)) throw new TypeError('a Uint32Array is expected');
    if (!isIndex(from)) throw new TypeError('a whole number from 0 to 4294967295 is expected');
    for (let at = from; at < slots.length; at++) if (is(entryAt(slots[at] ?? -1))) return at;
    return -1;
  };
  return {
    native: false,
    add: (path) => {
      if (typeof path !== 'string' || path.includes('\0')) throw new TypeError('a string without null bytes is expected');
      const slot = free.pop() ?? entries.length;
      entries[slot] = { path, state: undefined };
      return slot;
    },
    drop: (slot) => {
      entryAt(slot);
      entries[slot] = undefined;
      free.push(slot);
    },
    set: (slot, { dev, ino, size, mtimeNs, ctimeNs }) => {
      entryAt(slot).state = { dev, ino, size, mtimeNs, ctimeNs };
    },
    firstChanged: (slots, from) => firstThat(changed, slots, from),
    firstPresent: (slots, from) => firstThat(present, slots, from),
    look: (slot) => seenAt(entryAt(slot).path),
  };
}
