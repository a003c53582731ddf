// Knows: that files are in certain states and that places are empty, and how that is asked anew with few system calls.
// Refuses to know: what rests on it.
import { type FileState, isSameState } from '../base/index.js';
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
  /** Names under which nothing at all may stand. */
  readonly nothing: readonly string[];
}

/** Empty places below one folder. */
interface Group {
  /** Where the folder's slot stands among all. */
  readonly at: number;
  readonly absent: Uint32Array;
  readonly nothing: Uint32Array;
}

export interface Claims {
  /** Files, then the folders of the groups. */
  readonly slots: Uint32Array;
  readonly files: number;
  readonly groups: readonly Group[];
  /** Places that no folder vouches for. */
  readonly loose: Pick<Group, 'absent' | 'nothing'>;
}

export interface ClaimsBook {
  /** Undefined when something of it is too young to be known by its state. */
  make(claimed: Claimed, view: FolderView): Claims | undefined;
  hold(claims: Claims): boolean;
  release(claims: Claims): void;
}

/** A folder that changed so short a time ago may change again within the same tick of the file system's clock. */
const racyMs = 20;

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
  return { take, exchange, give };
}

interface Gathered {
  readonly folder: string;
  readonly state: FileState;
  readonly absent: string[];
  readonly nothing: string[];
}

/** Sorts empty places by the folder that vouches for them. */
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
  return { groups: [...groups.values()], loose };
}

export function createClaims(table: PathTable, nowMs: () => number): ClaimsBook {
  const slots = createSlots(table);
  const taken = (paths: readonly string[]): Uint32Array => Uint32Array.from(paths, (path) => slots.take(path));

  const isEmpty = ({ absent, nothing }: Pick<Group, 'absent' | 'nothing'>): boolean =>
    table.firstPresent(absent, 0) < 0 && nothing.every((slot) => table.look(slot) === undefined);

  /** The folder has changed: each place is looked at, and the folder's new state is taken down if it is old enough to prove something. */
  function isStillEmpty(claims: Claims, group: Group): boolean {
    const slot = claims.slots[group.at] ?? 0;
    const folder = table.look(slot);
    if (!isEmpty(group)) return false;
    if (folder === undefined) return true;
    const changedNs = folder.mtimeNs > folder.ctimeNs ? folder.mtimeNs : folder.ctimeNs;
    if (nowMs() - Number(changedNs / 1_000_000n) <= racyMs) return true;
    claims.slots[group.at] = slots.exchange(slot, folder);
    return true;
  }

  return {
    make(claimed, view) {
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
      const { groups, loose } = gather(claimed, view);
      const all = [...[...files].map(([path, state]) => slots.take(path, state)), ...groups.map(({ folder, state }) => slots.take(folder, state))];
      return {
        slots: Uint32Array.from(all),
        files: files.size,
        groups: groups.map(({ absent, nothing }, at) => ({ at: files.size + at, absent: taken(absent), nothing: taken(nothing) })),
        loose: { absent: taken(loose.absent), nothing: taken(loose.nothing) },
      };
    },
    hold(claims) {
      for (let at = table.firstChanged(claims.slots, 0); at >= 0; at = table.firstChanged(claims.slots, at + 1)) {
        const group = claims.groups[at - claims.files];
        if (group === undefined || !isStillEmpty(claims, group)) return false;
      }
      return isEmpty(claims.loose);
    },
    release(claims) {
      for (const list of [claims.slots, claims.loose.absent, claims.loose.nothing, ...claims.groups.flatMap((group) => [group.absent, group.nothing])]) {
        for (const slot of list) slots.give(slot);
      }
    },
  };
}
