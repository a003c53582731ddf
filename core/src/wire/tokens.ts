// Knows: the tokens of the fleet: a job's, a build server's, and how a bearer token stands in a header field.
// Refuses to know: who is let in; the daemons decide that.
import { parseJobId } from './conventions.js';
import type { JobId, ServerId } from './dist-messages.js';
import { readHs256, sameSecret, signHs256 } from './hs256.js';
import { serverIdOf } from './server-address.js';

/** The token after `Bearer `, spaces included (server tokens hold one); undefined for any other scheme. */
export function bearerToken(authorization: string | undefined): string | undefined {
  const scheme = 'Bearer ';
  return authorization?.startsWith(scheme) === true ? authorization.slice(scheme.length) : undefined;
}

const hasExactly = (claims: Readonly<Record<string, unknown>>, ...names: readonly string[]): boolean =>
  Object.keys(claims).length === names.length && names.every((name) => Object.hasOwn(claims, name));

/** The same key and id always give the same token. */
export function signJobToken(key: Uint8Array, jobId: JobId): string {
  return signHs256(key, { exp: 0, job_id: jobId });
}

/**
 * `wrong-signature`: a job token by its shape, signed with some other key, e.g. that of the server's life before this
 * one. `wrong-job`: ours, for another job. `malformed`: no job token at all.
 */
export type JobTokenVerdict = 'valid' | 'malformed' | 'wrong-signature' | 'wrong-job';

export function checkJobToken(key: Uint8Array, token: string, jobId: JobId): JobTokenVerdict {
  const read = readHs256(key, token);
  if (read === undefined || !hasExactly(read.claims, 'exp', 'job_id')) return 'malformed';
  const id = parseJobId(/"job_id"\s*:\s*([0-9]+)\s*[,}]/.exec(read.text)?.[1] ?? '');
  if (read.claims['exp'] !== 0 || typeof read.claims['job_id'] !== 'number' || id === undefined) return 'malformed';
  if (!read.signed) return 'wrong-signature';
  return id === jobId ? 'valid' : 'wrong-job';
}

/** A build server's own token under `jwt_hs256`. It never expires. */
export function signServerToken(key: Uint8Array, serverId: ServerId): string {
  return signHs256(key, { exp: 0, server_id: serverId });
}

/** Whose token it is; undefined when it is not signed with the key or claims anything unexpected. */
export function readServerToken(key: Uint8Array, token: string): ServerId | undefined {
  const read = readHs256(key, token);
  if (read?.signed !== true || !hasExactly(read.claims, 'exp', 'server_id')) return undefined;
  const { exp, server_id: id } = read.claims;
  return typeof exp === 'number' && typeof id === 'string' ? serverIdOf(id) : undefined;
}

/** What the server claims to be under `jwt_hs256`, without a key to check it by; for a server's look at its own settings. */
export function claimedServerId(token: string): ServerId | undefined {
  const id = readHs256(new Uint8Array(), token)?.claims['server_id'];
  return typeof id === 'string' ? serverIdOf(id) : undefined;
}

/** A build server's token under a shared secret: its name, one space, the secret. */
export function sharedServerToken(serverId: ServerId, secret: string): string {
  return `${serverId} ${secret}`;
}

/** Whose token it is; undefined when the secret is another or the name is no address. */
export function readSharedServerToken(token: string, secret: string): ServerId | undefined {
  const space = token.indexOf(' ');
  if (space < 0 || !sameSecret(token.slice(space + 1), secret)) return undefined;
  return serverIdOf(token.slice(0, space));
}
