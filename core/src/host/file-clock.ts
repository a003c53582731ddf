// Knows: the clock by which this machine's own file systems note changes, read by touching a file: what is changed after that bears no earlier time, however
// seldom or late the clock ticks. Refuses to know: who asks what came first.
import { closeSync, fstatSync, futimesSync, mkdtempSync, openSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileState } from '../base/index.js';

export interface FileClock {
  /** Nanoseconds since the epoch; undefined where that clock cannot be read. */
  now(): bigint | undefined;
  /**
   * Whether a file was changed last before a moment that `now` told; never true for one that was changed later.
   * @param path where the file has this state
   */
  changedBefore(path: string, state: Pick<FileState, 'ctimeNs'>, moment: bigint): boolean;
}

/** ext4, xfs, btrfs and tmpfs take times from the kernel's one clock, in order over all of them; others may have them from a server, or another clock. */
const byOneClock = new Set([0xef53, 0x58465342, 0x9123683e, 0x01021994]);

function isByOneClock(path: string): boolean {
  try {
    return process.platform === 'linux' && byOneClock.has(statfsSync(path).type);
  } catch {
    // Gone, or not to be asked: then nothing is known of its times.
    return false;
  }
}

/** Old ext4 file systems note whole seconds: such a time is earlier than the change. */
const isFine = (ns: bigint): boolean => ns % 1_000n !== 0n;

/** @returns a file without a name; undefined: there can be none where times mean anything */
function openProbe(folder: string): number | undefined {
  if (!isByOneClock(folder)) return undefined;
  try {
    const own = mkdtempSync(join(folder, 'sccache-ts-clock-'));
    try {
      return openSync(join(own, 'probe'), 'wx', 0o600);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  } catch {
    // A full or read-only folder: everything works without this clock, a few results are not kept.
    return undefined;
  }
}

/** Opens its file when it is first asked. @param folder for a temporary file */
export function createFileClock(folder = tmpdir()): FileClock & { close(): void } {
  let probe: number | undefined | 'not yet' = 'not yet';
  return {
    now() {
      if (probe === 'not yet') probe = openProbe(folder);
      if (probe === undefined) return undefined;
      futimesSync(probe, 0, 0);
      return fstatSync(probe, { bigint: true }).ctimeNs;
    },
    changedBefore: (path, { ctimeNs }, moment) => ctimeNs < moment && isFine(ctimeNs) && isByOneClock(path),
    close() {
      if (typeof probe === 'number') closeSync(probe);
      probe = undefined;
    },
  };
}
