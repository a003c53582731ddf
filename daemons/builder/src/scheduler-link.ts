// Knows: what a build server tells its scheduler: that it lives, and how its jobs are doing.
// Refuses to know: what the jobs do.
import { setTimeout as wait } from 'node:timers/promises';
import { causeChain, type Counter, Fault, isFault } from '@sccache-ts/core/base';
import type { Certificate, HttpReply } from '@sccache-ts/core/host';
import {
  beatHeader,
  type Codec,
  contentTypes,
  heartbeatReplyCodec,
  type JobId,
  type JobState,
  jobStateCodec,
  jobStateReplyCodec,
  paths,
  reportedHeartbeatCodec,
  routes,
  type ServerConduct,
  type ServerReport,
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
  /** Beats now, with the news, and from now on in that manner. Never fails: what the scheduler does not hear now it hears later or misses. */
  announce(conduct: ServerConduct): Promise<void>;
  /** Whether the last heartbeat was taken. */
  readonly connected: boolean;
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

export interface SchedulerLinkPorts extends BuilderPorts {
  /** What goes along with each heartbeat; sccache's schedulers do not see it. */
  readonly report: (conduct: ServerConduct) => ServerReport;
  readonly beats: Counter;
}

const beatMs = 30_000;
const beatAfterFailureMs = 10_000;
/** The least that a scheduler can ask for. */
const shortestBeatMs = 1_000;
const callMs = 10_000;
const longestReply = 64 * 1024;
/** Before each attempt to say that a job is over. */
const completePausesMs = [0, 500, 2_000, 5_000];

function wordsOf(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, 500)).replace(/[^\x20-\x7e]+/g, ' ').trim();
}

type Post = <T>(path: string, body: Uint8Array, codec: Codec<T>) => Promise<{ readonly message: T; readonly headers: HttpReply['headers'] }>;

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
    if (reply.status === 200) return { message: codec.decode(reply.body), headers: reply.headers };
    throw new Fault('HTTP_STATUS', `scheduler ${settings.schedulerUrl} answered ${reply.status} to ${path}: ${wordsOf(reply.body)}`);
  };
}

/** False when it was ended while it waited. */
const paused = (ms: number, signal: AbortSignal): Promise<boolean> => wait(ms, true, { signal, ref: false }).catch(() => false);

/** A scheduler of ours says what it likes, so that after its own restart the fleet is back soon; sccache's says nothing. */
function pauseOf(asked: string | readonly string[] | undefined): number {
  const seconds = typeof asked === 'string' && /^[0-9]{1,3}$/.test(asked) ? Number(asked) : Number.POSITIVE_INFINITY;
  return Math.max(shortestBeatMs, Math.min(beatMs, seconds * 1000));
}

interface Heart {
  readonly connected: boolean;
  /** @returns after how many milliseconds to beat again */
  beat(conduct: ServerConduct): Promise<number>;
}

function createHeart(post: Post, identity: ServerIdentity, ports: SchedulerLinkPorts, signal: AbortSignal): Heart {
  const { jobKey, nonce, cpus, certificate } = identity;
  const { digest: certDigest } = certificate;
  const certPem = new TextEncoder().encode(certificate.certPem);
  let connected = false;
  return {
    get connected() {
      return connected;
    },
    async beat(conduct) {
      try {
        const body = reportedHeartbeatCodec.encode({ jwtKey: jobKey, numCpus: cpus, serverNonce: nonce, certDigest, certPem, report: ports.report(conduct) });
        const { message, headers } = await post(routes.heartbeat, body, heartbeatReplyCodec);
        if (message.isNew) ports.log.info('registered with the scheduler');
        connected = true;
        ports.beats.add({ result: 'taken' });
        return pauseOf(headers[beatHeader]);
      } catch (thrown) {
        if (!signal.aborted) ports.log.warn(`heartbeat: ${causeChain(thrown).join(': ')}`);
        connected = false;
        ports.beats.add({ result: 'failed' });
        return beatAfterFailureMs;
      }
    },
  };
}

export function createSchedulerLink(settings: BuilderSettings, identity: ServerIdentity, ports: SchedulerLinkPorts): SchedulerLink {
  const closing = new AbortController();
  const post = createPost(settings, ports, closing.signal);
  const heart = createHeart(post, identity, ports, closing.signal);
  let conduct: ServerConduct = 'serving';

  async function beatForEver(): Promise<void> {
    for (let pause = 0; await paused(pause, closing.signal); ) {
      // One that has said its farewell is not heard of again.
      if (conduct === 'leaving') return;
      pause = await heart.beat(conduct);
    }
  }

  async function tell(job: JobId, state: JobState): Promise<void> {
    const { message: reply } = await post(paths.jobState(job), jobStateCodec.encode(state), jobStateReplyCodec);
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
    start: () => void beatForEver(),
    async announce(news) {
      conduct = news;
      await heart.beat(news);
    },
    get connected() {
      return heart.connected;
    },
    close: () => closing.abort(),
  };
}
