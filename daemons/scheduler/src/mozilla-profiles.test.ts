import { describe, expect, it } from 'vitest';
import { tokenComplaint, verdictOnProfile } from './mozilla-profiles.js';

const jwt = (claims: unknown) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
const token = jwt({ sub: 'me', exp: 2 });
const groupsClaim = 'https://sso.mozilla.com/claim/groups';

describe('tokenComplaint', () => {
  it.each<[string, string | undefined]>([
    [token, undefined],
    [jwt({ sub: 'me', exp: 1 }), 'it has expired'],
    [jwt({ sub: 'me' }), 'it is no JSON Web Token with an owner and an expiry'],
    [jwt({ sub: '', exp: 2 }), 'it is no JSON Web Token with an owner and an expiry'],
    [jwt({ sub: 1, exp: 2 }), 'it is no JSON Web Token with an owner and an expiry'],
    [jwt([]), 'it is no JSON Web Token with an owner and an expiry'],
    [`${token}.x`, 'it is no JSON Web Token with an owner and an expiry'],
    [token.slice(0, -1), 'it is no JSON Web Token with an owner and an expiry'],
    ['opaque', 'it is no JSON Web Token with an owner and an expiry'],
  ])('%s', (given, why) => expect(tokenComplaint(given, 1_000)).toEqual(why === undefined ? undefined : { kind: 'refused', why }));
});

describe('verdictOnProfile', () => {
  const rules = { requiredGroups: ['a', 'b'], userinfoUrl: 'https://h/' };
  const profile = (change: object) => JSON.stringify({ sub: 'me', [groupsClaim]: ['c', 'b', 'a'], ...change });
  it.each<[string, string, object]>([
    ['all groups', profile({}), { kind: 'accepted' }],
    ['a group less', profile({ [groupsClaim]: ['a'] }), { kind: 'refused', why: 'its owner is not in a group of required_groups' }],
    ['no groups', profile({ [groupsClaim]: undefined }), { kind: 'refused', why: 'its owner is not in 2 groups of required_groups' }],
    ['groups as text', profile({ [groupsClaim]: 'a b' }), { kind: 'refused' }],
    ['somebody else', profile({ sub: 'you' }), { kind: 'refused', why: 'it belongs to somebody else than the profile' }],
    ['nobody', profile({ sub: undefined }), { kind: 'refused' }],
    ['no JSON', '<h1>', { kind: 'unknown', why: 'what the service answered is no profile' }],
    ['a list', '[]', { kind: 'unknown' }],
  ])('%s', (_name, text, verdict) => expect(verdictOnProfile(rules, token, text)).toMatchObject(verdict));

  it('asks for nothing where no group is required', () => expect(verdictOnProfile({ ...rules, requiredGroups: [] }, token, '{"sub":"me"}')).toEqual({ kind: 'accepted' }));
});
