import { describe, expect, it } from 'vitest';
import { isNearItsEnd, lifeOf, spelledTime, tokenDigest } from './token-life.js';

const jwt = (claims: unknown) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
const hour = 3_600_000;

describe('lifeOf', () => {
  it.each([
    ['opaque', undefined],
    ['a.b.c', undefined],
    [jwt({}), undefined],
    [jwt({ exp: 'x' }), undefined],
    [jwt(null), undefined],
    [jwt({ exp: 7 }), { expiresAt: 7000, obtainedAt: undefined }],
    [jwt({ exp: 7, iat: 3 }), { expiresAt: 7000, obtainedAt: 3000 }],
  ])('%s', (token, expected) => expect(lifeOf(token, undefined)).toEqual(expected));

  it('believes a note of this very token, and no other', () => {
    const note = { token: tokenDigest('t'), obtainedAt: 1, expiresAt: 2 };
    expect(lifeOf('t', note)).toBe(note);
    expect(lifeOf('u', note)).toBeUndefined();
  });
});

describe('isNearItsEnd', () => {
  it.each([
    [{ obtainedAt: 0, expiresAt: 24 * hour }, 17 * hour, false],
    [{ obtainedAt: 0, expiresAt: 24 * hour }, 18 * hour, true],
    [{ obtainedAt: 0, expiresAt: 30 * 24 * hour }, 27 * 24 * hour, false],
    [{ obtainedAt: 0, expiresAt: 30 * 24 * hour }, 28 * 24 * hour, true],
    [{ obtainedAt: undefined, expiresAt: 24 * hour }, 0, true],
  ])('%j at %i', (life, now, expected) => expect(isNearItsEnd(life, now)).toBe(expected));
});

it('spells a time that no calendar has', () => expect([spelledTime(0), spelledTime(1e20)]).toEqual(['1970-01-01 00:00 UTC', 'some day']));
