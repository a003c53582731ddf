// stand-in until the addon lands
import type { FileState } from '../base/index.js';
import { isSameState } from '../base/index.js';
import { reachableStat, stateOf } from './reachable-stat.js';
export interface PathTable {
  add(path: string): number;
  drop(slot: number): void;
  set(slot: number, state: FileState): void;
  clear(slot: number): void;
  firstChanged(slots: Uint32Array, from: number): number;
  firstPresent(slots: Uint32Array, from: number): number;
  look(slot: number): (FileState & { readonly kind: 'file' | 'folder' | 'other' }) | undefined;
  readonly native: boolean;
}
export function createPathTable(): PathTable {
  const paths: string[] = [];
  const states: (FileState | undefined)[] = [];
  const look: PathTable['look'] = (slot) => {
    const stat = reachableStat(paths[slot] ?? '');
    return stat && { ...stateOf(stat), kind: stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other' };
  };
  return {
    native: false,
    add: (path) => paths.push(path) - 1,
    drop: () => undefined,
    set: (slot, state) => void (states[slot] = state),
    clear: (slot) => void (states[slot] = undefined),
    firstChanged: (slots, from) => slots.findIndex((slot, at) => {
      if (at < from) return false;
      const [now, was] = [look(slot), states[slot]];
      return now === undefined || was === undefined || !isSameState(now, was);
    }),
    firstPresent: (slots, from) => slots.findIndex((slot, at) => at >= from && !['folder', undefined].includes(look(slot)?.kind)),
    look,
  };
}
