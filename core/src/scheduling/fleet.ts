// Knows: what the scheduler remembers of build servers and jobs. Refuses to know: what changes it (step.ts), the clock,
// tokens and the wire.
//
// A fleet belongs to one holder and `step` changes it in place: copying the table of 10,000 jobs would cost many times
// what an event itself costs. Whoever holds it outside this room sees it read-only.
import type { Failures } from './health.js';
import type { ToolchainMemory } from './toolchain-memory.js';

/** `ip:port` in its normal spelling. */
export type ServerName = string;
export type JobNumber = number;

/** Opaque here; clients pin it. */
export interface ServerCertificate {
  /** SHA-256 of the DER. */
  readonly digest: Uint8Array;
  readonly pem: Uint8Array;
}

/** What a build server says about itself. */
export interface ServerProfile {
  readonly cpus: number;
  /** Another value is another life of the server: it knows nothing of its earlier jobs. */
  readonly nonce: bigint;
  /** Signs the tokens of its jobs. Secret. */
  readonly jobKey: Uint8Array;
  readonly certificate: ServerCertificate;
}

export interface Server {
  readonly name: ServerName;
  readonly profile: ServerProfile;
  /** Milliseconds of the holder's clock, as all times here. */
  readonly seenAt: number;
  readonly jobs: ReadonlySet<JobNumber>;
  readonly toolchains: ToolchainMemory;
  /** Undefined: nothing is held against it. */
  readonly failures: Failures | undefined;
  /** It finishes what it has and takes nothing new. */
  readonly draining: boolean;
}

/**
 * `assigning`: the server has not answered yet. `Pending`: its client has to send the toolchain. `Ready`: the upload has
 * begun, or there was none to do. `Started`: the compile runs. Complete jobs are forgotten.
 */
export type Stage = 'assigning' | 'Pending' | 'Ready' | 'Started';

export interface Job {
  readonly number: JobNumber;
  readonly server: ServerName;
  readonly toolchain: string;
  readonly stage: Stage;
  readonly allocatedAt: number;
  /** When it entered its stage. */
  readonly stageAt: number;
  /** True when the client was told to send the toolchain. */
  readonly uploads: boolean;
}

export interface Fleet {
  readonly servers: ReadonlyMap<ServerName, Server>;
  readonly jobs: ReadonlyMap<JobNumber, Job>;
  readonly nextJob: JobNumber;
}

/**
 * A fleet without servers.
 * @param firstJob a scheduler that starts anew should not begin where the last one did: sccache's build servers break
 * for good when they meet a job number that they still remember
 */
export function createFleet(firstJob: JobNumber = 0): Fleet {
  return { servers: new Map(), jobs: new Map(), nextJob: firstJob };
}

export interface FleetTotals {
  readonly servers: number;
  readonly cpus: number;
  /** Jobs that a server has accepted. */
  readonly jobs: number;
}

export function totalsOf(fleet: Fleet): FleetTotals {
  let cpus = 0;
  for (const server of fleet.servers.values()) cpus += server.profile.cpus;
  let jobs = 0;
  for (const job of fleet.jobs.values()) if (job.stage !== 'assigning') jobs++;
  return { servers: fleet.servers.size, cpus, jobs };
}
