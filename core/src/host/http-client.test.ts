import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { isFault } from '../base/index.js';
import { type Certificate, makeCertificate } from './certificate.js';
import { createHttpClient, type HttpClient, type HttpRequest } from './http-client.js';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function client(): HttpClient {
  const made = createHttpClient({ connectTimeoutMs: 2_000 });
  closers.push(() => made.close());
  return made;
}

async function listening(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

interface Served {
  readonly url: string;
  readonly port: number;
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

async function serve(handle: RequestListener, options: { tls?: Certificate; port?: number } = {}): Promise<Served> {
  const { tls, port = 0 } = options;
  const server = tls === undefined ? createServer(handle) : createTlsServer({ key: tls.keyPem, cert: tls.certPem }, handle);
  let connections = 0;
  server.on(tls === undefined ? 'connection' : 'secureConnection', () => connections++);
  const bound = await listening(server, port);
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  closers.push(stop);
  return { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${bound}`, port: bound, connections: () => connections, stop };
}

const certificate = (): Promise<Certificate> => makeCertificate({ serverId: '127.0.0.1:1', validFromMs: Date.now(), days: 1 });
const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'GET', url, timeoutMs: 5_000, maxReply: 1_000_000, ...more });
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => 'no fault', (thrown: unknown) => (isFault(thrown) ? thrown.code : thrown));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** Answers with what it was sent. */
const echo: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.setHeader('x-length', request.headers['content-length'] ?? request.headers['transfer-encoding'] ?? 'none');
    response.end(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`);
  });
};

describe('requests', () => {
  it('send bytes with their length, streams in chunks, and give any status back', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/missing') response.statusCode = 404;
      echo(request, response);
    });
    const http = client();
    const bytes = await http.request(get(`${url}/a?b=c`, { method: 'POST', body: Buffer.from('hello') }));
    expect([text(bytes.body), bytes.headers['x-length']]).toEqual(['POST /a?b=c hello', '5']);
    const stream = await http.request(get(`${url}/s`, { method: 'POST', body: Readable.from([Buffer.from('one'), Buffer.from('two')]) }));
    expect([text(stream.body), stream.headers['x-length']]).toEqual(['POST /s onetwo', 'chunked']);
    expect((await http.request(get(`${url}/missing`))).status).toBe(404);
  });

  it('reuse the connection', async () => {
    const tls = await certificate();
    const served = await serve(echo, { tls });
    const http = client();
    for (let i = 0; i < 10; i++) await http.request(get(`${served.url}/${i}`, { ca: tls.certPem }));
    // The pool may open a second one when the next request comes in the very moment in which the first reply ends.
    expect(served.connections()).toBeLessThanOrEqual(2);
  });

  it('are repeated once when a kept connection was closed meanwhile, and only when that does no harm', async () => {
    let asked = 0;
    const served = await serve((request, response) => {
      asked++;
      if (asked === 2 || asked === 4) request.socket.destroy();
      else echo(request, response);
    });
    const http = client();
    await http.request(get(served.url));
    expect((await http.request(get(served.url))).status).toBe(200);
    expect(await codeOf(http.request(get(served.url, { method: 'POST', body: Buffer.from('x') })))).toBe('HTTP_UNREACHABLE');
    expect(asked).toBe(4);
  });
});

describe('pinned certificates', () => {
  it('let nobody else in, though he shows a valid certificate for the same name', async () => {
    const [mine, other] = await Promise.all([certificate(), certificate()]);
    let asked = 0;
    const served = await serve((request, response) => {
      asked++;
      echo(request, response);
    }, { tls: other });
    expect(await codeOf(client().request(get(served.url, { ca: mine.certPem })))).toBe('HTTP_UNREACHABLE');
    expect(asked).toBe(0);
  });

  it('are needed: an unknown certificate is refused', async () => {
    const served = await serve(echo, { tls: await certificate() });
    expect(await codeOf(client().request(get(served.url)))).toBe('HTTP_UNREACHABLE');
  });

  it('rotate when the server is restarted at the same address', async () => {
    const [first, second] = await Promise.all([certificate(), certificate()]);
    const before = await serve(echo, { tls: first });
    const http = client();
    await http.request(get(before.url, { ca: first.certPem }));
    await before.stop();
    const after = await serve(echo, { tls: second, port: before.port });
    expect(await codeOf(http.request(get(after.url, { ca: first.certPem })))).toBe('HTTP_UNREACHABLE');
    expect((await http.request(get(after.url, { ca: second.certPem }))).status).toBe(200);
  });

  it('hold also when the certificate is out of date, since clocks differ', async () => {
    const old = await makeCertificate({ serverId: '127.0.0.1:1', validFromMs: Date.now() - 10 * 86_400_000, days: 1 });
    const served = await serve(echo, { tls: old });
    expect((await client().request(get(served.url, { ca: old.certPem }))).status).toBe(200);
  });
});

describe('bad servers', () => {
  it.each([
    ['never answers', (): void => undefined],
    ['stops in the middle', ((_request, response) => void response.write('half')) as RequestListener],
    ['drips for ever', ((_request, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    }) as RequestListener],
  ])('one that %s costs no more than the deadline', async (_name, handle) => {
    const { url } = await serve(handle);
    const from = Date.now();
    expect(await codeOf(client().request(get(url, { timeoutMs: 300 })))).toBe('HTTP_TIMEOUT');
    expect(Date.now() - from).toBeLessThan(1_500);
  });

  it.each([
    ['announces', ((_request, response) => {
      response.setHeader('content-length', '5000000000');
      response.write('x');
    }) as RequestListener],
    ['sends', ((_request, response) => {
      const more = (): void => {
        while (response.writable && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    }) as RequestListener],
  ])('one that %s too much is cut off', async (_name, handle) => {
    const { url } = await serve(handle);
    expect(await codeOf(client().request(get(url, { maxReply: 100_000 })))).toBe('WIRE_TOO_LARGE');
  });

  it('one that dies in the middle of the reply is unreachable', async () => {
    const { url } = await serve((request, response) => {
      response.setHeader('content-length', '100');
      response.write('half');
      setTimeout(() => request.socket.destroy(), 20);
    });
    expect(await codeOf(client().request(get(url)))).toBe('HTTP_UNREACHABLE');
  });

  it('one that speaks something else is unreachable, and so is one that is not there', async () => {
    const babble = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('SSH-2.0-OpenSSH\r\n');
    });
    const port = await listening(babble);
    closers.push(() => void babble.close());
    expect(await codeOf(client().request(get(`http://127.0.0.1:${port}`)))).toBe('HTTP_UNREACHABLE');
    const gone = await serve(echo);
    await gone.stop();
    expect(await codeOf(client().request(get(gone.url)))).toBe('HTTP_UNREACHABLE');
  });

  it('name the host and the path, but neither query nor token', async () => {
    const gone = await serve(echo);
    await gone.stop();
    const thrown = await client().request(get(`${gone.url}/path?secret=1`, { headers: { authorization: 'Bearer hush' } })).catch(String);
    expect(thrown).toContain(`127.0.0.1:${gone.port}/path`);
    expect(thrown).not.toMatch(/secret|hush/);
  });
});

describe('ending', () => {
  it('a cancelled request ends at once, and the server sees it', async () => {
    let sawClose = (): void => undefined;
    const closed = new Promise<void>((resolve) => (sawClose = resolve));
    const { url } = await serve((_request, response) => void response.on('close', sawClose));
    const cancel = new AbortController();
    const pending = codeOf(client().request(get(url, { signal: cancel.signal })));
    setTimeout(() => cancel.abort(), 50);
    expect(await pending).toBe('CANCELLED');
    await closed;
  });

  it('a closed client refuses', async () => {
    const { url } = await serve(echo);
    const http = createHttpClient();
    await http.request(get(url));
    await http.close();
    expect(await codeOf(http.request(get(url)))).toBe('CANCELLED');
  });
});
