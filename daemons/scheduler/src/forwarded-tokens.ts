// Knows: how a token is shown to another service, and for how long that service's yes holds.
// Refuses to know: what the token says and what the service looks at.
import { createHash } from 'node:crypto';
import { type FaultCode, isFault } from '@sccache-ts/core/base';
import type { TokenVerdict } from '@sccache-ts/core/host';
import type { SchedulerPorts } from './ports.js';

export interface ForwardingRules {
  /** `http:` or `https:`; any 2xx to a GET with the token accepts it. */
  readonly url: string;
  /** Seconds for which a yes is remembered; 0: not at all. */
  readonly cacheSecs: number;
}

/** What is looked at beside the service's status. */
export interface ForwardingChecks {
  /** Of every token each time, before the service is asked and before an earlier yes is believed; undefined: go on. */
  readonly first?: (token: string) => TokenVerdict | undefined;
  /** Of what the service answered with a 2xx. */
  readonly then?: (token: string, reply: string) => TokenVerdict;
}

/** For the whole answer: no longer than a build server may take for its part of the same call. */
const timeoutMs = 5_000;
/** Bytes of answer. */
const maxReply = 1024 * 1024;
/** After silence nobody is asked for so long: a compile at home is quicker than waiting for one time-out after the other. */
const pauseMs = 5_000;
const mostRemembered = 10_000;
const mostAsking = 1_000;
/** What HTTP can carry; anything else would fail on our side and look like the service's silence. */
const sendable = /^[\x20-\x7e]+$/;
const silence: readonly FaultCode[] = ['HTTP_TIMEOUT', 'HTTP_UNREACHABLE'];

function verdictOf(status: number): TokenVerdict {
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  const why = `the service it was shown to answered ${status}`;
  return status >= 500 || status === 429 ? { kind: 'unknown', why } : { kind: 'refused', why };
}

/** Checks tokens by asking; the same token is asked about once at a time. */
export function createTokenForwarder({ url, cacheSecs }: ForwardingRules, { http, clock }: Pick<SchedulerPorts, 'http' | 'clock'>, checks: ForwardingChecks = {}) {
  /** Until when, by the token's digest; the oldest yes first. Tokens themselves are not kept. */
  const accepted = new Map<string, number>();
  const asking = new Map<string, Promise<TokenVerdict>>();
  let pausedUntil = Number.NEGATIVE_INFINITY;

  function remember(digest: string): void {
    if (cacheSecs === 0) return;
    accepted.delete(digest);
    accepted.set(digest, clock.monotonicMs() + cacheSecs * 1000);
    const [oldest] = accepted.keys();
    if (accepted.size > mostRemembered && oldest !== undefined) accepted.delete(oldest);
  }

  async function ask(token: string, digest: string): Promise<TokenVerdict> {
    try {
      const { status, body } = await http.request({ method: 'GET', url, headers: { authorization: `Bearer ${token}` }, timeoutMs, maxReply });
      const answered = verdictOf(status);
      const verdict = answered.kind === 'accepted' ? (checks.then?.(token, new TextDecoder().decode(body)) ?? answered) : answered;
      if (verdict.kind === 'accepted') remember(digest);
      return verdict;
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      if (silence.includes(thrown.code)) pausedUntil = clock.monotonicMs() + pauseMs;
      return { kind: 'unknown', why: thrown.message };
    }
  }

  return async (token: string): Promise<TokenVerdict> => {
    if (!sendable.test(token)) return { kind: 'refused', why: 'it holds characters that no token has' };
    const complaint = checks.first?.(token);
    if (complaint !== undefined) return complaint;
    const digest = createHash('sha256').update(token).digest('base64');
    if (clock.monotonicMs() < (accepted.get(digest) ?? Number.NEGATIVE_INFINITY)) return { kind: 'accepted' };
    accepted.delete(digest);
    const underWay = asking.get(digest);
    if (underWay !== undefined) return underWay;
    if (clock.monotonicMs() < pausedUntil) return { kind: 'unknown', why: 'the service it is to be shown to did not answer a moment ago' };
    if (asking.size >= mostAsking) return { kind: 'unknown', why: `${mostAsking} tokens are being checked already` };
    const asked = ask(token, digest).finally(() => asking.delete(digest));
    asking.set(digest, asked);
    return asked;
  };
}
