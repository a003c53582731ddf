// Knows: that files are in certain states and that places are empty, and how that is asked anew with few system calls.
// Refuses to know: what rests on it.
import { type FileState, isSameState, isYoungAt } from '../base/index.js';
import type { FolderView, PathTable } from '../host/index.js';

export interface NamedState {
  readonly path: string;
  /** Undefined: the file is so young that its state proves nothing. */
  readonly state: FileState | undefined;
}

export interface Claimed {
  readonly files: readonly NamedState[];
  /** Names under which a file stands, whatever is in it. */
  readonly present: readonly string[];
  /** Names under which no file may stand. */
  readonly absent: readonly string[];
  /** Folders that must stay the very ones that they are, whatever comes to be in them. */
  readonly folders: readonly string[];
  /** Names under which nothing at all may stand. */
  readonly nothing: readonly string[];
}

/**
 * In one array, because there are many of these and small arrays are dear:
 *   claims = files groups file-slot* folder-slot* place* loose-place      a folder and a place for each group
 *   place  = absent-count nothing-count slot*                             the empty places below the folder; loose: of no folder
 */
export type Claims = Uint32Array;

/** Empty places below one folder. */
interface Place {
  readonly absent: Uint32Array;
  readonly nothing: Uint32Array;
  /** Where the next one begins. */
  readonly end: number;
}

const headLength = 2;

const countsOf = (claims: Claims): { readonly files: number; readonly groups: number } => ({ files: claims[0] ?? 0, groups: claims[1] ?? 0 });

function placeAt(claims: Claims, at: number): Place {
  const absentEnd = at + 2 + (claims[at] ?? 0);
  const end = absentEnd + (claims[at + 1] ?? 0);
  return { absent: claims.subarray(at + 2, absentEnd), nothing: claims.subarray(absentEnd, end), end };
}

/** @param number of the group; as many as there are groups: the loose one */
function placeOf(claims: Claims, number: number): Place {
  const { files, groups } = countsOf(claims);
  let place = placeAt(claims, headLength + files + groups);
  for (let at = 0; at < number; at++) place = placeAt(claims, place.end);
  return place;
}

export interface ClaimsBook {
  /** Undefined when something of it is too young to be known by its state. */
  make(claimed: Claimed, view: FolderView): Claims | undefined;
  hold(claims: Claims): boolean;
  release(claims: Claims): void;
}

interface Slot {
  readonly number: number;
  uses: number;
}

const spelledState = ({ dev, ino, size, mtimeNs, ctimeNs }: FileState): string => `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;

/** Slots are shared by all who claim the same of the same name. */
interface Slots {
  take(path: string, state?: FileState): number;
  /** The same name in another state, in exchange for a slot. */
  exchange(slot: number, state: FileState): number;
  give(slot: number): void;
  /** Whether a slot was taken for this very file or folder, in whatever state. */
  isSame(slot: number, state: FileState): boolean;
}

function createSlots(table: PathTable): Slots {
  const byClaim = new Map<string, Slot>();
  const claims = new Map<number, string>();
  function take(path: string, state?: FileState): number {
    const claim = state === undefined ? path : `${path}\0${spelledState(state)}`;
    const known = byClaim.get(claim);
    if (known !== undefined) {
      known.uses += 1;
      return known.number;
    }
    const number = table.add(path);
    if (state !== undefined) table.set(number, state);
    byClaim.set(claim, { number, uses: 1 });
    claims.set(number, claim);
    return number;
  }
  function give(number: number): void {
    const claim = claims.get(number);
    const slot = claim === undefined ? undefined : byClaim.get(claim);
    if (claim === undefined || slot === undefined) return;
    slot.uses -= 1;
    if (slot.uses > 0) return;
    byClaim.delete(claim);
    claims.delete(number);
    table.drop(number);
  }
  function exchange(slot: number, state: FileState): number {
    const taken = take(claims.get(slot)?.split('\0', 1)[0] ?? '', state);
    give(slot);
    return taken;
  }
  const isSame = (slot: number, { dev, ino }: FileState): boolean => claims.get(slot)?.split('\0')[1]?.startsWith(`${dev}:${ino}:`) === true;
  return { take, exchange, give, isSame };
}

interface Gathered {
  readonly folder: string;
  readonly state: FileState;
  readonly absent: string[];
  readonly nothing: string[];
}

/** Sorts empty places by the folder that vouches for them. With them stand the folders that are claimed for themselves. */
function gather(claimed: Claimed, view: FolderView): { groups: readonly Gathered[]; loose: { absent: string[]; nothing: string[] } } {
  const groups = new Map<string, Gathered>();
  const loose: { absent: string[]; nothing: string[] } = { absent: [], nothing: [] };
  for (const kind of ['absent', 'nothing'] as const) {
    for (const path of new Set(claimed[kind])) {
      const anchor = view.anchor(path);
      if (anchor === undefined) {
        loose[kind].push(path);
        continue;
      }
      const group = groups.get(anchor.folder) ?? { ...anchor, absent: [], nothing: [] };
      groups.set(anchor.folder, group);
      group[kind].push(path);
    }
  }
  for (const folder of claimed.folders) {
    const state = view.at(folder).kind === 'folder' ? view.holder(`${folder}/.`) : undefined;
    if (state !== undefined && !groups.has(folder)) groups.set(folder, { folder, state, absent: [], nothing: [] });
  }
  return { groups: [...groups.values()], loose };
}

const isEmpty = (table: PathTable, { absent, nothing }: Pick<Place, 'absent' | 'nothing'>): boolean =>
  table.firstPresent(absent, 0) < 0 && nothing.every((slot) => table.look(slot) === undefined);

export function createClaims(table: PathTable, nowMs: () => number): ClaimsBook {
  const slots = createSlots(table);
  /** The folder has changed: each place is looked at, and the folder's new state is taken down if it is old enough to prove something. */
  function isStillEmpty(claims: Claims, group: number): boolean {
    const at = headLength + countsOf(claims).files + group;
    const slot = claims[at] ?? 0;
    const folder = table.look(slot);
    if (!isEmpty(table, placeOf(claims, group))) return false;
    // Another folder under its name may be one that is searched already.
    if (folder === undefined || !slots.isSame(slot, folder)) return false;
    if (!isYoungAt(folder, nowMs())) claims[at] = slots.exchange(slot, folder);
    return true;
  }

  /** Files by name, each in one state; undefined when one is too young, or is not what it was taken for. */
  function statesOf(claimed: Claimed): ReadonlyMap<string, FileState> | undefined {
    const files = new Map<string, FileState>();
    for (const { path, state } of claimed.files) {
      const before = files.get(path);
      if (state === undefined || (before !== undefined && !isSameState(before, state))) return undefined;
      files.set(path, state);
    }
    for (const path of claimed.present) {
      const slot = slots.take(path);
      const state = table.look(slot);
      slots.give(slot);
      if (state?.kind !== 'file') return undefined;
      files.set(path, state);
    }
    return files;
  }

  return {
    make(claimed, view) {
      const files = statesOf(claimed);
      if (files === undefined) return undefined;
      const { groups, loose } = gather(claimed, view);
      const numbers = [files.size, groups.length];
      for (const [path, state] of files) numbers.push(slots.take(path, state));
      for (const { folder, state } of groups) numbers.push(slots.take(folder, state));
      for (const { absent, nothing } of [...groups, loose]) {
        numbers.push(absent.length, nothing.length, ...absent.map((path) => slots.take(path)), ...nothing.map((path) => slots.take(path)));
      }
      return Uint32Array.from(numbers);
    },
    hold(claims) {
      const { files, groups } = countsOf(claims);
      const states = claims.subarray(headLength, headLength + files + groups);
      for (let at = table.firstChanged(states, 0); at >= 0; at = table.firstChanged(states, at + 1)) {
        if (at < files || !isStillEmpty(claims, at - files)) return false;
      }
      return isEmpty(table, placeOf(claims, groups));
    },
    release(claims) {
      const { files, groups } = countsOf(claims);
      for (const slot of claims.subarray(headLength, headLength + files + groups)) slots.give(slot);
      for (let number = 0; number <= groups; number++) {
        const { absent, nothing } = placeOf(claims, number);
        for (const slot of [...absent, ...nothing]) slots.give(slot);
      }
    },
  };
}
