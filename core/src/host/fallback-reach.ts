// Knows: how JavaScript gets a connection to the one daemon, which it starts if there is none. Refuses to know: what is asked of it.
// core/native/start.cc is the same for the native launcher.
import { statSync, writeFileSync } from 'node:fs';
import { setTimeout as nap } from 'node:timers/promises';
import type { EnvPairs } from '../base/index.js';
import type { DaemonPlace } from './daemon-place.js';
import { startDetachedDaemon } from './daemon-place-start.js';
import { type DaemonSocket, reachListeningDaemon } from './launcher-socket-dial.js';

export interface ReachOptions {
  readonly place: DaemonPlace;
  readonly env: EnvPairs;
  /** Effective user id. */
  readonly uid: number;
  /** The daemon's program. */
  readonly script: string;
  readonly connectMs: number;
  readonly startMs: number;
}

const failureCountsMs = 30_000;

function failedLately(place: DaemonPlace): boolean {
  const noted = statSync(place.failureFile, { throwIfNoEntry: false });
  const ageMs = noted === undefined ? Infinity : Date.now() - noted.mtimeMs;
  return ageMs >= 0 && ageMs < failureCountsMs;
}

/** For half a minute nobody asks this daemon again; one that starts to listen takes the note away. */
export function noteFailure(place: DaemonPlace): void {
  try {
    writeFileSync(place.failureFile, '', { mode: 0o600 });
  } catch {
    // A full disk: then the next compile loses as much time as this one.
  }
}

/** Undefined: there is no daemon, and there will be none soon. @throws Fault DAEMON_UNREACHABLE */
export async function reachDaemon(options: ReachOptions): Promise<DaemonSocket | undefined> {
  const { place, uid, env, script } = options;
  if (failedLately(place)) return undefined;
  const dial = (): Promise<DaemonSocket | undefined> => reachListeningDaemon(place, { uid, timeoutMs: options.connectMs });
  const first = await dial();
  if (first !== undefined) return first;
  const deadline = Date.now() + options.startMs;
  while (Date.now() < deadline && !failedLately(place)) {
    try {
      await startDetachedDaemon({ place, env, script, timeoutMs: options.startMs });
    } catch {
      // Why it did not come up stands in its own log; the build goes on without it.
      noteFailure(place);
      return undefined;
    }
    const daemon = await dial();
    if (daemon !== undefined) return daemon;
    // Somebody else holds the lock: their daemon is on its way up, or on its way out.
    await nap(20);
  }
  if (!failedLately(place)) noteFailure(place);
  return undefined;
}
