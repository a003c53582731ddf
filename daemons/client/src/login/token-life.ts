// Knows: how long a token holds, and when somebody should be told. Refuses to know: whether it is genuine; only the scheduler can tell.
import { createHash } from 'node:crypto';

/** Milliseconds since 1970. */
export interface TokenLife {
  readonly obtainedAt: number | undefined;
  readonly expiresAt: number;
}

/** What is noted of a token when it is given: sccache's file has no room for it. */
export interface TokenNote {
  /** SHA-256 in hex; a note without its token says nothing. */
  readonly token: string;
  readonly obtainedAt: number;
  readonly expiresAt: number;
}

export const tokenDigest = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The dates in a token that is a JSON Web Token; undefined for all others. */
function ownLife(token: string): TokenLife | undefined {
  const [, body, mark, ...more] = token.split('.');
  if (body === undefined || mark === undefined || more.length > 0) return undefined;
  try {
    const { exp, iat } = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as { exp?: unknown; iat?: unknown };
    if (typeof exp !== 'number' || !Number.isFinite(exp)) return undefined;
    return { expiresAt: exp * 1000, obtainedAt: typeof iat === 'number' && Number.isFinite(iat) ? iat * 1000 : undefined };
  } catch {
    // Three parts, but no JSON Web Token: nothing is known of it.
    return undefined;
  }
}

/** Undefined: nobody knows. */
export function lifeOf(token: string, note: TokenNote | undefined): TokenLife | undefined {
  return note?.token === tokenDigest(token) ? note : ownLife(token);
}

const dayMs = 24 * 3_600_000;
const warnMs = 2 * dayMs;

/** Two days before its end, as sccache has it, but not in the first three quarters of a short life. */
export function isNearItsEnd({ obtainedAt, expiresAt }: TokenLife, nowMs: number): boolean {
  const whole = obtainedAt === undefined ? Number.POSITIVE_INFINITY : expiresAt - obtainedAt;
  return nowMs >= expiresAt - Math.min(warnMs, whole / 4);
}

/** Whether a token that was just given deserves sccache's warning. */
export const isShort = (seconds: number): boolean => seconds * 1000 < warnMs;

/** `2026-01-31 12:00 UTC` */
export const spelledTime = (ms: number): string => (Math.abs(ms) < 8.64e15 ? `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'some day');
