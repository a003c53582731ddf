import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from './certificate.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'certificate-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const now = Date.UTC(2026, 4, 6, 7, 8, 9);

describe.each(['ec', 'rsa'] as const)('makeCertificate with %s', (key) => {
  it.each([
    ['127.0.0.1:10501', 'IP Address:127.0.0.1'],
    ['[2001:db8::7]:443', 'IP Address:2001:DB8:0:0:0:0:0:7'],
  ])('speaks of %s in a way that openssl reads and verifies', async (serverId, san) => {
    const made = await makeCertificate({ serverId, validFromMs: now, days: 365, key });
    const file = join(folder, 'cert.pem');
    writeFileSync(file, made.certPem);
    const text = execFileSync('openssl', ['x509', '-in', file, '-noout', '-text'], { encoding: 'utf8' });
    expect(text).toContain('Version: 3 (0x2)');
    expect(text).toContain(`Issuer: CN = ${serverId}`);
    expect(text).toContain(`Subject: CN = ${serverId}`);
    expect(text).toContain(san);
    expect(text).toContain('TLS Web Server Authentication');
    expect(text).not.toContain('Basic Constraints');
    expect(text).toContain('Not Before: May  6 06:08:09 2026 GMT');
    expect(text).toContain('Not After : May  6 07:08:09 2027 GMT');
    expect(execFileSync('openssl', ['verify', '-attime', String(now / 1000), '-purpose', 'sslserver', '-CAfile', file, file], { encoding: 'utf8' })).toContain('OK');
    const certificate = new X509Certificate(made.certPem);
    expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
    expect(certificate.raw.equals(made.certDer)).toBe(true);
    expect(createHash('sha256').update(certificate.raw).digest().equals(made.digest)).toBe(true);
  });
});

describe('a handshake', () => {
  it.each(['127.0.0.1', '::1'])('succeeds with %s for who trusts it, and for nobody else', async (host) => {
    const serverId = host.includes(':') ? `[${host}]:1` : `${host}:1`;
    const made = await makeCertificate({ serverId, validFromMs: Date.now(), days: 1 });
    const other = await makeCertificate({ serverId, validFromMs: Date.now(), days: 1 });
    const server = createServer({ key: made.keyPem, cert: made.certPem }, (socket) => {
      socket.on('error', () => undefined);
      socket.end('hello');
    });
    await new Promise<void>((resolve) => void server.listen(0, host, resolve));
    const { port } = server.address() as AddressInfo;
    const greet = (ca: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect({ socket: connectPlain(port, host), host, ca });
        let text = '';
        socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        socket.on('end', () => resolve(text)).on('error', reject);
      });
    await expect(greet(made.certPem)).resolves.toBe('hello');
    await expect(greet(other.certPem)).rejects.toThrow();
    await new Promise((resolve) => server.close(resolve));
  });
});

it('writes years from 2050 on in the long form', async () => {
  const made = await makeCertificate({ serverId: '10.0.0.1:1', validFromMs: Date.UTC(2049, 11, 31, 12), days: 2 });
  const { validFrom, validTo } = new X509Certificate(made.certPem);
  expect(validFrom).toBe('Dec 31 11:00:00 2049 GMT');
  expect(validTo).toBe('Jan  2 12:00:00 2050 GMT');
});

it('refuses a name in place of an address', async () => {
  await expect(makeCertificate({ serverId: 'localhost:1', validFromMs: now, days: 1 })).rejects.toMatchObject({ code: 'ADDRESS_INVALID' });
});
