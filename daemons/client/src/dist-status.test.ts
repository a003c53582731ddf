import type { HttpClient, HttpReply } from '@sccache-ts/core/host';
import { schedulerStatusCodec } from '@sccache-ts/core/wire';
import { Fault } from '@sccache-ts/core/base';
import { describe, expect, it } from 'vitest';
import { type DistStatusJson, distStatus } from './dist-status.js';
import { loadClientSettings } from './settings.js';
import type { ClientSettings, DistSettings } from './settings-shape.js';

const url = 'http://scheduler:10600/';
const dist: DistSettings = { schedulerUrl: url, auth: { kind: 'token', token: 't' }, cacheDir: '/c', toolchainCacheBytes: 1, rewriteIncludesOnly: false, toolchains: [] };
const settings = async (given: DistSettings | undefined): Promise<ClientSettings> => ({
  ...(await loadClientSettings({ env: {}, home: '/nobody', platform: 'linux' })),
  dist: given,
});

const asked: string[] = [];
function http(answer: () => Promise<HttpReply>): HttpClient {
  return { request: (request) => (asked.push(`${request.method} ${request.url}`), answer()), close: () => Promise.resolve() };
}
const body = schedulerStatusCodec.encode({ numServers: 3, numCpus: 56, inProgress: 24 });
const reply = (status: number, bytes: Uint8Array): HttpClient => http(() => Promise.resolve({ status, headers: {}, body: bytes }));

describe('distStatus', () => {
  it.each<[string, DistSettings | undefined, HttpClient, DistStatusJson]>([
    ['no scheduler', undefined, reply(200, body), { Disabled: 'disabled' }],
    ['a login that is not available', { ...dist, auth: { kind: 'unavailable', type: 'mozilla' } }, reply(200, body), { NotConnected: [url, 'enabled, auth not configured'] }],
    ['all well', dist, reply(200, body), { SchedulerStatus: [url, { num_servers: 3, num_cpus: 56, in_progress: 24 }] }],
    ['an error', dist, reply(500, body), { NotConnected: [url, 'could not communicate with scheduler'] }],
    ['nonsense', dist, reply(200, Uint8Array.of(1, 2)), { NotConnected: [url, 'could not communicate with scheduler'] }],
    ['nobody there', dist, http(() => Promise.reject(new Fault('HTTP_UNREACHABLE', 'x'))), { NotConnected: [url, 'could not communicate with scheduler'] }],
  ])('%s', async (_name, given, client, expected) => {
    expect(await distStatus(await settings(given), client)).toEqual(expected);
  });

  it('asks where sccache’s scheduler answers', () => expect(asked).toContain('GET http://scheduler:10600/api/v1/scheduler/status'));
});
