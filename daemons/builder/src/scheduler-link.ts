// Knows: what a build server tells its scheduler: that it lives, and how its jobs are doing.
// Refuses to know: what the jobs do.
import { setTimeout as wait } from 'node:timers/promises';
import { causeChain, Fault, isFault } from '@sccache-ts/core/base';
import type { Certificate } from '@sccache-ts/core/host';
import {
  type Codec,
  contentTypes,
  heartbeatReplyCodec,
  heartbeatRequestCodec,
  type HeartbeatRequest,
  type JobId,
  type JobState,
  jobStateCodec,
  jobStateReplyCodec,
  paths,
  routes,
} from '@sccache-ts/core/wire';
import type { BuilderPorts } from './ports.js';
import type { BuilderSettings } from './settings.js';

export interface SchedulerLink {
  /** @throws Fault HTTP_STATUS (refused, with the scheduler's words), HTTP_UNREACHABLE, HTTP_TIMEOUT, CANCELLED, … */
  tell(job: JobId, state: JobState): Promise<void>;
  /** Tells that the job is over, again and again for a while if need be; never fails. */
  complete(job: JobId): Promise<void>;
  /** Begins to beat, at once. */
  start(): void;
  /** Stops, and gives up whatever is under way. */
  close(): void;
}

export interface ServerIdentity {
  /** Signs this server's job tokens. Secret. */
  readonly jobKey: Uint8Array;
  readonly nonce: bigint;
  readonly cpus: number;
  readonly certificate: Certificate;
}

const beatMs = 30_000;
const beatAfterFailureMs = 10_000;
const callMs = 10_000;
const longestReply = 64 * 1024;
/** Between attempts to say that a job is over. */
const completePausesMs = [500, 2_000, 5_000];

function wordsOf(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, 500)).replace(/[^\x20-\x7e]+/g, ' ').trim();
}

export function createSchedulerLink(settings: BuilderSettings, identity: ServerIdentity, ports: BuilderPorts): SchedulerLink {
  const { http, log } = ports;
  const closing = new AbortController();

  async function post<T>(path: string, body: Uint8Array, codec: Codec<T>): Promise<T> {
    const reply = await http.request({
      method: 'POST',
      url: settings.schedulerUrl + path.slice(1),
      headers: { authorization: `Bearer ${settings.schedulerToken}`, 'content-type': contentTypes.bincode, accept: contentTypes.bincode },
      body,
      timeoutMs: callMs,
      signal: closing.signal,
      maxReply: longestReply,
      repeatable: true,
    });
    if (reply.status === 200) return codec.decode(reply.body);
    throw new Fault('HTTP_STATUS', `scheduler ${settings.schedulerUrl} answered ${reply.status} to ${path}: ${wordsOf(reply.body)}`);
  }

  async function tell(job: JobId, state: JobState): Promise<void> {
    const reply = await post(paths.jobState(job), jobStateCodec.encode(state), jobStateReplyCodec);
    if (reply.kind === 'Fail') throw new Fault('JOB_STATE_INVALID', `scheduler refused ${state} of job ${job}: ${reply.msg.slice(0, 300)}`);
  }

  async function complete(job: JobId): Promise<void> {
    for (const pause of [...completePausesMs, 0]) {
      try {
        await tell(job, 'Complete');
        return;
      } catch (thrown) {
        // An answer is an answer: asking again would not change it.
        const final = isFault(thrown, 'HTTP_STATUS') || isFault(thrown, 'JOB_STATE_INVALID') || closing.signal.aborted || pause === 0;
        if (final) {
          log.warn(`scheduler not told that job ${job} is over: ${causeChain(thrown).join(': ')}`);
          return;
        }
      }
      await wait(pause, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
  }

  const { jobKey, nonce, cpus, certificate } = identity;
  const beat: HeartbeatRequest = {
    jwtKey: jobKey,
    numCpus: cpus,
    serverNonce: nonce,
    certDigest: certificate.digest,
    certPem: new TextEncoder().encode(certificate.certPem),
  };

  async function beatOnce(): Promise<number> {
    try {
      const { isNew } = await post(routes.heartbeat, heartbeatRequestCodec.encode(beat), heartbeatReplyCodec);
      if (isNew) log.info(`registered with scheduler ${settings.schedulerUrl}`);
      return beatMs;
    } catch (thrown) {
      if (!closing.signal.aborted) log.warn(`heartbeat: ${causeChain(thrown).join(': ')}`);
      return beatAfterFailureMs;
    }
  }

  async function beatForEver(): Promise<void> {
    while (!closing.signal.aborted) {
      const pause = await beatOnce();
      await wait(pause, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
  }

  return {
    tell,
    complete,
    start: () => void beatForEver(),
    close: () => closing.abort(),
  };
}
