// Knows: what the settings and the kept tokens say of who the user is, and what of it people should be told.
// Refuses to know: which file speaks first, and how a login is done.
import { isFault } from '@sccache-ts/core/base';
import { type LoginFlow, mozillaLogin } from './login/authorisation.js';
import { isNearItsEnd, spelledTime } from './login/token-life.js';
import { type KeptToken, readKeptToken, type TokenPlaces } from './login/token-store.js';
import type { AuthKeys } from './settings-fields.js';
import { type Surroundings, tokenPlaces } from './settings-paths.js';
import type { ClientAuth, LoginSettings } from './settings-shape.js';

/** sccache's, known to everybody: a token by name only (wire protocol, section 13). */
const defaultToken = 'dangerously_insecure_client';

function flowOf(keys: Exclude<AuthKeys, { kind: 'token' }>): LoginFlow {
  switch (keys.kind) {
    case 'oauth2_code_grant_pkce':
      return { kind: keys.kind, clientId: keys.client_id, authUrl: keys.auth_url, tokenUrl: keys.token_url };
    case 'oauth2_implicit':
      return { kind: keys.kind, clientId: keys.client_id, authUrl: keys.auth_url };
    case 'mozilla':
      return mozillaLogin;
  }
}

/** A file of tokens that cannot be read is a login that is missing: `--dist-auth` tells what is wrong with it, and no build is failed by it. */
async function keptOrNone(places: TokenPlaces, authUrl: string): Promise<KeptToken | undefined> {
  try {
    return await readKeptToken(places, authUrl);
  } catch (thrown) {
    if (isFault(thrown) && thrown.blame === 'user') return undefined;
    throw thrown;
  }
}

/** @throws Fault SETTINGS_INVALID */
export async function decideAuth(around: Surroundings, keys: AuthKeys | undefined): Promise<ClientAuth> {
  if (keys === undefined) return { kind: 'token', token: defaultToken };
  if (keys.kind === 'token') return { kind: 'token', token: keys.token };
  const flow = flowOf(keys);
  const places = tokenPlaces(around);
  return { kind: 'login', flow, places, kept: await keptOrNone(places, flow.authUrl) };
}

/** Files that decide who the user is, beside the settings. */
export const filesOfAuth = (auth: ClientAuth | undefined): readonly string[] => (auth?.kind === 'login' ? [auth.places.cachedConfig] : []);

const remedy = 'run `sccache-ts --dist-auth`';
const loginHost = ({ flow }: LoginSettings): string => new URL(flow.authUrl).host;

/** Why a login is of no use now; undefined when it is. */
export function whyNoLogin(auth: LoginSettings, nowMs: number): string | undefined {
  if (auth.kept === undefined) return `nobody is logged in at ${loginHost(auth)}, so nothing is distributed: ${remedy}`;
  const expiresAt = auth.kept.life?.expiresAt;
  if (expiresAt === undefined || nowMs < expiresAt) return undefined;
  return `the login at ${loginHost(auth)} has expired (${spelledTime(expiresAt)}), so nothing is distributed: ${remedy}`;
}

export function authWarnings(auth: ClientAuth | undefined, nowMs: number): readonly string[] {
  if (auth?.kind !== 'login') return [];
  const useless = whyNoLogin(auth, nowMs);
  if (useless !== undefined) return [useless];
  const life = auth.kept?.life;
  if (life === undefined || !isNearItsEnd(life, nowMs)) return [];
  return [`the login at ${loginHost(auth)} expires soon (${spelledTime(life.expiresAt)}): ${remedy}`];
}
