import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettingsFile } from '@sccache-ts/core/host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSchedulerSettings, type SchedulerSettings } from './settings.js';

const key = Buffer.alloc(32, 7).toString('base64url');
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scheduler-settings-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string, name = 'scheduler.conf'): Promise<SchedulerSettings> {
  const file = join(folder, name);
  await writeFile(file, text);
  const document = await readSettingsFile(file);
  if (document === undefined) throw new Error('the file was just written');
  return decodeSchedulerSettings(document);
}
const conf = (client: string, server: string, top = '') =>
  `public_addr = "127.0.0.1:10600"\n${top}\n[client_auth]\n${client}\n[server_auth]\n${server}\n`;
const token = 'type = "token"\ntoken = "my client token"';
const open = 'type = "DANGEROUSLY_INSECURE"';

describe('scheduler.conf', () => {
  it('is read as sccache documents it', async () => {
    expect(await read(conf(token, `type = "jwt_hs256"\nsecret_key = "${key}"`))).toEqual({
      publicAddr: { host: '127.0.0.1', port: 10600, family: 4 },
      clientAuth: { kind: 'token', token: 'my client token' },
      serverAuth: { kind: 'jwt_hs256', secretKey: new Uint8Array(32).fill(7) },
      trustedProxies: ['127.0.0.1', '::1'],
      drainSeconds: 10,
      metricsAddr: undefined,
      logFormat: 'text',
    });
  });

  it.each<[string, string, unknown]>([
    [
      'jwt_validate',
      'audience = "a"\nissuer = "https://id.example/"\njwks_url = "https://id.example/keys?x=1"',
      { kind: 'jwt_validate', audience: 'a', issuer: 'https://id.example/', jwksUrl: 'https://id.example/keys?x=1' },
    ],
    ['proxy_token', 'url = "http://h"', { kind: 'proxy_token', url: 'http://h/', cacheSecs: 0 }],
    ['proxy_token', 'url = "http://h/me"\ncache_secs = 60', { kind: 'proxy_token', url: 'http://h/me', cacheSecs: 60 }],
    ['mozilla', 'required_groups = ["a"]', { kind: 'mozilla', requiredGroups: ['a'], userinfoUrl: 'https://auth.mozilla.auth0.com/userinfo' }],
    ['mozilla', 'required_groups = []\nuserinfo_url = "https://id.example/me"', { kind: 'mozilla', requiredGroups: [], userinfoUrl: 'https://id.example/me' }],
  ])('lets clients be checked by %s', async (type, keys, expected) => {
    expect((await read(conf(`type = "${type}"\n${keys}`, open))).clientAuth).toEqual(expected);
  });

  it('may be JSON', async () => {
    const json = { public_addr: '[::1]:1', client_auth: { type: 'DANGEROUSLY_INSECURE' }, server_auth: { type: 'token', token: 's' }, trusted_proxies: ['10.0.0.1'], drain_seconds: 3, metrics_addr: '127.0.0.1:9', log_format: 'json' };
    expect(await read(JSON.stringify(json), 'scheduler.json')).toEqual({
      publicAddr: { host: '::1', port: 1, family: 6 },
      clientAuth: { kind: 'DANGEROUSLY_INSECURE' },
      serverAuth: { kind: 'token', token: 's' },
      trustedProxies: ['10.0.0.1'],
      drainSeconds: 3,
      metricsAddr: { host: '127.0.0.1', port: 9, family: 4 },
      logFormat: 'json',
    });
  });

  it.each<[string, string, string, RegExp]>([
    ['a missing address', '[client_auth]\n', 'SETTINGS_INVALID', /public_addr: is missing/],
    ['a name for an address', conf(open, open).replace('127.0.0.1:10600', 'localhost:1'), 'SETTINGS_INVALID', /:1: public_addr: expected an IP address and port/],
    ['an unknown key', conf(open, open, 'trusted_proxy = []'), 'SETTINGS_UNKNOWN_KEY', /:2: unknown key trusted_proxy/],
    ['an unknown key of a token', conf(`${token}\ntokn = 1`, open), 'SETTINGS_UNKNOWN_KEY', /client_auth.tokn/],
    ['a short key', conf(open, 'type = "jwt_hs256"\nsecret_key = "bXkgc2VjcmV0"'), 'SETTINGS_INVALID', /server_auth.secret_key: the HS256 key has 12 characters/],
    ['a JWT without issuer', conf('type = "jwt_validate"\naudience = "a"\njwks_url = "http://h/"', open), 'SETTINGS_INVALID', /client_auth.issuer: is missing/],
    ['an empty audience', conf('type = "jwt_validate"\naudience = ""\nissuer = "i"\njwks_url = "http://h/"', open), 'SETTINGS_INVALID', /client_auth.audience: expected text that is not empty/],
    ['keys from a file', conf('type = "jwt_validate"\naudience = "a"\nissuer = "i"\njwks_url = "file:///k"', open), 'SETTINGS_INVALID', /client_auth.jwks_url: expected an address that begins with http/],
    ['a password in an address', conf('type = "proxy_token"\nurl = "https://u:p@h/"', open), 'SETTINGS_INVALID', /client_auth.url: expected .*without user and password \(the value is not shown\)$/],
    ['no groups', conf('type = "mozilla"', open), 'SETTINGS_INVALID', /client_auth.required_groups: is missing/],
    ['a bad number of seconds', conf('type = "proxy_token"\nurl = "https://h/"\ncache_secs = -1', open), 'SETTINGS_INVALID', /client_auth.cache_secs: expected a whole number/],
    ['a mistyped type', conf(open, 'type = "jwt_hs255"'), 'SETTINGS_INVALID', /server_auth.type: expected one of/],
    ['a proxy that is no address', conf(open, open, 'trusted_proxies = ["proxy"]'), 'SETTINGS_INVALID', /trusted_proxies\[0\]: expected an IP address/],
    ['broken TOML', 'public_addr = \n', 'SETTINGS_SYNTAX', /scheduler.conf:1:\d+: expected a value/],
  ])('refuses %s', async (_what, text, code, message) => {
    await expect(read(text)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});
