// Knows: where entries lie that were verified already, as long as their files stay in the state in which they were.
// Refuses to know: how they are verified.
import type { CacheKey } from '../base/index.js';
import { isSameState, stateAt } from './file-states.js';
import type { Located } from './port.js';

export interface LocatedEntries {
  remember(key: CacheKey, located: Located): void;
  /** Looks whether the file is still in its state; reads nothing. */
  recall(key: CacheKey): Located | undefined;
  forget(key: CacheKey): void;
}

export interface LocatedBounds {
  readonly most: number;
  readonly mostBytes: number;
  /** An entry with more than this in its streams is read again each time. */
  readonly mostStreamBytes: number;
}

const defaults: LocatedBounds = { most: 20_000, mostBytes: 8 * 1024 * 1024, mostStreamBytes: 64 * 1024 };

/** Roughly, in memory. */
const sizeOf = ({ path, files, stdout, stderr }: Located): number =>
  256 + path.length + files.reduce((sum, file) => sum + 64 + file.role.length, 0) + stdout.byteLength + stderr.byteLength;

/** With streams of its own: what was read is part of a whole file, and whoever gets it may write into it. */
const copied = (located: Located): Located => ({ ...located, stdout: new Uint8Array(located.stdout), stderr: new Uint8Array(located.stderr) });

export function createLocatedEntries({ most, mostBytes, mostStreamBytes }: LocatedBounds = defaults): LocatedEntries {
  // In the order of use, oldest first.
  const known = new Map<CacheKey, Located>();
  let bytes = 0;
  const forget = (key: CacheKey): void => {
    const located = known.get(key);
    if (located === undefined) return;
    bytes -= sizeOf(located);
    known.delete(key);
  };
  const add = (key: CacheKey, located: Located): void => {
    known.set(key, located);
    bytes += sizeOf(located);
  };
  return {
    remember(key, located) {
      forget(key);
      if (located.stdout.byteLength + located.stderr.byteLength > mostStreamBytes) return;
      add(key, copied(located));
      for (const oldest of known.keys()) {
        if (known.size <= most && bytes <= mostBytes) break;
        forget(oldest);
      }
    },
    recall(key) {
      const located = known.get(key);
      if (located === undefined) return undefined;
      forget(key);
      const state = stateAt(located.path);
      if (state === undefined || !isSameState(state, located.state)) return undefined;
      add(key, located);
      return copied(located);
    },
    forget,
  };
}
