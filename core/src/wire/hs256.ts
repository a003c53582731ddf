// Knows: JSON Web Tokens of the one kind that the fleet uses among itself (HS256). Refuses to know: what they claim.
// Not jose: it signs and checks through promises on a per-job hot path, some twenty times slower than this.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Fault } from '../base/index.js';

/** Base64url of `{"typ":"JWT","alg":"HS256"}`: the header that sccache writes, byte for byte. */
const header = Buffer.from('{"typ":"JWT","alg":"HS256"}').toString('base64url');
/** Longer than any token of the fleet; nothing longer is even looked at. */
const longest = 4096;
const keyBytes = 32;

const signature = (key: Uint8Array, signed: string): string => createHmac('sha256', key).update(signed).digest('base64url');

/** Equality in a time that depends on the lengths only. */
export function sameSecret(a: string, b: string): boolean {
  const first = Buffer.from(a);
  const second = Buffer.from(b);
  return first.byteLength === second.byteLength && timingSafeEqual(first, second);
}

/** @param claims in the order in which they are to be written */
export function signHs256(key: Uint8Array, claims: Readonly<Record<string, string | number | bigint>>): string {
  const members = Object.entries(claims).map(([name, value]) => `${JSON.stringify(name)}:${typeof value === 'bigint' ? value : JSON.stringify(value)}`);
  const signed = `${header}.${Buffer.from(`{${members.join(',')}}`).toString('base64url')}`;
  return `${signed}.${signature(key, signed)}`;
}

export interface Hs256Token {
  /** The claims as they stand there: numbers beyond 2^53 are exact in it only. */
  readonly text: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Whether the signature is that of the key. Claims are hearsay otherwise. */
  readonly signed: boolean;
}

function parseObject(part: string): Readonly<Record<string, unknown>> | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // Not JSON: a value, told to the caller as undefined.
    return undefined;
  }
}

/** Takes a token apart and checks its signature; undefined when it is not an HS256 token at all. */
export function readHs256(key: Uint8Array, token: string): Hs256Token | undefined {
  if (token.length > longest) return undefined;
  const [head, body, mark, ...more] = token.split('.');
  if (head === undefined || body === undefined || mark === undefined || more.length > 0) return undefined;
  const claims = parseObject(body);
  if (claims === undefined || parseObject(head)?.['alg'] !== 'HS256') return undefined;
  return { claims, text: Buffer.from(body, 'base64url').toString('utf8'), signed: sameSecret(signature(key, `${head}.${body}`), mark) };
}

/** Reads a configured HS256 key: 32 bytes as base64url without padding. @throws Fault KEY_INVALID */
export function parseTokenKey(text: string): Uint8Array {
  const key = Buffer.from(text, 'base64url');
  if (key.byteLength === keyBytes && key.toString('base64url') === text) return Uint8Array.from(key);
  throw new Fault('KEY_INVALID', `the HS256 key has ${text.length} characters and is not ${keyBytes} bytes in base64url without padding`, {
    hint: 'Make one with `sccache-ts-dist auth generate-jwt-hs256-key`.',
  });
}
