import { createPublicKey, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { silentLog } from '../base/index.js';
import { makeCertificate } from './certificate.js';
import { createHttpClient } from './http-client.js';
import { serveHttp } from './http-server.js';
import { derivedPrivateKey, pinOf, pinOfKey } from './pinned-key.js';

const secret = new Uint8Array(32).fill(7);

it('gives the same key for the same secret and purpose, and certificates of it the same pin', async () => {
  const key = derivedPrivateKey(secret, 'a');
  expect(pinOfKey(key)).toMatch(/^[0-9a-f]{64}$/);
  expect([pinOfKey(derivedPrivateKey(secret, 'a')), pinOfKey(createPublicKey(key))]).toEqual([pinOfKey(key), pinOfKey(key)]);
  expect(pinOfKey(derivedPrivateKey(secret, 'b'))).not.toBe(pinOfKey(key));
  const request = { serverId: '127.0.0.1:1', validFromMs: Date.now(), days: 1, privateKey: key };
  const [one, two] = [await makeCertificate(request), await makeCertificate(request)];
  expect(one.certPem).not.toBe(two.certPem);
  expect([pinOf(one.certPem), pinOf(new X509Certificate(two.certPem))]).toEqual([pinOfKey(key), pinOfKey(key)]);
});

it('is what a client holds a server to, whatever the name and the dates', async () => {
  const privateKey = derivedPrivateKey(secret, 'a');
  const old = await makeCertificate({ serverId: '10.9.8.7:1', validFromMs: Date.now() - 100 * 86_400_000, days: 1, privateKey });
  const route = { method: 'GET', pattern: '/', handle: () => Promise.resolve({ status: 204 }) } as const;
  const server = await serveHttp({ routes: [route], host: '127.0.0.1', port: 0, tls: { key: old.keyPem, cert: old.certPem }, trustedProxies: [], log: silentLog });
  const http = createHttpClient();
  const get = (url: string, pin?: string) => http.request({ method: 'GET', url, timeoutMs: 5_000, maxReply: 10, ...(pin === undefined ? {} : { pin }) }).then(({ status }) => status, (thrown: Error) => thrown.message);
  const url = `https://127.0.0.1:${server.port}/`;
  try {
    expect(await get(url, pinOfKey(privateKey))).toBe(204);
    expect(await get(url, 'ab'.repeat(32))).toContain('shows another certificate than the one it announced');
    expect(await get(url)).toMatch(/self[- ]signed|certificate/);
    expect(await get(url.replace('https', 'http'), pinOfKey(privateKey))).toContain('but the address is not https');
  } finally {
    await http.close();
    await server.close();
  }
});
