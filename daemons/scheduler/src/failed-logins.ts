// Knows: who has shown wrong tokens of late, and that they must not go on guessing. Refuses to know: what a right token is.
import { createHmac, randomBytes } from 'node:crypto';
import { parseIp } from '@sccache-ts/core/base';
import type { Clock } from './ports.js';

export interface FailedLogins {
  /** False: too many wrong ones came from there, and this one is not known to be right. */
  mayTry(ip: string, token: string): boolean;
  failed(ip: string): void;
  /** It was right; for an hour it is let through whoever else sits behind the same address. */
  worked(token: string): void;
}

/** Wrong tokens that one address may show at once, and after how long one more. */
const burst = 10;
const refillMs = 6_000;
const rememberMs = 3_600_000;
const mostAddresses = 10_000;
const mostTokens = 10_000;

/** Somebody with IPv6 has 2^64 addresses. */
function neighbourhood(ip: string): string {
  const bytes = parseIp(ip);
  return bytes?.byteLength === 16 ? Buffer.from(bytes.subarray(0, 8)).toString('hex') : ip;
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}

export function createFailedLogins({ monotonicMs }: Pick<Clock, 'monotonicMs'>): FailedLogins {
  const salt = randomBytes(32);
  /** When the address may show as many wrong ones as ever; each pushes it back by `refillMs`. */
  const settledAt = new Map<string, number>();
  /** Until when, by the token's keyed digest. Tokens themselves are not kept. */
  const right = new Map<string, number>();
  const digest = (token: string): string => createHmac('sha256', salt).update(token).digest('base64');
  return {
    mayTry(ip, token) {
      const owed = (settledAt.get(neighbourhood(ip)) ?? 0) - monotonicMs();
      return owed <= (burst - 1) * refillMs || (right.get(digest(token)) ?? 0) > monotonicMs();
    },
    failed(ip) {
      const who = neighbourhood(ip);
      const from = Math.max(monotonicMs(), settledAt.get(who) ?? 0);
      settledAt.delete(who);
      // However many there were, a minute of peace makes good for all.
      settledAt.set(who, Math.min(from + refillMs, monotonicMs() + burst * refillMs));
      forgetOldest(settledAt, mostAddresses);
    },
    worked(token) {
      const which = digest(token);
      right.delete(which);
      right.set(which, monotonicMs() + rememberMs);
      forgetOldest(right, mostTokens);
    },
  };
}
