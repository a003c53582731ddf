// Knows: what is asked of a login provider and what its answers mean (RFC 6749, RFC 7636, as sccache speaks them).
// Refuses to know: sockets, files and the clock.
import { createHash } from 'node:crypto';
import { Fault } from '@sccache-ts/core/base';
import { sameSecret } from '@sccache-ts/core/wire';

/** Where and as whom to log in. */
export type LoginFlow =
  | { readonly kind: 'oauth2_code_grant_pkce'; readonly clientId: string; readonly authUrl: string; readonly tokenUrl: string }
  | { readonly kind: 'oauth2_implicit'; readonly clientId: string; readonly authUrl: string };

/** What belongs to one login and to no other. */
export interface LoginAttempt {
  /** 32 hex digits; must come back unchanged. */
  readonly state: string;
  /** Base64url of 32 random bytes. Secret. */
  readonly verifier: string;
  readonly redirectUri: string;
}

/** What a provider gave. */
export interface Granted {
  /** Secret. */
  readonly token: string;
  /** Seconds for which it holds, from now; undefined: not said. */
  readonly expiresInSeconds: number | undefined;
}

/** The login that sccache up to 0.10 knew as `mozilla`. */
export const mozillaLogin: LoginFlow = {
  kind: 'oauth2_code_grant_pkce',
  clientId: 'F1VVD6nRTckSVrviMRaOdLBWIk1AvHYo',
  authUrl: 'https://auth.mozilla.auth0.com/authorize?audience=sccache&scope=openid%20profile',
  tokenUrl: 'https://auth.mozilla.auth0.com/oauth/token',
};

/** Far more than any provider sends. */
const longestToken = 16 * 1024;
const longestWords = 300;

/** What a provider says of itself, as one line that is safe in a terminal. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e]+/g, ' ').trim().slice(0, longestWords);

export const loginFailed = (what: string, cause?: unknown): Fault =>
  new Fault('LOGIN_FAILED', what, { hint: 'Nothing was changed. Run `sccache-ts --dist-auth` again.', ...(cause === undefined ? {} : { cause }) });

function parametersOf(flow: LoginFlow, attempt: LoginAttempt): Readonly<Record<string, string>> {
  const whose = { client_id: flow.clientId };
  const back = { redirect_uri: attempt.redirectUri };
  if (flow.kind === 'oauth2_implicit') return { ...whose, ...back, response_type: 'token', state: attempt.state };
  const challenge = createHash('sha256').update(attempt.verifier, 'ascii').digest('base64url');
  return { ...whose, code_challenge: challenge, code_challenge_method: 'S256', ...back, response_type: 'code', state: attempt.state };
}

/** The provider's page for this attempt. A query that `authUrl` has of its own stays as it is. */
export function authorisationUrl(flow: LoginFlow, attempt: LoginAttempt): string {
  const url = new URL(flow.authUrl);
  const asked = new URLSearchParams(parametersOf(flow, attempt)).toString();
  url.search = url.search === '' ? asked : `${url.search.slice(1)}&${asked}`;
  url.hash = '';
  return url.href;
}

/** For the token endpoint; sccache sends it as JSON, the RFC wants a form. */
export function codeRequest(flow: LoginFlow & { kind: 'oauth2_code_grant_pkce' }, attempt: LoginAttempt, code: string): Readonly<Record<string, string>> {
  return {
    client_id: flow.clientId,
    code_verifier: attempt.verifier,
    code,
    grant_type: 'authorization_code',
    redirect_uri: attempt.redirectUri,
  };
}

/** `stranger`: not the answer to this attempt, whoever sent it; the login goes on. */
export type Returned<T> = { readonly kind: 'granted'; readonly value: T } | { readonly kind: 'refused' | 'stranger'; readonly why: string };

function single(query: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = query.getAll(name);
  return more.length === 0 ? value : undefined;
}

/** Looks at `state` before anything else: what comes without it was not asked for by us. */
function readReturned<T>(query: URLSearchParams, state: string, read: () => Returned<T>): Returned<T> {
  if (!sameSecret(single(query, 'state') ?? '', state)) return { kind: 'stranger', why: 'it does not carry the state of this login' };
  const error = single(query, 'error');
  if (error === undefined) return read();
  const told = single(query, 'error_description');
  return { kind: 'refused', why: printable(told === undefined ? error : `${error}: ${told}`) };
}

/** What came back to `/redirect` under `oauth2_code_grant_pkce`: the code. */
export function readCode(query: URLSearchParams, state: string): Returned<string> {
  return readReturned(query, state, () => {
    const code = single(query, 'code');
    return code === undefined || code === '' ? { kind: 'refused', why: 'the provider sent no code' } : { kind: 'granted', value: code };
  });
}

function grantedBy(token: unknown, type: unknown, expires: unknown): Returned<Granted> {
  if (typeof token !== 'string' || token === '') return { kind: 'refused', why: 'the provider sent no access_token' };
  if (token.length > longestToken || !/^[\x21-\x7e]+$/.test(token)) return { kind: 'refused', why: 'the provider sent an access_token that no header field can carry' };
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') return { kind: 'refused', why: 'the provider sent a token of another type than bearer' };
  if (expires === undefined || expires === null) return { kind: 'granted', value: { token, expiresInSeconds: undefined } };
  const seconds = typeof expires === 'string' && /^[0-9]{1,12}$/.test(expires) ? Number(expires) : expires;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return { kind: 'refused', why: 'the provider sent an expires_in that is no number of seconds' };
  return { kind: 'granted', value: { token, expiresInSeconds: Math.floor(seconds) } };
}

/** What came back to `/save_auth` under `oauth2_implicit`: the token itself. */
export function readImplicit(query: URLSearchParams, state: string): Returned<Granted> {
  return readReturned(query, state, () => grantedBy(single(query, 'access_token'), single(query, 'token_type'), single(query, 'expires_in')));
}

function parsedObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // Not JSON: some page of a proxy.
    return undefined;
  }
}

/** `again`: the provider does not understand requests of this form; the code is still good. */
export type TokenAnswer = Returned<Granted> | { readonly kind: 'again' };

/** What a token endpoint answered (RFC 6749, 5.1 and 5.2). @param asJson whether it was asked in JSON, which the RFC does not know */
export function readTokenAnswer(status: number, body: string, asJson: boolean): TokenAnswer {
  const read = parsedObject(body);
  if (status >= 200 && status < 300) {
    return read === undefined ? { kind: 'refused', why: 'the provider answered something else than JSON' } : grantedBy(read['access_token'], read['token_type'], read['expires_in']);
  }
  const { error, error_description: told } = read ?? {};
  const aboutTheCode = error === 'invalid_grant' || error === 'access_denied';
  if (asJson && status >= 400 && status < 500 && status !== 429 && !aboutTheCode) return { kind: 'again' };
  const words = [error, told].filter((it) => typeof it === 'string').join(': ');
  return { kind: 'refused', why: `the provider answered ${status}${words === '' ? '' : ` ${printable(words)}`}` };
}
