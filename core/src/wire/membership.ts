// Knows: how a build server that has joined by a code shows who it is: by a key pair of its own instead of a token bound to its address.
// Refuses to know: who may join, clocks and sockets. An addition of ours; sccache's schedulers know nothing of it.
//
// code       = "stj1." payload "." mac         payload: base64url of {"url","pin"?,"exp"}; mac: HMAC of it under the join key
// membership = HS256 token {"iat","member"} under the member key; member: base64url of the 32 bytes of an Ed25519 public key
// bearer     = "stm1" SP membership SP server-id SP unix-ms SP nonce SP body-digest SP signature
//              signature: Ed25519 over method SP path LF and the fields before it, joined by SP
import { createHash, createHmac, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto';
import type { ServerId } from './dist-messages.js';
import { readHs256, sameSecret, signHs256 } from './hs256.js';
import { serverIdOf } from './server-address.js';

/** What the scheduler's one secret is made into; nobody can tell one from another, nor the secret from them. Each 32 bytes. Secret. */
export interface DerivedKeys {
  readonly join: Uint8Array;
  readonly member: Uint8Array;
}

export function deriveKey(secret: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), `sccache-ts ${purpose}`, 32));
}

export const deriveKeys = (secret: Uint8Array): DerivedKeys => ({ join: deriveKey(secret, 'join'), member: deriveKey(secret, 'member') });

export interface JoinCode {
  /** Of the scheduler; ends in `/`. */
  readonly url: string;
  /** SHA-256 of the public key in the scheduler's certificate, hex; undefined: the machine's authorities decide, or it is plain HTTP. */
  readonly pin: string | undefined;
  /** Seconds since 1970. */
  readonly exp: number;
}

const codeMark = 'stj1';
const longestCode = 2048;
const codeMac = (key: Uint8Array, payload: string): string => createHmac('sha256', key).update(`${codeMark}.${payload}`).digest('base64url');

export function writeJoinCode(keys: DerivedKeys, code: JoinCode): string {
  const payload = Buffer.from(JSON.stringify(code)).toString('base64url');
  return `${codeMark}.${payload}.${codeMac(keys.join, payload)}`;
}

/** What stands in a code, whoever wrote it; undefined when it is none. */
export function readJoinCode(text: string): JoinCode | undefined {
  const found = text.length > longestCode ? null : /^stj1\.([\w-]+)\.[\w-]{43}$/.exec(text);
  try {
    const { url, pin, exp } = JSON.parse(Buffer.from(found?.[1] ?? '', 'base64url').toString('utf8')) as { url?: unknown; pin?: unknown; exp?: unknown };
    if (typeof url !== 'string' || typeof exp !== 'number' || (pin !== undefined && !isPin(pin))) return undefined;
    return { url, pin, exp };
  } catch {
    // Not JSON: no code.
    return undefined;
  }
}

const isPin = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

/** Whether a code is one of ours and still good. */
export function checkJoinCode(keys: DerivedKeys, text: string, nowMs: number): 'valid' | 'expired' | 'foreign' {
  const code = readJoinCode(text);
  const [, payload = '', mac = ''] = text.split('.');
  if (code === undefined || !sameSecret(codeMac(keys.join, payload), mac)) return 'foreign';
  return nowMs < code.exp * 1000 ? 'valid' : 'expired';
}

/** Base64url of the 32 bytes of an Ed25519 public key. */
export type MemberKey = string;

const isMemberKey = (text: unknown): text is MemberKey => typeof text === 'string' && /^[\w-]{43}$/.test(text);

/** Short, for logs and for `revoked_servers`: 16 hex digits. */
export const memberName = (key: MemberKey): string => createHash('sha256').update(Buffer.from(key, 'base64url')).digest('hex').slice(0, 16);

function publicKeyOf(key: MemberKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
  } catch {
    // 32 bytes that are no point of the curve.
    return undefined;
  }
}

/** Undefined when the text is no public key. @param iat seconds since 1970 */
export function signMembership(keys: DerivedKeys, member: string, iat: number): string | undefined {
  return isMemberKey(member) && publicKeyOf(member) !== undefined ? signHs256(keys.member, { iat, member }) : undefined;
}

export interface Proof {
  readonly server: ServerId;
  readonly member: MemberKey;
  /** Milliseconds since 1970 by the server's clock. */
  readonly at: number;
  /** The same one never comes twice. */
  readonly nonce: string;
  /** Base64url of SHA-256 of the request's body. */
  readonly bodyDigest: string;
}

export interface ProvenRequest {
  readonly method: string;
  readonly path: string;
}

const proofMark = 'stm1';
export const bodyDigestOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('base64url');

const signedBytes = ({ method, path }: ProvenRequest, fields: readonly string[]): Uint8Array => Buffer.from(`${method} ${path}\n${fields.join(' ')}`);

/** The bearer token for one request. @param identity `privateKey`: Ed25519 */
export function signProof(
  identity: { readonly privateKey: KeyObject; readonly membership: string },
  request: ProvenRequest & { readonly body: Uint8Array },
  stamp: Pick<Proof, 'server' | 'at' | 'nonce'>,
): string {
  const fields = [proofMark, identity.membership, stamp.server, String(stamp.at), stamp.nonce, bodyDigestOf(request.body)];
  return [...fields, sign(null, signedBytes(request, fields), identity.privateKey).toString('base64url')].join(' ');
}

/** Whether a bearer token is meant to be a proof. */
export const looksLikeProof = (bearer: string): boolean => bearer.startsWith(`${proofMark} `);

/** What a bearer token proves; undefined when it proves nothing. Times and nonces are the caller's to judge. */
export function readProof(keys: DerivedKeys, bearer: string, request: ProvenRequest): Proof | undefined {
  const fields = bearer.split(' ');
  const [mark, membership = '', address = '', at = '', nonce = '', bodyDigest = '', signature = ''] = fields;
  if (mark !== proofMark || fields.length !== 7 || !/^\d{1,15}$/.test(at) || !/^[\w-]{16,64}$/.test(nonce)) return undefined;
  const read = readHs256(keys.member, membership);
  const member = read?.claims['member'];
  if (read?.signed !== true || !isMemberKey(member)) return undefined;
  const [server, key] = [serverIdOf(address), publicKeyOf(member)];
  if (server === undefined || key === undefined) return undefined;
  if (!verify(null, signedBytes(request, fields.slice(0, -1)), key, Buffer.from(signature, 'base64url'))) return undefined;
  return { server, member, at: Number(at), nonce, bodyDigest };
}
