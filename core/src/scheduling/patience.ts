// Knows: for how long silent servers and jobs that nobody claims are kept. Refuses to know: what is done with them.
import type { Job, Server } from './fleet.js';

/** Three missed heartbeats. */
export const silenceMs = 90_000;

/** No client of sccache waits longer than this for one request. */
const longestRequestMs = 1_200_000;

/** From allocation: the scheduler's own question to the build server has a much shorter deadline. */
const assigningMs = 60_000;
/** From allocation: the upload has not even begun. */
const pendingMs = 300_000;
/** From allocation: nothing to upload, the client only has to send its job. */
const readyMs = 60_000;
/** From the beginning of the upload: nobody can still be sending then. An upload under way is never cut short. */
const uploadingMs = longestRequestMs + 60_000;
/** From the start: its client is long gone, and the server's report must have been lost. */
const startedMs = 3 * longestRequestMs;

/** From the last word about a job: its server's list of jobs may be older than that word. */
export const forgottenMs = 5_000;

export function isSilent(server: Server, at: number): boolean {
  return at - server.seenAt > silenceMs;
}

/** True when the job can be forgotten because nobody is going to do anything with it. */
export function isStale(job: Job, at: number): boolean {
  const age = at - job.allocatedAt;
  const inStage = at - job.stageAt;
  switch (job.stage) {
    case 'assigning':
      return age >= assigningMs;
    case 'Pending':
      return age >= pendingMs;
    case 'Ready':
      return job.uploads ? inStage >= uploadingMs : age >= readyMs;
    case 'Started':
      return inStage >= startedMs;
  }
}
