import { connect as tlsConnect } from 'node:tls';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Fault, isFault, type Log, silentLog } from '../base/index.js';
import { jobStateCodec, schedulerStatusCodec, toolchainCodec } from '../wire/index.js';
import { makeCertificate } from './certificate.js';
import { type Call, type Reply, type Route, loopbackProxies } from './http-server-call.js';
import { answeredWith, errorReply, okReply, readMessage } from './http-server-reply.js';
import { type HttpServer, type ServeOptions, serveHttp } from './http-server.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const route = (method: Route['method'], pattern: string, handle: (call: Call) => Promise<Reply>): Route => ({ method, pattern, handle });
const text = (said: string): Reply => ({ status: 200, body: Buffer.from(said) });

async function serve(routes: readonly Route[], options: Partial<ServeOptions> = {}): Promise<HttpServer> {
  const server = await serveHttp({ routes, host: '127.0.0.1', port: 0, trustedProxies: loopbackProxies, log: silentLog, ...options });
  ends.push(server.close);
  return server;
}

interface Peer {
  readonly socket: Socket;
  readonly said: () => string;
  /** Resolves when the server has closed. */
  readonly closed: Promise<string>;
}

function peer(server: HttpServer, ...pieces: readonly string[]): Peer {
  const socket = connect({ host: server.host, port: server.port, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  const said = (): string => Buffer.concat(chunks).toString('latin1');
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => {
    const finish = (): void => {
      socket.destroy();
      resolve(said());
    };
    socket.on('end', finish).on('close', finish);
  });
  for (const piece of pieces) socket.write(piece, 'latin1');
  return { socket, said, closed };
}

const until = async (what: () => boolean): Promise<void> => {
  for (let round = 0; round < 500 && !what(); round++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(what()).toBe(true);
};

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 ([0-9]{3}) /.exec(answer)?.[1]);
const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4);

describe('routes', () => {
  const echo = route('POST', '/api/job_state/:job/:rest', (call) => Promise.resolve(text(JSON.stringify(call.params))));

  it.each([
    ['POST /api/job_state/7/x', 200, '{"job":"7","rest":"x"}'],
    ['POST /api/job_state/7/x?query=1', 200, '{"job":"7","rest":"x"}'],
    ['POST /api/job_state/127.0.0.1:5/%5B::1%5D%3A5%2F', 200, '{"job":"127.0.0.1:5","rest":"[::1]:5/"}'],
    ['POST /api/job_state/7/%zz', 404, ''],
    ['POST /api/job_state/7/', 404, ''],
    ['POST /api/job_state/7', 404, ''],
    ['POST /api/job_state/7/x/', 404, ''],
    ['GET /api/job_state/7/x', 404, ''],
    ['PUT /api/job_state/7/x', 404, ''],
    ['POST http://elsewhere/api/job_state/7/x', 404, ''],
    ['POST *', 404, ''],
  ])('%s → %i', async (line, status, body) => {
    const server = await serve([echo]);
    const answer = await peer(server, `${line} HTTP/1.1\r\nConnection: close\r\n\r\n`).closed;
    expect(statusOf(answer)).toBe(status);
    expect(bodyOf(answer)).toBe(body);
    expect(answer).toMatch(new RegExp(`content-length: ${body.length}\r\n`, 'i'));
  });
});

describe('replies', () => {
  const status = { numServers: 1, numCpus: 2, inProgress: 0 };
  const routes = [
    route('GET', '/status', (call) => Promise.resolve(okReply(schedulerStatusCodec, status, call))),
    route('GET', '/parts', () => Promise.resolve({ status: 200, body: [Buffer.from('a'), Buffer.from('bc')] })),
    route('GET', '/fault', () => Promise.reject(new Fault('SANDBOX_FAILED', 'outermost', { cause: new Error('inner') }))),
    route('GET', '/refused', () => Promise.reject(new Fault('AUTH_REFUSED', 'not you'))),
    route('GET', '/arranged', () =>
      Promise.reject(answeredWith({ status: 401, headers: { 'WWW-Authenticate': 'Bearer error="x"' } }, new Fault('AUTH_REFUSED', 'secret reason'))),
    ),
    route('GET', '/bug', () => {
      throw new TypeError('undefined is not a function');
    }),
    route('GET', '/odd-header', () => Promise.resolve({ status: 200, headers: { 'X-Odd': 'a\r\nb' } })),
  ];

  it('are bincode, or JSON when that is asked for', async () => {
    const server = await serve(routes);
    const url = `http://127.0.0.1:${server.port}/status`;
    const plain = await fetch(url);
    expect(plain.headers.get('content-type')).toBe('application/octet-stream');
    expect(schedulerStatusCodec.decode(new Uint8Array(await plain.arrayBuffer()))).toEqual(status);
    const json = await fetch(url, { headers: { accept: 'application/json' } });
    expect(json.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await json.text()).toBe('{"num_servers":1,"num_cpus":2,"in_progress":0}');
  });

  it.each([
    ['/parts', 200, null, null, 'abc'],
    ['/fault', 500, 'application/json; charset=utf-8', null, '{"description":"outermost","cause":{"description":"inner","cause":null}}'],
    ['/refused', 401, null, 'Bearer error="invalid_jwt"', '{"description":"not you","cause":null}'],
    ['/arranged', 401, null, 'Bearer error="x"', ''],
    ['/bug', 500, 'application/json; charset=utf-8', null, '{"description":"undefined is not a function","cause":null}'],
    ['/odd-header', 500, 'application/json; charset=utf-8', null, expect.stringContaining('Invalid character in header')],
  ])('%s → %i', async (path, ...[status, type, authenticate, body]) => {
    const server = await serve(routes);
    const reply = await fetch(`http://127.0.0.1:${server.port}${path}`);
    expect([reply.status, reply.headers.get('content-type'), reply.headers.get('www-authenticate')]).toEqual([status, type, authenticate]);
    expect(await reply.text()).toEqual(body);
  });

  it('keep the connection for those who want that, one request after the other', async () => {
    const server = await serve(routes);
    const one = 'GET /parts HTTP/1.1\r\nHost: x\r\n\r\n';
    const there = peer(server, one);
    await until(() => there.said().endsWith('abc'));
    there.socket.write(one);
    await until(() => there.said().split('\r\n\r\nabc').length === 3);
    there.socket.destroy();
  });
});

describe('what no client sends', () => {
  const routes = [route('GET', '/', () => Promise.resolve(text('ok')))];

  it.each([
    ['garbage', 'garbage garbage\r\n\r\n', 500],
    ['a TLS hello', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n', 500],
    ['endless fields', `GET / HTTP/1.1\r\nX-Long: ${'a'.repeat(64 * 1024)}\r\n\r\n`, 500],
    ['an endless path', `GET /${'a'.repeat(64 * 1024)} HTTP/1.1\r\n\r\n`, 500],
    ['two lengths', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 500],
    ['length and chunks', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 500],
    ['a negative length', 'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n', 500],
    ['an unknown expectation', 'GET / HTTP/1.1\r\nExpect: miracles\r\nConnection: close\r\n\r\n', 200],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 200],
    ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', 200],
  ])('%s', async (_, request, status) => {
    const server = await serve(routes);
    const answer = await peer(server, request).closed;
    expect(statusOf(answer)).toBe(status);
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(200);
  });

  it('a head that comes too slowly is cut with 500, silence without a word', async () => {
    const server = await serve(routes, { policy: { headMs: 200 } });
    const silent = peer(server);
    const slow = peer(server, 'GET / HTTP/1.1\r\nHo');
    expect(statusOf(await slow.closed)).toBe(500);
    expect(await silent.closed).toBe('');
  });

  it('requests piled up on one connection are cut', async () => {
    let calls = 0;
    const hang = route('GET', '/', (call) => {
      calls++;
      return new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason as Error)));
    });
    const server = await serve([hang]);
    const there = peer(server, 'GET / HTTP/1.1\r\n\r\n'.repeat(100));
    expect(await there.closed).toBe('');
    expect(calls).toBeLessThan(10);
  });
});

describe('bodies', () => {
  const whole = route('POST', '/whole', async (call) => text(String((await call.readBody(100)).byteLength)));
  const ignore = route('POST', '/ignore', () => Promise.resolve(text('done')));
  const post = (path: string, fields: string): string => `POST ${path} HTTP/1.1\r\nConnection: close\r\n${fields}\r\n\r\n`;

  const chunked = 'Transfer-Encoding: chunked';
  it.each([
    { how: 'in one piece', fields: 'Content-Length: 100', pieces: ['a'.repeat(100)], status: 200, body: /^100$/ },
    { how: 'in chunks', fields: chunked, pieces: ['5\r\nabcde\r\n', '3\r\nfgh\r\n0\r\n\r\n'], status: 200, body: /^8$/ },
    { how: 'announced too long', fields: 'Content-Length: 101', pieces: ['a'.repeat(101)], status: 500, body: /101 bytes; at most 100/ },
    { how: 'growing too long', fields: chunked, pieces: [`65\r\n${'a'.repeat(101)}\r\n0\r\n\r\n`], status: 500, body: /longer than the 100/ },
  ])('$how', async ({ fields, pieces, status, body }) => {
    const server = await serve([whole]);
    const answer = await peer(server, post('/whole', fields), ...pieces).closed;
    expect(statusOf(answer)).toBe(status);
    expect(bodyOf(answer)).toMatch(body);
  });

  it('a silent one is given up with 500, and so is one that drips', async () => {
    const server = await serve([whole], { policy: { silenceMs: 150, slowestRate: 1024, drainMs: 100 } });
    const silent = await peer(server, post('/whole', 'Content-Length: 50'), 'abc').closed;
    expect(statusOf(silent)).toBe(500);
    expect(bodyOf(silent)).toContain('too slowly');
    const dripping = peer(server, post('/whole', 'Content-Length: 50'));
    const drip = setInterval(() => dripping.socket.write('a'), 40);
    const answer = await dripping.closed;
    clearInterval(drip);
    expect(statusOf(answer)).toBe(500);
  });

  it('patience counts the time we wait, not the time that a handler takes', async () => {
    const late = route('POST', '/late', async (call) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return text(String((await call.readBody(1e6)).byteLength));
    });
    const server = await serve([late], { policy: { silenceMs: 150 } });
    const answer = await peer(server, post('/late', 'Content-Length: 300000'), 'a'.repeat(300_000)).closed;
    expect(bodyOf(answer)).toBe('300000');
  });

  it('one that nobody reads is taken off the connection, so that the reply arrives', async () => {
    const server = await serve([ignore]);
    const piece = 'a'.repeat(1024 * 1024);
    const there = peer(server, post('/ignore', `Content-Length: ${64 * piece.length}`), ...new Array<string>(64).fill(piece));
    const answer = await there.closed;
    expect([statusOf(answer), bodyOf(answer)]).toEqual([200, 'done']);
    expect(there.socket.bytesWritten).toBeGreaterThan(64 * piece.length);
  });

  it('one that nobody reads and that never ends is cut, after the reply', async () => {
    const server = await serve([ignore], { policy: { drainBytes: 100_000, drainMs: 5_000 } });
    const there = peer(server, post('/ignore', 'Transfer-Encoding: chunked'));
    const flood = setInterval(() => there.socket.write(`4000\r\n${'a'.repeat(0x4000)}\r\n`), 1);
    const answer = await there.closed;
    clearInterval(flood);
    expect(bodyOf(answer)).toBe('done');
  });

  it('streams hold back a fast peer instead of filling the memory', async () => {
    let proceed = (): void => undefined;
    const slow = route('POST', '/slow', async (call) => {
      await new Promise<void>((resolve) => (proceed = resolve));
      let size = 0;
      for await (const chunk of call.body) size += (chunk as Buffer).byteLength;
      return text(String(size));
    });
    const server = await serve([slow]);
    const there = peer(server, post('/slow', 'Content-Length: 33554432'));
    const before = process.memoryUsage().arrayBuffers;
    const payload = Buffer.alloc(32 * 1024 * 1024);
    there.socket.write(payload);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(process.memoryUsage().arrayBuffers - before - payload.byteLength).toBeLessThan(4 * 1024 * 1024);
    proceed();
    expect(bodyOf(await there.closed)).toBe('33554432');
  });

  it('a cut upload fails the stream and aborts the call', async () => {
    let seen: unknown;
    let aborted = false;
    const upload = route('POST', '/upload', async (call) => {
      call.signal.addEventListener('abort', () => (aborted = true));
      try {
        return text(String((await call.readBody(1e6)).byteLength));
      } catch (thrown) {
        seen = thrown;
        throw thrown;
      }
    });
    const server = await serve([upload]);
    const there = peer(server, post('/upload', 'Content-Length: 1000'), 'abc');
    await new Promise((resolve) => setTimeout(resolve, 50));
    there.socket.destroy();
    await until(() => seen !== undefined && aborted);
    expect(isFault(seen, 'HTTP_UNREACHABLE')).toBe(true);
  });
});

describe('messages', () => {
  const routes = [
    route('POST', '/toolchain', async (call) => text((await readMessage(call, toolchainCodec, 1024)).archiveId)),
    route('POST', '/state', async (call) => okReply(jobStateCodec, await readMessage(call, jobStateCodec, 64), call)),
    // A fault of the same code that is not the caller's doing.
    route('POST', '/peer', () => Promise.resolve(okReply(jobStateCodec, jobStateCodec.decode(Uint8Array.of(9, 0, 0, 0)), { headers: {} }))),
  ];
  const octets = { 'content-type': 'application/octet-stream' };
  const huge = Buffer.from('ffffffffffffff7f61', 'hex');

  const requests: readonly (readonly [string, Record<string, string>, Buffer<ArrayBuffer>, number, string | RegExp])[] = [
    ['/toolchain', octets, Buffer.from(toolchainCodec.encode({ archiveId: 'abc' })), 200, 'abc'],
    ['/toolchain', { 'content-type': 'application/octet-stream; x=y' }, Buffer.from(toolchainCodec.encode({ archiveId: 'abc' })), 200, 'abc'],
    ['/toolchain', {}, Buffer.from(toolchainCodec.encode({ archiveId: 'abc' })), 400, /Content-Type/],
    ['/toolchain', { 'content-type': 'text/plain' }, Buffer.from('x'), 400, /Content-Type/],
    ['/toolchain', octets, huge, 400, /does not fit/],
    ['/toolchain', octets, Buffer.alloc(0), 400, /needs 8 bytes/],
    ['/toolchain', octets, Buffer.alloc(1025), 500, /at most 1024/],
    ['/state', octets, Buffer.from('07000000', 'hex'), 400, /variant 7/],
    ['/state', octets, Buffer.from('03000000', 'hex'), 200, /^\x03\0\0\0$/],
    ['/peer', octets, Buffer.alloc(0), 500, /variant 9/],
  ];
  it.each(requests)('%s %j', async (path, ...[headers, body, status, answer]) => {
    const server = await serve(routes);
    const reply = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', headers, body });
    expect(reply.status).toBe(status);
    expect(await reply.text()).toMatch(answer);
    if (status >= 400) expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });
});

describe('who calls', () => {
  const routes = [route('GET', '/who', async (call) => text(call.remoteIp)), route('GET', '/any', async () => text('ok'))];

  it('is no matter where nobody asks', async () => {
    const server = await serve(routes);
    expect((await fetch(`http://127.0.0.1:${server.port}/any`, { headers: { 'x-real-ip': 'somebody' } })).status).toBe(200);
  });

  it.each([
    [loopbackProxies, undefined, 200, '127.0.0.1'],
    [loopbackProxies, '10.1.2.3', 200, '10.1.2.3'],
    [loopbackProxies, '2001:db8::1', 200, '2001:db8::1'],
    [loopbackProxies, '::ffff:10.1.2.3', 200, '10.1.2.3'],
    [['::ffff:127.0.0.1'], '10.1.2.3', 200, '10.1.2.3'],
    [loopbackProxies, 'somebody', 400, ''],
    [loopbackProxies, '', 400, ''],
    [loopbackProxies, '10.1.2.3, 10.1.2.4', 400, ''],
    [[], '10.1.2.3', 200, '127.0.0.1'],
    [['10.9.9.9'], 'somebody', 200, '127.0.0.1'],
  ])('trusting %j, told %j → %i %s', async (trustedProxies, claimed, status, who) => {
    const server = await serve(routes, { trustedProxies });
    const reply = await fetch(`http://127.0.0.1:${server.port}/who`, claimed === undefined ? {} : { headers: { 'x-real-ip': claimed } });
    expect([reply.status, await reply.text()]).toEqual([status, who]);
  });

  it('is never an IPv4 address in IPv6 clothes', async () => {
    const server = await serve(routes, { host: '::', trustedProxies: [] });
    expect(await (await fetch(`http://127.0.0.1:${server.port}/who`)).text()).toBe('127.0.0.1');
  });
});

describe('the end', () => {
  it('a call is aborted when its caller leaves, and not when it was answered', async () => {
    const aborted: boolean[] = [];
    const signals: AbortSignal[] = [];
    const hang = route('POST', '/hang', async (call) => {
      await call.readBody(10);
      await new Promise<void>((resolve) => call.signal.addEventListener('abort', () => resolve()));
      aborted.push(true);
      return text('nobody hears this');
    });
    const quick = route('GET', '/quick', (call) => {
      signals.push(call.signal);
      return Promise.resolve(text('quick'));
    });
    const server = await serve([hang, quick]);
    const there = peer(server, 'POST /hang HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc');
    await new Promise((resolve) => setTimeout(resolve, 50));
    there.socket.destroy();
    await until(() => aborted.length === 1);
    expect(await peer(server, 'GET /quick HTTP/1.1\r\nConnection: close\r\n\r\n').closed).toContain('quick');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
  });

  it('close waits for calls, but not for ever, nor for the idle and the silent', async () => {
    const slow = route('GET', '/slow', async () => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      return text('slow');
    });
    const hang = route('GET', '/hang', () => new Promise(() => undefined));
    const server = await serve([slow, hang], { policy: { closeMs: 600 } });
    const answered = peer(server, 'GET /slow HTTP/1.1\r\nConnection: close\r\n\r\n');
    const hanging = peer(server, 'GET /hang HTTP/1.1\r\n\r\n');
    const silent = peer(server);
    await until(() => silent.socket.readyState === 'open' && hanging.socket.readyState === 'open');
    await new Promise((resolve) => setTimeout(resolve, 30));
    const started = performance.now();
    await Promise.all([server.close(), server.close()]);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(bodyOf(await answered.closed)).toBe('slow');
    expect(await hanging.closed).toBe('');
    await silent.closed;
  });

  it('a peer that never reads its reply is cut', async () => {
    const big = route('GET', '/big', () => Promise.resolve({ status: 200, body: Buffer.alloc(64 * 1024 * 1024) }));
    const server = await serve([big], { policy: { replyMs: 200 } });
    const socket = connect({ host: server.host, port: server.port });
    const closed = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    socket.pause();
    socket.write('GET /big HTTP/1.1\r\nConnection: close\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    let got = 0;
    socket.on('data', (chunk: Buffer) => (got += chunk.byteLength)).resume();
    await closed;
    expect(got).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['ADDRESS_IN_USE', async () => (await serve([])).port, '127.0.0.1'],
    ['ADDRESS_INVALID', () => Promise.resolve(0), '203.0.113.77'],
  ])('%s is said', async (code, port, host) => {
    await expect(serve([], { host, port: await port() })).rejects.toMatchObject({ code });
  });
});

describe('TLS', () => {
  it('speaks HTTP/1.1 only, by its own certificate, and logs broken handshakes', async () => {
    const lines: string[] = [];
    const note = (sentence: string): void => void lines.push(sentence);
    const log: Log = { error: note, warn: note, info: note, debug: note, trace: note };
    const certificate = await makeCertificate({ serverId: '127.0.0.1:10501', validFromMs: Date.now() - 60_000, days: 1 });
    const server = await serve([route('POST', '/echo', async (call) => ({ status: 200, body: await call.readBody(1e6) }))], {
      tls: { key: certificate.keyPem, cert: certificate.certPem },
      log,
    });
    const said = await new Promise<{ protocol: string | false | null; answer: string }>((resolve, reject) => {
      const chunks: Buffer[] = [];
      const socket = tlsConnect(
        { host: server.host, port: server.port, ca: Buffer.from(certificate.certPem), ALPNProtocols: ['h2', 'http/1.1'] },
        () => socket.write(`POST /echo HTTP/1.1\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`),
      );
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', reject);
      socket.on('end', () => resolve({ protocol: socket.alpnProtocol, answer: Buffer.concat(chunks).toString() }));
    });
    expect(said.protocol).toBe('http/1.1');
    expect(bodyOf(said.answer)).toBe('x'.repeat(100_000));
    await peer(server, 'GET / HTTP/1.1\r\n\r\n').closed;
    await until(() => lines.some((line) => line.startsWith('TLS handshake failed')));
  });
});

it('errorReply names the causes', () => {
  expect(Buffer.from(errorReply(500, new Error('a', { cause: new Error('b') })).body as Uint8Array).toString()).toContain('"b"');
});
