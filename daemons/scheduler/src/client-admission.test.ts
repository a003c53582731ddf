import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { logTo } from '@sccache-ts/core/base';
import { createHttpClient, type HttpClient } from '@sccache-ts/core/host';
import { routes, toolchainCodec } from '@sccache-ts/core/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runScheduler } from './run.js';
import type { ClientAuth } from './settings.js';

const nowMs = 1_800_000_000_000;
const clock = { now: 0, monotonicMs: () => clock.now, wallMs: () => nowMs };
const logged: string[] = [];
const log = logTo('info', (_level, line) => logged.push(line));
let http: HttpClient;
const closing: (() => Promise<void>)[] = [];

beforeEach(() => {
  clock.now = 0;
  logged.length = 0;
  http = createHttpClient();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await http.close();
});

interface Service {
  readonly origin: string;
  /** What each request brought as Authorization. */
  readonly asked: (string | undefined)[];
  answer: RequestListener;
}

async function serve(answer: RequestListener, port = 0): Promise<Service> {
  const asked: (string | undefined)[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    service.answer(request, response);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const service: Service = { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, answer };
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return service;
}
const status = (code: number): RequestListener => (_request, response) => response.writeHead(code).end('what the service says');

async function start(clientAuth: ClientAuth) {
  const scheduler = await runScheduler(
    { publicAddr: { host: '127.0.0.1', port: 0, family: 4 }, clientAuth, serverAuth: { kind: 'DANGEROUSLY_INSECURE' }, trustedProxies: [], drainSeconds: 1, metricsAddr: undefined, logFormat: 'text' },
    { clock, http, log },
  );
  closing.push(() => scheduler.close());
  /** Status, challenge and body of an attempt to get a build server; 200 says that there is none, but that it was allowed to ask. */
  return async (authorization?: string): Promise<[number, string | null, string]> => {
    const reply = await fetch(`http://127.0.0.1:${scheduler.address.port}${routes.allocJob}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', accept: 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      body: Uint8Array.from(toolchainCodec.encode({ archiveId: 'ab'.repeat(32) })),
    });
    const text = await reply.text();
    return [reply.status, reply.headers.get('www-authenticate'), reply.status === 200 ? '' : text];
  };
}

const letIn = [200, null, ''];
const refusedWith = (text: string) => [401, 'Bearer error="bearer_auth_failed"', text];

describe('jwt_validate', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] });
  const rules = (origin: string): ClientAuth => ({ kind: 'jwt_validate', audience: 'farm', issuer: 'me', jwksUrl: `${origin}/jwks` });
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  function token(change: Record<string, unknown> = {}): string {
    const signed = `${part({ alg: 'RS256', kid: 'k1' })}.${part({ aud: 'farm', iss: 'me', exp: nowMs / 1000 + 60, ...change })}`;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
  }
  const invalid = 'JWT could not be validated';

  it('lets the right token in, refuses others, and fetches the keys ahead of the first', async () => {
    const issuer = await serve((_request, response) => response.end(keys));
    const ask = await start(rules(issuer.origin));
    await expect.poll(() => issuer.asked.length).toBe(1);
    expect(await ask(`Bearer ${token()}`)).toEqual(letIn);
    expect(await ask(`Bearer ${token({ aud: 'other' })}`)).toEqual(refusedWith(invalid));
    expect(await ask(`Bearer ${token({ exp: nowMs / 1000 - 61 })}`)).toEqual(refusedWith(invalid));
    expect(await ask('Bearer dangerously_insecure_client')).toEqual(refusedWith(invalid));
    expect(await ask()).toEqual([401, 'Bearer error="no_bearer_auth"', '']);
    expect(issuer.asked).toEqual([undefined]);
    expect(logged.join('\n')).toMatch(/token of client 127.0.0.1 refused: its claim aud is not as it must be/);
    expect(logged.join('\n')).not.toContain(token().split('.')[2]);
  });

  it('starts without its keys, says so, and fails no compile for it', async () => {
    const gone = await serve(status(200));
    await closing.pop()?.();
    const ask = await start(rules(gone.origin));
    await expect.poll(() => logged.join('\n')).toMatch(/the keys that clients' tokens are checked with cannot be fetched: GET 127.0.0.1:\d+\/jwks: .*ECONNREFUSED/);
    expect(await ask(`Bearer ${token()}`)).toEqual([500, null, invalid]);
    expect(logged.join('\n')).toMatch(/token of client 127.0.0.1 could not be checked: GET/);
    expect(await ask('Bearer not.a.token')).toEqual(refusedWith(invalid));
  });
});

describe('proxy_token', () => {
  const failed = 'Validation with token forwarding failed';
  const askingAt = (service: Service, cacheSecs = 0) => start({ kind: 'proxy_token', url: `${service.origin}/me?x=1`, cacheSecs });

  it.each([200, 204, 299])('lets in whom the service answers %i', async (code) => {
    const service = await serve(status(code));
    const ask = await askingAt(service);
    expect(await ask('Bearer my token')).toEqual(letIn);
    expect(await ask('Bearer my token')).toEqual(letIn);
    expect(service.asked).toEqual(['Bearer my token', 'Bearer my token']);
  });

  it.each([302, 400, 401, 403, 404])('refuses whom it answers %i', async (code) => {
    const ask = await askingAt(await serve(status(code)), 60);
    expect(await ask('Bearer t')).toEqual(refusedWith(failed));
    expect(await ask()).toEqual([401, 'Bearer error="no_bearer_auth"', '']);
  });

  it.each([429, 500, 503])('fails no compile when it answers %i, and asks again', async (code) => {
    const service = await serve(status(code));
    const ask = await askingAt(service, 60);
    expect(await ask('Bearer t')).toEqual([500, null, failed]);
    service.answer = status(200);
    expect(await ask('Bearer t')).toEqual(letIn);
    expect(logged.join('\n')).toContain(`could not be checked: the service it was shown to answered ${code}`);
  });

  it('fails no compile when it does not answer, and leaves it alone for five seconds', async () => {
    const service = await serve(() => undefined);
    const ask = await askingAt(service);
    const started = performance.now();
    expect(await Promise.all([ask('Bearer t'), ask('Bearer u')])).toEqual([[500, null, failed], [500, null, failed]]);
    expect(performance.now() - started).toBeLessThan(8_000);
    service.answer = status(200);
    expect(await ask('Bearer t')).toEqual([500, null, failed]);
    expect(service.asked).toHaveLength(2);
    clock.now += 5_000;
    expect(await ask('Bearer t')).toEqual(letIn);
    expect(logged.join('\n')).toMatch(/could not be checked: GET 127.0.0.1:\d+\/me: no complete reply in 5000 ms/);
    expect(logged.join('\n')).toContain('did not answer a moment ago');
  });

  it('remembers a yes for cache_secs, and a no never', async () => {
    const service = await serve(status(401));
    const ask = await askingAt(service, 60);
    expect(await ask('Bearer t')).toEqual(refusedWith(failed));
    service.answer = status(200);
    expect(await ask('Bearer t')).toEqual(letIn);
    service.answer = status(401);
    clock.now = 59_999;
    expect(await ask('Bearer t')).toEqual(letIn);
    expect(await ask('Bearer T')).toEqual(refusedWith(failed));
    expect(service.asked).toEqual(['Bearer t', 'Bearer t', 'Bearer T']);
    clock.now = 60_000;
    expect(await ask('Bearer t')).toEqual(refusedWith(failed));
    expect(service.asked).toHaveLength(4);
  });

  it('asks once about a token that comes many times at a time', async () => {
    const held: (() => void)[] = [];
    const service = await serve((_request, response) => held.push(() => response.writeHead(200).end()));
    const ask = await askingAt(service);
    const all = Promise.all([...Array.from({ length: 10 }, () => ask('Bearer t')), ask('Bearer other')]);
    await expect.poll(() => held.length).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const release of held) release();
    expect(await all).toEqual(Array.from({ length: 11 }, () => letIn));
    expect([...service.asked].sort()).toEqual(['Bearer other', 'Bearer t']);
  });

  it('refuses a token that it could not send on', async () => {
    const service = await serve(status(200));
    const ask = await askingAt(service);
    expect(await ask('Bearer t\u00fc')).toEqual(refusedWith(failed));
    expect(service.asked).toEqual([]);
  });
});

describe('mozilla', () => {
  const failed = 'Validation with Mozilla login failed';
  const claim = 'https://sso.mozilla.com/claim/groups';
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = (change: object = {}) => `${part({ alg: 'RS256' })}.${part({ sub: 'me', exp: nowMs / 1000 + 3600, ...change })}.c2ln`;
  const profile = (groups: unknown): RequestListener => (_request, response) => response.end(JSON.stringify({ sub: 'me', [claim]: groups }));
  const askingAt = (service: Service) => start({ kind: 'mozilla', requiredGroups: ['builders'], userinfoUrl: `${service.origin}/userinfo` });

  it('lets in who is in all groups, and asks again after a quarter of an hour', async () => {
    const service = await serve(profile(['others', 'builders']));
    const ask = await askingAt(service);
    expect(await ask(`Bearer ${token()}`)).toEqual(letIn);
    service.answer = profile([]);
    clock.now = 15 * 60_000 - 1;
    expect(await ask(`Bearer ${token()}`)).toEqual(letIn);
    expect(service.asked).toEqual([`Bearer ${token()}`]);
    clock.now = 15 * 60_000;
    expect(await ask(`Bearer ${token()}`)).toEqual(refusedWith(failed));
    expect(logged.join('\n')).toContain('its owner is not in a group of required_groups');
  });

  it('refuses expired, foreign and strange tokens, and asks nobody about those that say so themselves', async () => {
    const service = await serve(profile(['builders']));
    const ask = await askingAt(service);
    expect(await ask(`Bearer ${token({ exp: nowMs / 1000 })}`)).toEqual(refusedWith(failed));
    expect(await ask('Bearer dangerously_insecure_client')).toEqual(refusedWith(failed));
    expect(service.asked).toEqual([]);
    expect(await ask(`Bearer ${token({ sub: 'you' })}`)).toEqual(refusedWith(failed));
    service.answer = status(401);
    expect(await ask(`Bearer ${token()}`)).toEqual(refusedWith(failed));
  });

  it('fails no compile when nobody can tell', async () => {
    const service = await serve((_request, response) => response.end('<h1>proxy</h1>'));
    const ask = await askingAt(service);
    expect(await ask(`Bearer ${token()}`)).toEqual([500, null, failed]);
    service.answer = status(500);
    expect(await ask(`Bearer ${token()}`)).toEqual([500, null, failed]);
  });
});

describe('many wrong tokens', () => {
  it('are not looked at any more after ten, while a right one goes on working', async () => {
    const ask = await start({ kind: 'token', token: 'right' });
    expect(await ask('Bearer right')).toEqual(letIn);
    for (let i = 0; i < 10; i++) expect(await ask(`Bearer wrong ${i}`)).toEqual(refusedWith('Fixed token mismatch'));
    expect(await ask('Bearer wrong')).toEqual([500, null, 'Too many failed logins, wait a minute']);
    expect(await ask('Bearer right')).toEqual(letIn);
    expect(logged.at(-1)).toContain('token of client 127.0.0.1 not looked at: too many wrong ones came from there');
    clock.now += 6_000;
    expect(await ask('Bearer wrong')).toEqual(refusedWith('Fixed token mismatch'));
    expect(logged.join()).not.toMatch(/wrong \d|Bearer/);
  });

  it('of build servers neither', async () => {
    const scheduler = await runScheduler(
      { publicAddr: { host: '127.0.0.1', port: 0, family: 4 }, clientAuth: { kind: 'DANGEROUSLY_INSECURE' }, serverAuth: { kind: 'token', token: 'right' }, trustedProxies: [], drainSeconds: 1, metricsAddr: undefined, logFormat: 'text' },
      { clock, http, log },
    );
    closing.push(() => scheduler.close());
    const beat = async (secret: string): Promise<number> => {
      const headers = { 'content-type': 'application/octet-stream', authorization: `Bearer 127.0.0.1:1 ${secret}` };
      return (await fetch(`http://127.0.0.1:${scheduler.address.port}${routes.heartbeat}`, { method: 'POST', headers, body: 'no heartbeat' })).status;
    };
    expect(await beat('right')).toBe(400);
    for (let i = 0; i < 10; i++) expect(await beat(`wrong ${i}`)).toBe(401);
    expect([await beat('wrong'), await beat('right')]).toEqual([500, 400]);
  });
});
