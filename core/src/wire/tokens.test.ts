import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseTokenKey, sameSecret, signHs256 } from './hs256.js';
import {
  bearerToken,
  checkJobToken,
  claimedServerId,
  readServerToken,
  readSharedServerToken,
  sharedServerToken,
  signJobToken,
  signServerToken,
} from './tokens.js';

const key = Uint8Array.from({ length: 32 }, (_, at) => at);
const otherKey = new Uint8Array(32);

/** A token of any shape, rightly signed. */
function token(header: unknown, claims: unknown): string {
  const part = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
const hs256 = { typ: 'JWT', alg: 'HS256' };

describe('job tokens', () => {
  it('are exact for ids beyond 2^53, which schedulers of sccache 0.19 give out', () => {
    const id = 10317404056154539841n;
    const token = signJobToken(key, id);
    expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).toBe('{"exp":0,"job_id":10317404056154539841}');
    expect(checkJobToken(key, token, id)).toBe('valid');
    expect(checkJobToken(key, token, id + 1n)).toBe('wrong-job');
  });

  it('agree with jose', async () => {
    const { jwtVerify, SignJWT } = await import('jose');
    const ours = await jwtVerify(signJobToken(key, 7), key, { currentDate: new Date(-1000) });
    expect(ours.payload).toEqual({ exp: 0, job_id: 7 });
    const theirs = await new SignJWT({ exp: 0, job_id: 7 }).setProtectedHeader({ typ: 'JWT', alg: 'HS256' }).sign(key);
    expect(theirs).toBe(signJobToken(key, 7));
  });

  it.each([
    ['valid', signJobToken(key, 5)],
    ['valid', token(hs256, { job_id: 5, exp: 0 })],
    ['valid', token({ alg: 'HS256' }, { exp: 0, job_id: 5 })],
    ['wrong-job', signJobToken(key, 6)],
    ['wrong-signature', signJobToken(otherKey, 5)],
    ['wrong-signature', `${signJobToken(key, 5).slice(0, -1)}`],
    ['wrong-signature', `${signJobToken(key, 5)}=`],
    ['wrong-signature', `${signJobToken(key, 5).replace(/\.[^.]*$/, '.')}`],
    ['malformed', ''],
    ['malformed', 'abc'],
    ['malformed', 'a.b.c'],
    ['malformed', '..'],
    ['malformed', `${signJobToken(key, 5)}.x`],
    ['malformed', token({ typ: 'JWT', alg: 'none' }, { exp: 0, job_id: 5 })],
    ['malformed', token({ typ: 'JWT', alg: 'HS512' }, { exp: 0, job_id: 5 })],
    ['malformed', token(hs256, { exp: 0 })],
    ['malformed', token(hs256, { job_id: 5 })],
    ['malformed', token(hs256, { exp: 1, job_id: 5 })],
    ['malformed', token(hs256, { exp: 0, job_id: '5' })],
    ['malformed', token(hs256, { exp: 0, job_id: 5, admin: true })],
    ['malformed', token(hs256, '{"exp":0,"job_id":5,"__proto__":{}}')],
    ['malformed', token(hs256, [0, 5])],
    ['malformed', token(hs256, 'null')],
    ['malformed', token(hs256, '{"exp":0,')],
    ['malformed', `${'a'.repeat(5000)}.b.c`],
  ] as const)('%s: %s', (verdict, text) => {
    expect(checkJobToken(key, text, 5)).toBe(verdict);
  });
});

describe('server tokens', () => {
  it.each(['192.168.1.10:10501', '[2001:db8::1]:10501'])('of %s', (id) => {
    expect(readServerToken(key, signServerToken(key, id))).toBe(id);
    expect(readServerToken(otherKey, signServerToken(key, id))).toBeUndefined();
    expect(claimedServerId(signServerToken(key, id))).toBe(id);
    expect(readSharedServerToken(sharedServerToken(id, 'two words'), 'two words')).toBe(id);
    expect(readSharedServerToken(sharedServerToken(id, 'two words'), 'two')).toBeUndefined();
  });

  it('may say any expiry, and nothing else', () => {
    expect(readServerToken(key, token(hs256, { exp: 12, server_id: '1.2.3.4:5' }))).toBe('1.2.3.4:5');
    expect(readServerToken(key, token(hs256, { server_id: '1.2.3.4:5' }))).toBeUndefined();
    expect(readServerToken(key, token(hs256, { exp: 0, server_id: '1.2.3.4:5', more: 1 }))).toBeUndefined();
    expect(readServerToken(key, token(hs256, { exp: 0, server_id: 'build.example:5' }))).toBeUndefined();
    expect(readServerToken(key, signHs256(key, { exp: 0, job_id: 1 }))).toBeUndefined();
  });

  it.each(['', ' ', 'secret', '1.2.3.4:5', 'nowhere secret'])('%j is no shared token', (text) => {
    expect(readSharedServerToken(text, 'secret')).toBeUndefined();
  });
});

describe('bearer tokens', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['Bearer 1.2.3.4:5 a secret', '1.2.3.4:5 a secret'],
    ['Bearer ', ''],
    ['Bearer', undefined],
    ['bearer abc', undefined],
    ['Basic abc', undefined],
    ['BearerX abc', undefined],
    [undefined, undefined],
  ])('%s → %s', (field, expected) => {
    expect(bearerToken(field)).toBe(expected);
  });
});

describe('keys', () => {
  it('are 32 bytes of base64url without padding', () => {
    expect(parseTokenKey('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8')).toEqual(key);
  });

  it.each(['', 'short', 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9', 'AAEC+wQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'])(
    '%j is refused without being repeated',
    (text) => {
      expect(() => parseTokenKey(text)).toThrowError(expect.objectContaining({ code: 'KEY_INVALID' }) as Error);
      if (text !== '') expect(() => parseTokenKey(text)).not.toThrowError(text);
    },
  );

  it('sameSecret compares bytes', () => {
    expect(sameSecret('é', 'é')).toBe(true);
    expect(sameSecret('a', 'b')).toBe(false);
    expect(sameSecret('a', 'ab')).toBe(false);
  });
});
