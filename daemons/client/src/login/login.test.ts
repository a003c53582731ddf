import { request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { isFault } from '@sccache-ts/core/base';
import { createHttpClient, type HttpClient } from '@sccache-ts/core/host';
import { comeBack, freePort, type IdentityPlan, type IdentityProvider, logInByHand, openIdentityProvider, type Visited } from '@sccache-ts/fixtures';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Granted, LoginFlow } from './authorisation.js';
import { logIn } from './login.js';

let provider: IdentityProvider;
let http: HttpClient;
let said: string;
let complained: string;

beforeAll(async () => {
  provider = await openIdentityProvider();
});
afterAll(() => provider.close());
beforeEach(() => {
  provider.reset();
  asked = provider.asked.length;
  http = createHttpClient();
  said = complained = '';
});
afterEach(() => http.close());

let asked = 0;
/** How often the token endpoint was asked in this test. */
const exchanges = (): number => provider.asked.slice(asked).filter((it) => it === 'POST /token').length;

const flowOf = (kind: LoginFlow['kind']): LoginFlow => {
  const { clientId, authUrl, tokenUrl } = provider;
  return kind === 'oauth2_implicit' ? { kind, clientId, authUrl } : { kind, clientId, authUrl, tokenUrl };
};

interface Attempt {
  readonly page: string;
  readonly outcome: Promise<Granted | string>;
}

async function begin(kind: LoginFlow['kind'], change: { readonly patienceMs?: number } = {}): Promise<Attempt> {
  const port = await freePort();
  const outcome = logIn(flowOf(kind), { http, ports: [port], print: (text) => (said += text), complain: (text) => (complained += text), ...change }).catch((thrown: unknown) => {
    if (isFault(thrown)) return `${thrown.code}: ${thrown.message}`;
    throw thrown;
  });
  await expect.poll(() => said).toContain('in your browser');
  return { page: `http://localhost:${port}`, outcome };
}

async function whole(kind: LoginFlow['kind'], plan: IdentityPlan): Promise<{ visited: Visited; outcome: Granted | string }> {
  Object.assign(provider.plan, plan);
  const { page, outcome } = await begin(kind);
  const visited = await logInByHand(page);
  return { visited, outcome: await outcome };
}

describe.each(['oauth2_code_grant_pkce', 'oauth2_implicit'] as const)('%s', (kind) => {
  it('gives a token, and says where to go in sccache’s words', async () => {
    const { visited, outcome } = await whole(kind, { expiresIn: 7200 });
    expect(outcome).toMatchObject({ expiresInSeconds: 7200, token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as unknown });
    expect(visited.status).toBe(200);
    expect(said).toMatch(/^sccache: Please visit http:\/\/localhost:\d+ in your browser\n$/);
    expect(complained).toBe('');
  });

  it('is refused by the provider', async () => {
    const { visited, outcome } = await whole(kind, { redirect: 'denied' });
    expect(outcome).toBe('LOGIN_FAILED: the login was refused: access_denied: not on the \u0020[31mlist');
    expect(visited.status).toBe(502);
  });

  it.each(['wrong-state', 'no-state', 'twice-state'] as const)('does not believe a visitor with %s, and goes on', async (redirect) => {
    provider.plan.redirect = redirect;
    const { page, outcome } = await begin(kind);
    expect(await logInByHand(page)).toMatchObject({ status: 400, text: expect.stringContaining('does not carry the state of this login') as unknown });
    expect(complained).toMatch(/^sccache: a visitor of \/(redirect|save_auth) was sent away/);
    expect(exchanges()).toBe(0);
    provider.plan.redirect = 'right';
    expect((await logInByHand(page)).status).toBe(200);
    expect(await outcome).toMatchObject({ expiresInSeconds: 3600 });
  });

  it('gives up when nobody comes', async () => {
    const { outcome, page } = await begin(kind, { patienceMs: 200 });
    expect(await outcome).toBe('LOGIN_FAILED: nobody has logged in for 0 minutes');
    await expect(fetch(page)).rejects.toThrow();
  });
});

describe('the code', () => {
  it.each([
    [{ token: '500' }, 'the login provider did not give a token: the provider answered 500 server_error'],
    [{ token: 'not-json' }, 'the login provider did not give a token: the provider answered something else than JSON'],
    [{ token: 'no-token' }, 'the login provider did not give a token: the provider sent no access_token'],
    [{ token: 'empty' }, 'the login provider did not give a token: the provider sent no access_token'],
    [{ token: 'other-type' }, 'the login provider did not give a token: the provider sent a token of another type than bearer'],
    [{ token: 'strange-token' }, 'the login provider did not give a token: the provider sent an access_token that no header field can carry'],
    [{ redirect: 'no-code' }, 'the login was refused: the provider sent no code'],
  ] as const)('%j', async (plan, message) => {
    const { visited, outcome } = await whole('oauth2_code_grant_pkce', plan);
    expect(outcome).toBe(`LOGIN_FAILED: ${message}`);
    expect(visited.status).toBe(502);
  });

  it.each(['form', 'json', 'any'] as const)('is handed in to a provider that takes %s', async (tokenRequests) => {
    const { outcome } = await whole('oauth2_code_grant_pkce', { tokenRequests });
    expect(outcome).toMatchObject({ expiresInSeconds: 3600 });
    expect(exchanges()).toBe(tokenRequests === 'form' ? 2 : 1);
  });

  it('that was used before is refused, in the first form', async () => {
    await whole('oauth2_code_grant_pkce', {});
    said = '';
    const { outcome } = await whole('oauth2_code_grant_pkce', { redirect: 'replayed-code' });
    expect(outcome).toBe('LOGIN_FAILED: the login provider did not give a token: the provider answered 400 invalid_grant: the code is not good');
    expect(exchanges()).toBe(2);
  });

  it('that comes twice is taken once, even while the provider is slow', async () => {
    provider.plan.slowMs = 300;
    const { page, outcome } = await begin('oauth2_code_grant_pkce');
    const first = logInByHand(page);
    await expect.poll(exchanges).toBe(1);
    // Whoever saw the address in the history of the browser.
    const state = new URL((await (await fetch(`${page}/auth_detail.json`)).json()) as string).searchParams.get('state');
    expect(await comeBack(`${page}/redirect?code=other&state=${state}`)).toMatchObject({ status: 409 });
    expect((await first).status).toBe(200);
    expect(await outcome).toMatchObject({ expiresInSeconds: 3600 });
    expect(exchanges()).toBe(1);
  });

  it('and the verifier are in no message', async () => {
    const { visited, outcome } = await whole('oauth2_code_grant_pkce', { token: '500' });
    const code = new URL(visited.location).searchParams.get('code') ?? '';
    expect(code).not.toBe('');
    expect(`${said}${complained}${JSON.stringify(outcome)}${visited.text}`).not.toContain(code);
  });
});

function get(port: number, host: string, path = '/auth_detail.json'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers: { host } }, (reply) => resolve(reply.resume().statusCode)).on('error', reject).end();
  });
}

describe('the page', () => {
  it('answers no page of another name that leads here, and nothing but its own', async () => {
    const { page, outcome } = await begin('oauth2_code_grant_pkce', { patienceMs: 1_500 });
    const port = Number(new URL(page).port);
    expect(await get(port, `evil.example:${port}`)).toBe(404);
    expect(await get(port, `localhost:${port}`)).toBe(200);
    expect(await get(port, `127.0.0.1:${port}`)).toBe(200);
    expect(await get(port, `localhost:${port}`, '/other')).toBe(404);
    expect((await fetch(`${page}/save_auth?access_token=x`, { method: 'POST' })).status).toBe(404);
    const headers = (await fetch(page)).headers;
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'sha256-/);
    expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer']);
    expect(await outcome).toContain('LOGIN_FAILED');
  });

  it('takes the next port when one is taken, on either loopback, and says so when all are', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const [free, patienceMs] = [await freePort(), 100];
    const ports = { http, print: (text: string) => (said += text), complain: () => undefined, patienceMs };
    await expect(logIn(flowOf('oauth2_implicit'), { ...ports, ports: [port, free] })).rejects.toMatchObject({ code: 'LOGIN_FAILED' });
    expect(said).toContain(`http://localhost:${free} `);
    await expect(logIn(flowOf('oauth2_implicit'), { ...ports, ports: [port] })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    await new Promise((resolve) => taken.close(resolve));
  });
});
