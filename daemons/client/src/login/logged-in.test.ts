import { logTo } from '@sccache-ts/core/base';
import { expect, it } from 'vitest';
import type { ClientDistribution } from '../services.js';
import type { LoginSettings } from '../settings-shape.js';
import { loggedIn } from './logged-in.js';

const worked = { kind: 'home', reason: 'asked', server: undefined, fault: undefined } as const;
const distribution: ClientDistribution = { compile: () => Promise.resolve(worked), status: () => Promise.resolve('status'), close: () => Promise.resolve() };
const auth = (kept: LoginSettings['kept']): LoginSettings => ({
  kind: 'login',
  flow: { kind: 'oauth2_implicit', clientId: 'c', authUrl: 'https://id.example/a' },
  places: { cachedConfig: '/c', notes: '/n' },
  kept,
});
type Job = Parameters<ClientDistribution['compile']>[0];
const job = {} as Job;

it('lets compiles go until the login ends, and says once that it has', async () => {
  let nowMs = 0;
  const said: string[] = [];
  const log = logTo('info', (_level, line) => void said.push(line));
  const coat = loggedIn(distribution, { auth: auth({ token: 't', life: { obtainedAt: 0, expiresAt: 1000 } }), schedulerUrl: 'http://h/', log, nowMs: () => nowMs });
  expect([await coat.compile(job), await coat.status(), said]).toEqual([worked, 'status', []]);
  nowMs = 1000;
  for (const _ of [1, 2, 3]) expect(await coat.compile(job)).toMatchObject({ kind: 'home', reason: 'nobody is logged in: sccache-ts --dist-auth' });
  expect(await coat.status()).toEqual({ NotConnected: ['http://h/', 'enabled, auth not configured'] });
  expect(said).toEqual(['the login at id.example has expired (1970-01-01 00:00 UTC), so nothing is distributed: run `sccache-ts --dist-auth`']);
});

it('leaves it to the settings to say that nobody is logged in', async () => {
  const said: string[] = [];
  const coat = loggedIn(distribution, { auth: auth(undefined), schedulerUrl: 'http://h/', log: logTo('info', (_level, line) => void said.push(line)), nowMs: () => 0 });
  expect(await coat.compile(job)).toMatchObject({ kind: 'home' });
  expect(said).toEqual([]);
});

it('asks when nobody knows how long a token holds', async () => {
  const coat = loggedIn(distribution, { auth: auth({ token: 't', life: undefined }), schedulerUrl: 'http://h/', log: logTo('off', () => undefined), nowMs: () => 1e15 });
  expect(await coat.compile(job)).toBe(worked);
});
