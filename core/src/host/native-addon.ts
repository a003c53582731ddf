// Knows: how the native addon is found and loaded, once, and what it exports; core/native/addon is the other side.
// Refuses to know: what is done where there is none.
import { createRequire } from 'node:module';

/** Text is UTF-8 on the other side. A wrong argument is a TypeError. */
export interface NativePathTable {
  add(path: string): number;
  drop(slot: number): void;
  /** As it was added. */
  path(slot: number): string;
  /** dev, ino, size, mtimeNs, ctimeNs */
  set(slot: number, state: BigInt64Array): void;
  firstChanged(slots: Uint32Array, from: number): number;
  firstPresent(slots: Uint32Array, from: number): number;
  /**
   * Fills in dev, ino, size, and seconds and nanoseconds of mtime and of ctime.
   * @returns 0: leads nowhere for this user; 1 file; 2 folder; 3 other; below 0: the look-up failed
   */
  look(slot: number, into: BigInt64Array): number;
}

export interface NativeProgram {
  readonly program: string;
  readonly args: readonly string[];
  /** NAME=value */
  readonly env: readonly string[];
  readonly cwd?: string;
  readonly input?: Uint8Array;
  readonly timeoutMs: number;
  /** For each of the two streams. */
  readonly maxOutput: number;
}

export interface NativeEnd {
  readonly outcome: 'exited' | 'notStarted' | 'timedOut' | 'tooMuchOutput' | 'tooMuchErrorOutput' | 'cancelled';
  /** The number of the error when notStarted. */
  readonly error: number;
  readonly code: number | undefined;
  readonly signal: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export interface NativeAddon {
  readonly PathTable: new () => NativePathTable;
  /** @returns its number for `cancel` */
  run(program: NativeProgram, done: (end: NativeEnd) => void): number;
  /** Kills it with all its group; of one that has ended nothing happens. */
  cancel(id: number): void;
  /** Memory that was freed goes back to the system. */
  giveBack(): void;
  /**
   * One datagram to a unix socket; an address that begins with @ is an abstract one.
   * @returns 0, or the number of the error
   */
  tellManager(address: string, text: string): number;
}

const contract = 5;

let found: { readonly addon: NativeAddon | undefined } | undefined;

/** What npm has installed beside this package for the machine that it is on. */
export const addonPackages = ['', '-glibc', '-musl'].map((libc) => `@sccache-ts/addon-${process.platform}-${process.arch}${libc}`);
/** Built in a clone, or installed. */
const places = ['../../native/prebuilt/hotpath.node', ...addonPackages];

function loadFrom(place: string): NativeAddon | undefined {
  try {
    const addon = createRequire(import.meta.url)(place) as NativeAddon & { readonly contract: unknown };
    return addon.contract === contract ? addon : undefined;
  } catch {
    // Not there, or for another machine: everything that it does can be done without it.
    return undefined;
  }
}

function load(): NativeAddon | undefined {
  for (const place of places) {
    const addon = loadFrom(place);
    if (addon !== undefined) return addon;
  }
  return undefined;
}

/** Whether there is one, for those who tell people what to expect. */
export const hasNativeAddon = (): boolean => nativeAddon() !== undefined;

/** Undefined where there is none, or where SCCACHE_TS_NO_ADDON is 1. */
export function nativeAddon(): NativeAddon | undefined {
  if (process.env['SCCACHE_TS_NO_ADDON'] === '1') return undefined;
  found ??= { addon: load() };
  return found.addon;
}
