// Knows: how a process that runs for days keeps its memory small: garbage is collected, and what was freed given back, when much has come
// together. Refuses to know: whose garbage it is.
//
// On a machine with much memory the engine under us lets garbage grow to hundreds of megabytes before it looks, however little is in use.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { nativeAddon } from './native-addon.js';

export interface MemoryUpkeep {
  /** Something was done. Cheap; now and then, when memory has grown, it takes some ten milliseconds. */
  note(): void;
  close(): void;
}

export interface MemoryUpkeepOptions {
  /** Resident memory above which it is worth looking. */
  readonly bytes: number;
  /** Looks after so many deeds. */
  readonly every: number;
  /** Looks too when there was no deed for so long. */
  readonly quietMs: number;
  readonly resident?: () => number;
  readonly collect?: () => void;
}

let collector: (() => void) | undefined;

/** Collects all garbage at once, which takes some ten milliseconds. */
function collectGarbage(): void {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as () => void;
  }
  collector();
  nativeAddon()?.giveBack();
}

export function createMemoryUpkeep({ bytes, every, quietMs, resident = () => process.memoryUsage.rss(), collect = collectGarbage }: MemoryUpkeepOptions): MemoryUpkeep {
  let deeds = 0;
  let looked = 0;
  const look = (): void => {
    looked = deeds;
    if (resident() > bytes) collect();
  };
  const quiet = setTimeout(() => {
    if (deeds > looked) look();
  }, quietMs).unref();
  return {
    note() {
      deeds += 1;
      quiet.refresh();
      if (deeds - looked >= every) look();
    },
    close: () => clearTimeout(quiet),
  };
}
