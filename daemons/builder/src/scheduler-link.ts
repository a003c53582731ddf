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
  type JobId,
  type JobState,
  jobStateCodec,
  jobStateReplyCodec,
  paths,
  routes,
} from '@sccache-ts/core/wire';
import type { BuilderPorts } from './ports.js';
import { createBearer } from './scheduler-bearer.js';
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
/** Before each attempt to say that a job is over. */
const completePausesMs = [0, 500, 2_000, 5_000];

function wordsOf(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, 500)).replace(/[^\x20-\x7e]+/g, ' ').trim();
}

type Post = <T>(path: string, body: Uint8Array, codec: Codec<T>) => Promise<T>;

function createPost(settings: BuilderSettings, { http, clock }: Pick<BuilderPorts, 'http' | 'clock'>, signal: AbortSignal): Post {
  const { schedulerPin } = settings;
  const bearer = createBearer(settings, clock);
  return async (path, body, codec) => {
    const reply = await http.request({
      method: 'POST',
      url: settings.schedulerUrl + path.slice(1),
      headers: { authorization: `Bearer ${bearer.next(path, body)}`, 'content-type': contentTypes.bincode, accept: contentTypes.bincode },
      body,
      timeoutMs: callMs,
      signal,
      maxReply: longestReply,
      repeatable: true,
      ...(schedulerPin === undefined ? {} : { pin: schedulerPin }),
    });
    bearer.heard(reply);
    if (reply.status === 200) return codec.decode(reply.body);
    throw new Fault('HTTP_STATUS', `scheduler ${settings.schedulerUrl} answered ${reply.status} to ${path}: ${wordsOf(reply.body)}`);
  };
}

/** False when it was ended while it waited. */
const paused = (ms: number, signal: AbortSignal): Promise<boolean> => wait(ms, true, { signal, ref: false }).catch(() => false);

async function beatForEver(post: Post, identity: ServerIdentity, ports: BuilderPorts, signal: AbortSignal): Promise<void> {
  const { jobKey, nonce, cpus, certificate } = identity;
  const beat = heartbeatRequestCodec.encode({
    jwtKey: jobKey,
    numCpus: cpus,
    serverNonce: nonce,
    certDigest: certificate.digest,
    certPem: new TextEncoder().encode(certificate.certPem),
  });
  for (let pause = 0; await paused(pause, signal); ) {
    try {
      const { isNew } = await post(routes.heartbeat, beat, heartbeatReplyCodec);
      if (isNew) ports.log.info('registered with the scheduler');
      pause = beatMs;
    } catch (thrown) {
      if (!signal.aborted) ports.log.warn(`heartbeat: ${causeChain(thrown).join(': ')}`);
      pause = beatAfterFailureMs;
    }
  }
}

export function createSchedulerLink(settings: BuilderSettings, identity: ServerIdentity, ports: BuilderPorts): SchedulerLink {
  const closing = new AbortController();
  const post = createPost(settings, ports, closing.signal);

  async function tell(job: JobId, state: JobState): Promise<void> {
    const reply = await post(paths.jobState(job), jobStateCodec.encode(state), jobStateReplyCodec);
    if (reply.kind === 'Fail') throw new Fault('JOB_STATE_INVALID', `scheduler refused ${state} of job ${job}: ${reply.msg.slice(0, 300)}`);
  }

  async function complete(job: JobId): Promise<void> {
    let failure: unknown;
    for (const pause of completePausesMs) {
      if (!(await paused(pause, closing.signal))) return;
      try {
        await tell(job, 'Complete');
        return;
      } catch (thrown) {
        failure = thrown;
        // An answer is an answer: asking again would not change it.
        if (isFault(thrown, 'HTTP_STATUS') || isFault(thrown, 'JOB_STATE_INVALID')) break;
      }
    }
    ports.log.warn(`scheduler not told that job ${job} is over: ${causeChain(failure).join(': ')}`);
  }

  return {
    tell,
    complete,
    start: () => void beatForEver(post, identity, ports, closing.signal),
    close: () => closing.abort(),
  };
}
