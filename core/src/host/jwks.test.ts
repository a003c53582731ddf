import { createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { logTo } from '../base/index.js';
import { createHttpClient } from './http-client.js';
import { createJwtValidator, type JwksPolicy, type JwtValidator } from './jwks.js';

const nowMs = 1_800_000_000_000;
const now = nowMs / 1000;
const audience = 'compile-farm';
const issuer = 'https://id.example/';
const right: JWTPayload = { aud: audience, iss: issuer, exp: now + 300 };

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}
const pairs: Record<'rsa' | 'weak' | 'ec' | 'ed' | 'other', Pair> = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  weak: generateKeyPairSync('rsa', { modulusLength: 1024 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed: generateKeyPairSync('ed25519'),
  other: generateKeyPairSync('rsa', { modulusLength: 2048 }),
};
const jwk = ({ publicKey }: Pair, kid: string, more: JsonWebKey = {}) => ({ ...publicKey.export({ format: 'jwk' }), kid, ...more });
const published = {
  keys: [
    // As sccache's scheduler expects them: nothing but kid, kty, n and e.
    jwk(pairs.rsa, 'plain'),
    jwk(pairs.rsa, 'rs512-only', { alg: 'RS512', use: 'sig' }),
    jwk(pairs.rsa, 'encryption', { use: 'enc' }),
    jwk(pairs.weak, 'weak'),
    jwk(pairs.ec, 'ec', { alg: 'ES256' }),
    jwk(pairs.ed, 'ed'),
    { kty: 'oct', kid: 'shared', k: Buffer.from('a shared secret').toString('base64url') },
    jwk(pairs.rsa, 'twice'),
    jwk(pairs.other, 'twice'),
  ],
};

const sign = (pair: Pair, claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'plain', ...header }).sign(pair.privateKey);
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const hmacSigned = (secret: string | Buffer, kid = 'plain'): string => {
  const signed = `${part({ alg: 'HS256', kid })}.${part(right)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Published {
  readonly url: string;
  readonly asked: () => number;
  answer: RequestListener;
}
const json = (value: unknown): RequestListener => (_request, response) => response.end(JSON.stringify(value));

async function publish(answer: RequestListener = json(published)): Promise<Published> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    it.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const it: Published = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks?secret=hush`, asked: () => asked, answer };
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return it;
}

const logged: string[] = [];
function validator(jwksUrl: string, policy: Partial<JwksPolicy> = {}): JwtValidator {
  logged.length = 0;
  const http = createHttpClient();
  closing.push(() => http.close());
  return createJwtValidator({ audience, issuer, jwksUrl }, { http, log: logTo('warn', (_level, line) => logged.push(line)), wallMs: () => nowMs, policy });
}
const accepted = { kind: 'accepted' };
const refused = (why: RegExp) => ({ kind: 'refused', why: expect.stringMatching(why) as string });
const unknown = (why: RegExp) => ({ kind: 'unknown', why: expect.stringMatching(why) as string });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a token', () => {
  it.each<[string, Pair, JWTPayload, Partial<JWTHeaderParameters>]>([
    ['RS256', pairs.rsa, right, {}],
    ['PS384 with the same key', pairs.rsa, right, { alg: 'PS384' }],
    ['the way its key demands', pairs.rsa, right, { alg: 'RS512', kid: 'rs512-only' }],
    ['ES256', pairs.ec, right, { alg: 'ES256', kid: 'ec' }],
    ['EdDSA', pairs.ed, right, { alg: 'EdDSA', kid: 'ed' }],
    ['RS256, for several', pairs.rsa, { ...right, aud: ['another', audience] }, {}],
    ['RS256, expired less than a minute ago', pairs.rsa, { ...right, exp: now - 59 }, {}],
    ['RS256, valid in less than a minute', pairs.rsa, { ...right, nbf: now + 60 }, {}],
  ])('is accepted when signed %s', async (_what, pair, claims, header) => {
    const { url } = await publish();
    expect(await validator(url).check(await sign(pair, claims, header))).toEqual(accepted);
  });

  it.each<[string, () => string | Promise<string>, RegExp]>([
    ['for another audience', () => sign(pairs.rsa, { ...right, aud: 'another' }), /claim aud is not as/],
    ['for no audience', () => sign(pairs.rsa, { iss: issuer, exp: now + 300 }), /claim aud is missing/],
    ['by another issuer', () => sign(pairs.rsa, { ...right, iss: `${issuer}x` }), /claim iss is not as/],
    ['by no issuer', () => sign(pairs.rsa, { aud: audience, exp: now + 300 }), /claim iss is missing/],
    ['that expired a minute ago', () => sign(pairs.rsa, { ...right, exp: now - 60 }), /has expired/],
    ['that never expires', () => sign(pairs.rsa, { aud: audience, iss: issuer }), /claim exp is missing/],
    ['that is not valid yet', () => sign(pairs.rsa, { ...right, nbf: now + 61 }), /claim nbf is not as/],
    ['whose expiry is text', () => sign(pairs.rsa, { ...right, exp: 'never' as unknown as number }), /claim exp is not as/],
    ['signed with another key', () => sign(pairs.other, right), /signature is wrong/],
    ['changed after it was signed', async () => (await sign(pairs.rsa, { ...right, aud: 'another' })).replace(/\.[^.]+\./, `.${part(right)}.`), /signature is wrong/],
    ['that is not signed', () => `${part({ alg: 'none', kid: 'plain' })}.${part(right)}.`, /not allowed|no signed token/],
    ['whose none is signed', () => `${part({ alg: 'none', kid: 'plain' })}.${part(right)}.AAAA`, /not allowed/],
    ['signed with the public key as a secret', () => hmacSigned(pairs.rsa.publicKey.export({ format: 'pem', type: 'spki' })), /not allowed/],
    ['signed with the modulus as a secret', () => hmacSigned(Buffer.from(published.keys[0]?.['n'] ?? '', 'base64url')), /not allowed/],
    ['signed with a published secret', () => hmacSigned('a shared secret', 'shared'), /not allowed/],
    ['signed in another way than its key demands', () => sign(pairs.rsa, right, { kid: 'rs512-only' }), /not among those/],
    ['signed with a key for encryption', () => sign(pairs.rsa, right, { kid: 'encryption' }), /not among those/],
    ['naming a key of another kind', () => sign(pairs.rsa, right, { kid: 'ec' }), /not among those/],
    ['bringing its own key', () => sign(pairs.other, right, { kid: 'mine', jwk: jwk(pairs.other, 'mine') as never }), /not among those/],
    ['naming an unknown key', () => sign(pairs.rsa, right, { kid: 'gone' }), /not among those/],
    ['that is empty', () => '', /no signed token/],
    ['that is no token', () => 'a.b.c', /no signed token/],
    ['of text', () => 'my client token', /no signed token/],
  ])('%s is refused', async (_what, token, why) => {
    const { url } = await publish();
    expect(await validator(url).check(await token())).toEqual(refused(why));
  });

  it('without the name of a key is refused and leads to no question', async () => {
    const keys = await publish(json({ keys: [jwk(pairs.rsa, 'only')] }));
    const token = await new SignJWT(right).setProtectedHeader({ alg: 'RS256' }).sign(pairs.rsa.privateKey);
    expect(await validator(keys.url).check(token)).toEqual(refused(/names its key/));
    expect(keys.asked()).toBe(0);
  });

  it.each(['weak', 'twice'])('whose key is published so that it cannot be used (%s) is not held against its bearer', async (kid) => {
    const { url } = await publish();
    // 1024 bits are too few for jose's own signing, too; the signature does not matter.
    const token = `${part({ alg: 'RS256', kid })}.${part(right)}.AAAA`;
    expect((await validator(url).check(token)).kind).toBe('unknown');
  });
});

describe('the keys', () => {
  let token = '';
  let renewed = '';
  beforeAll(async () => {
    token = await sign(pairs.rsa, right);
    renewed = await sign(pairs.other, right, { kid: 'new' });
  });

  it('are asked for once, however many tokens come at a time', async () => {
    const keys = await publish();
    const { check } = validator(keys.url);
    expect(await Promise.all(Array.from({ length: 20 }, () => check(token)))).toEqual(Array.from({ length: 20 }, () => accepted));
    expect(keys.asked()).toBe(1);
  });

  it('are asked for again when a token names one that is not among them, but not more often than the cooldown allows', async () => {
    const keys = await publish();
    const { check } = validator(keys.url, { cooldownMs: 1_000 });
    expect(await check(token)).toEqual(accepted);
    keys.answer = json({ keys: [jwk(pairs.other, 'new')] });
    expect(await check(renewed)).toEqual(refused(/not among those/));
    expect(keys.asked()).toBe(1);
    await pause(1_020);
    expect(await check(renewed)).toEqual(accepted);
    expect(await check(token)).toEqual(refused(/not among those/));
    expect(keys.asked()).toBe(2);
  });

  it('are fetched anew beside the checks when they grow old, and go on being used while that fails', async () => {
    const keys = await publish();
    const { check } = validator(keys.url, { refreshMs: 50, retryMs: 0, keepMs: 2_000 });
    expect(await check(token)).toEqual(accepted);
    await pause(60);
    keys.answer = (_request, response) => response.writeHead(500).end();
    expect(await check(token)).toEqual(accepted);
    await expect.poll(() => logged).toEqual([expect.stringMatching(/cannot be fetched: .*answered 500/)]);
    expect(await check(token)).toEqual(accepted);
    await pause(2_000);
    expect(await check(token)).toEqual(unknown(/answered 500/));
  });

  it.each<[string, RequestListener, RegExp]>([
    ['500', (_request, response) => response.writeHead(500).end('{"keys":[]}'), /answered 500 instead of 200/],
    ['a redirection', (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end(), /answered 302/],
    ['garbage', (_request, response) => response.end('<html>'), /no JSON Web Key Set/],
    ['JSON that is no key set', json({ keys: 'none' }), /no JSON Web Key Set/],
    ['null', json(null), /no JSON Web Key Set/],
    ['keys that are no objects', json({ keys: [null] }), /no JSON Web Key Set/],
    ['a huge set, announced', json({ keys: [], padding: 'x'.repeat(100_000) }), /reply of 100\d+ bytes; at most 65536/],
    [
      'a set without end',
      (_request, response) => {
        response.on('error', () => undefined);
        response.write('{"keys":[');
        const timer = setInterval(() => response.write('{},'.repeat(10_000)), 1);
        response.on('close', () => clearInterval(timer));
      },
      /more than 65536/,
    ],
    ['nothing', () => undefined, /no complete reply in 300 ms/],
    [
      'a few bytes and then nothing',
      (_request, response) => {
        response.write('{"keys":[');
      },
      /no complete reply in 300 ms/,
    ],
    ['a broken connection', (request) => request.socket.destroy(), /GET 127/],
  ])('may be answered by %s: tokens are then neither right nor wrong, and nobody asks again at once', async (_what, answer, why) => {
    const keys = await publish(answer);
    const { check } = validator(keys.url, { timeoutMs: 300, maxBytes: 65_536, retryMs: 60_000 });
    expect(await Promise.all([check(token), check(token)])).toEqual([unknown(why), unknown(why)]);
    const asked = keys.asked();
    expect(await check(token)).toEqual(unknown(why));
    expect(keys.asked()).toBe(asked);
    expect(logged).toEqual([expect.stringMatching(why)]);
    expect(logged.join()).not.toContain('hush');
  });

  it('may be had later', async () => {
    const keys = await publish((_request, response) => response.writeHead(503).end());
    const it = validator(keys.url, { retryMs: 1_000 });
    await it.prepare();
    expect(logged).toEqual([expect.stringMatching(/answered 503/)]);
    keys.answer = json(published);
    expect(await it.check(token)).toEqual(unknown(/503/));
    await pause(1_020);
    expect(await it.check(token)).toEqual(accepted);
  });
});
