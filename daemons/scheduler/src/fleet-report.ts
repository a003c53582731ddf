// Knows: how the fleet is told to people and programs that look at it. Refuses to know: who may look, and how it is shown.
import { type Fleet, type Server, slotsOf, totalsOf } from '@sccache-ts/core/scheduling';
import type { ServerNotes } from './server-notes.js';

/** One build server. What sccache's own ones do not say is null. */
export interface ServerLine {
  readonly server: string;
  /** `resting`: left alone for a while because it refused a job or did not answer. */
  readonly state: 'serving' | 'draining' | 'resting';
  readonly cpus: number;
  /** As the scheduler hands them out. */
  readonly slots: number;
  readonly jobs: { readonly assigning: number; readonly pending: number; readonly ready: number; readonly started: number };
  readonly seen_seconds_ago: number;
  readonly placed: number;
  readonly version: string | null;
  readonly mode: string | null;
  readonly up_seconds: number | null;
  readonly jobs_done: number | null;
  readonly jobs_failed: number | null;
  readonly toolchains: readonly string[];
  readonly toolchain_bytes: number | null;
  /** Of the server itself, or of the scheduler's calls to it, whichever came last. */
  readonly last_error: { readonly message: string; readonly seconds_ago: number } | null;
}

export interface FleetReport {
  readonly scheduler: { readonly version: string; readonly up_seconds: number; readonly stopping: boolean };
  readonly num_servers: number;
  readonly num_cpus: number;
  readonly in_progress: number;
  readonly servers: readonly ServerLine[];
  readonly lost: readonly { readonly server: string; readonly why: 'silent' | 'left'; readonly seconds_ago: number }[];
}

const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1000));

function jobsOf(fleet: Fleet, server: Server): ServerLine['jobs'] {
  const counts = { assigning: 0, pending: 0, ready: 0, started: 0 };
  for (const number of server.jobs) {
    const stage = fleet.jobs.get(number)?.stage;
    if (stage !== undefined) counts[stage.toLowerCase() as keyof typeof counts] += 1;
  }
  return counts;
}

function lastError(note: ReturnType<ServerNotes['of']>, now: number): ServerLine['last_error'] {
  const own = note.report?.lastError;
  const ownAt = own === undefined ? Number.NEGATIVE_INFINITY : note.reportedAt - own.agoSeconds * 1000;
  if (note.failure !== undefined && note.failure.at >= ownAt) return { message: note.failure.message, seconds_ago: seconds(now - note.failure.at) };
  return own === undefined ? null : { message: own.message, seconds_ago: seconds(now - ownAt) };
}

function lineOf(fleet: Fleet, server: Server, { notes, now }: { readonly notes: ServerNotes; readonly now: number }): ServerLine {
  const note = notes.of(server.name);
  const { report } = note;
  const held = [...server.toolchains.beliefs].filter(([, belief]) => belief === 'held').map(([id]) => id);
  const resting = server.failures !== undefined && now < server.failures.retryAt;
  return {
    server: server.name,
    state: server.draining ? 'draining' : resting ? 'resting' : 'serving',
    cpus: server.profile.cpus,
    slots: slotsOf(server.profile.cpus),
    jobs: jobsOf(fleet, server),
    seen_seconds_ago: seconds(now - server.seenAt),
    placed: note.placed,
    version: report?.version ?? null,
    mode: report?.mode ?? null,
    up_seconds: report === undefined ? null : report.upSeconds + seconds(now - note.reportedAt),
    jobs_done: report?.done ?? null,
    jobs_failed: report?.failed ?? null,
    toolchains: report?.toolchains ?? held,
    toolchain_bytes: report?.toolchainBytes ?? null,
    last_error: lastError(note, now),
  };
}

export interface Onlooker {
  readonly notes: ServerNotes;
  /** Milliseconds of the fleet's clock. */
  readonly now: number;
  readonly startedAt: number;
  readonly version: string;
  readonly stopping: boolean;
}

export function fleetReport(fleet: Fleet, around: Onlooker): FleetReport {
  const { servers, cpus, jobs } = totalsOf(fleet);
  return {
    scheduler: { version: around.version, up_seconds: seconds(around.now - around.startedAt), stopping: around.stopping },
    num_servers: servers,
    num_cpus: cpus,
    in_progress: jobs,
    servers: [...fleet.servers.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((server) => lineOf(fleet, server, around)),
    lost: around.notes.lost(around.now).map(({ server, why, at }) => ({ server, why, seconds_ago: seconds(around.now - at) })),
  };
}
