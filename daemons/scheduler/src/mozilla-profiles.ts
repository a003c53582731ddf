// Knows: how a token is held against the profile of its owner (`mozilla` of sccache up to 0.10): who it is, and in which groups.
// Refuses to know: how profiles are fetched, and for how long a yes holds.
import type { TokenVerdict } from '@sccache-ts/core/host';

export interface ProfileRules {
  /** The owner must be in each of them. */
  readonly requiredGroups: readonly string[];
  /** `http:` or `https:`; answers a GET with the token with the owner's profile as JSON. */
  readonly userinfoUrl: string;
}

export const mozillaUserinfo = 'https://auth.mozilla.auth0.com/userinfo';
/** As sccache has it. */
export const profileCacheSecs = 15 * 60;

const groupsClaim = 'https://sso.mozilla.com/claim/groups';
const refused = (why: string): TokenVerdict => ({ kind: 'refused', why });

interface Claims {
  readonly subject: string;
  /** Seconds since 1970. */
  readonly expires: number;
}

function objectIn(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // Not JSON: told to the caller as undefined.
    return undefined;
  }
}

/** Hearsay: nobody has looked at the signature. What counts is what the service says to the whole token. */
function claimsOf(token: string): Claims | undefined {
  const [, body, mark, ...more] = token.split('.');
  if (body === undefined || mark === undefined || mark === '' || more.length > 0) return undefined;
  const { sub, exp } = objectIn(Buffer.from(body, 'base64url').toString('utf8')) ?? {};
  return typeof sub === 'string' && sub !== '' && typeof exp === 'number' ? { subject: sub, expires: exp } : undefined;
}

/** What can be said of a token before anybody is asked; undefined: nothing. */
export function tokenComplaint(token: string, nowMs: number): TokenVerdict | undefined {
  const claims = claimsOf(token);
  if (claims === undefined) return refused('it is no JSON Web Token with an owner and an expiry');
  return claims.expires * 1000 <= nowMs ? refused('it has expired') : undefined;
}

/** Holds a profile against the token that it was shown for. */
export function verdictOnProfile(rules: ProfileRules, token: string, profile: string): TokenVerdict {
  const read = objectIn(profile);
  if (read === undefined) return { kind: 'unknown', why: 'what the service answered is no profile' };
  if (read['sub'] !== claimsOf(token)?.subject) return refused('it belongs to somebody else than the profile');
  const groups = read[groupsClaim];
  const missing = rules.requiredGroups.filter((group) => !Array.isArray(groups) || !groups.includes(group));
  return missing.length === 0 ? { kind: 'accepted' } : refused(`its owner is not in ${missing.length === 1 ? 'a group' : `${missing.length} groups`} of required_groups`);
}
