import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bodyDigestOf, checkJoinCode, deriveKeys, memberName, readJoinCode, readProof, signMembership, signProof, writeJoinCode } from './membership.js';
import { signServerToken } from './tokens.js';

const keys = deriveKeys(new Uint8Array(32).fill(1));
const others = deriveKeys(new Uint8Array(32).fill(2));
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const member = publicKey.export({ format: 'jwk' }).x ?? '';
const membership = signMembership(keys, member, 5) ?? '';
const body = Buffer.from('body');
const request = { method: 'POST', path: '/a', body };
const stamp = { server: '10.0.0.1:10501', at: 1_000, nonce: 'n'.repeat(16) };
const bearer = signProof({ privateKey, membership }, request, stamp);

describe('a join code', () => {
  const code = { url: 'https://h:1/', pin: 'ab'.repeat(32), exp: 100 };
  it.each([code, { ...code, pin: undefined }])('%j says what it was made of', (given) => {
    expect(readJoinCode(writeJoinCode(keys, given))).toEqual(given);
  });
  it('is good for its scheduler and its time only', () => {
    const text = writeJoinCode(keys, code);
    expect([checkJoinCode(keys, text, 99_999), checkJoinCode(keys, text, 100_000), checkJoinCode(others, text, 0)]).toEqual(['valid', 'expired', 'foreign']);
    const longer = `stj1.${Buffer.from(JSON.stringify({ ...code, exp: 1e9 })).toString('base64url')}.${text.split('.')[2]}`;
    expect(checkJoinCode(keys, longer, 0)).toBe('foreign');
  });
  it.each(['', 'stj1', 'stj1..', `stj1.e30.${'a'.repeat(43)}`, `stj2.e30.${'a'.repeat(43)}`, `stj1.bnVsbA.${'a'.repeat(43)}`, `stj1.${'A'.repeat(3000)}.${'a'.repeat(43)}`])('%j is none', (text) => {
    expect([readJoinCode(text), checkJoinCode(keys, text, 0)]).toEqual([undefined, 'foreign']);
  });
});

describe('a membership', () => {
  it.each(['', 'short', 'a'.repeat(44), `${'a'.repeat(42)}!`])('is not given to %j', (text) => expect(signMembership(keys, text, 0)).toBeUndefined());
  it('has a short name', () => expect(memberName(member)).toMatch(/^[0-9a-f]{16}$/));
});

describe('a proof', () => {
  it('says who asks for what', () => {
    expect(readProof(keys, bearer, request)).toEqual({ ...stamp, member, bodyDigest: bodyDigestOf(body) });
  });

  const fields = bearer.split(' ');
  const changed = (at: number, value: string): string => fields.with(at, value).join(' ');
  const stranger = generateKeyPairSync('ed25519');
  it.each<[string, string]>([
    ['another address', changed(2, '10.0.0.2:10501')],
    ['another time', changed(3, '1001')],
    ['another nonce', changed(4, 'm'.repeat(16))],
    ['another body', changed(5, bodyDigestOf(Buffer.from('other')))],
    ['no signature', changed(6, '')],
    ['a foreign scheduler’s membership', signProof({ privateKey, membership: signMembership(others, member, 5) ?? '' }, request, stamp)],
    ['a build server’s token for a membership', signProof({ privateKey, membership: signServerToken(keys.member, stamp.server) }, request, stamp)],
    ['somebody else’s key', signProof({ privateKey: stranger.privateKey, membership }, request, stamp)],
    ['no address', signProof({ privateKey, membership }, request, { ...stamp, server: 'localhost:1' })],
    ['a short nonce', signProof({ privateKey, membership }, request, { ...stamp, nonce: 'n' })],
    ['a field more', `${bearer} x`],
    ['a field less', fields.slice(0, -1).join(' ')],
    ['nothing', ''],
  ])('does not hold with %s', (_name, text) => expect(readProof(keys, text, request)).toBeUndefined());

  it.each([{ method: 'GET', path: '/a' }, { method: 'POST', path: '/b' }])('does not hold for %j', (other) => expect(readProof(keys, bearer, other)).toBeUndefined());
});
