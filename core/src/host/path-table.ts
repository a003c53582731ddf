// Knows: what a table of names with remembered states can do, and which of its two makings is to be had here.
// Refuses to know: how either is made, and what the files are for.
import type { FileState } from '../base/index.js';
import { nativeAddon } from './native-addon.js';
import { createNativePathTable } from './path-table-native.js';
import { createNodePathTable } from './path-table-node.js';

export interface SeenFile extends FileState {
  readonly kind: 'file' | 'folder' | 'other';
}

/**
 * Names, each with the state in which its file was last seen. Slots are small integers, never reused while in use. Names are absolute
 * paths. A slot that is not in use, an index that is none and a name with a null byte are a TypeError.
 */
export interface PathTable {
  /** A new slot for a name; no state is remembered yet. The same name may have many slots (one for each known content). */
  add(path: string): number;
  /** Gives a slot back. */
  drop(slot: number): void;
  /** Remembers a state. */
  set(slot: number, state: FileState): void;
  /**
   * Stats names from index `from` on, in order, links followed.
   * @returns the index of the first that is not as remembered (or is gone, or has no state), or -1
   */
  firstChanged(slots: Uint32Array, from: number): number;
  /**
   * Names that lead nowhere for this user (as in reachable-stat.ts) and folders count as absent; any other failure counts as present.
   * @returns the index, from `from` on, of the first name that now leads to anything but a folder, or -1
   */
  firstPresent(slots: Uint32Array, from: number): number;
  /** The state now, links followed; undefined when it leads nowhere for this user. Other failures, such as EIO, are thrown. */
  look(slot: number): SeenFile | undefined;
  readonly native: boolean;
}

/** @param options.native false: never the addon's. Otherwise the addon's where there is one. */
export function createPathTable(options: { readonly native?: boolean } = {}): PathTable {
  const addon = options.native === false ? undefined : nativeAddon();
  return addon === undefined ? createNodePathTable() : createNativePathTable(addon);
}
