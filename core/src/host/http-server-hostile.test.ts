// Knows: the shapes of all routes of the scheduler and the build server, and peers that send them anything at all.
// What must hold: some answer or a closed connection, never a crash, never a 4xx of node's making, memory bounded.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../base/index.js';
import * as wire from '../wire/index.js';
import { type Call, type Reply, type Route, loopbackProxies } from './http-server-call.js';
import { okReply, readMessage } from './http-server-reply.js';
import { type HttpServer, serveHttp } from './http-server.js';

const mib = 1024 * 1024;

/** As the daemons take them: three messages, one stream to be discarded, one framed stream, two without body. */
const message = <T>(pattern: string, codec: wire.Codec<T>): Route => ({
  method: 'POST',
  pattern,
  handle: async (call) => okReply(codec, await readMessage(call, codec, mib), call),
});

async function swallow(call: Call): Promise<Reply> {
  let size = 0;
  for await (const chunk of call.body) size += (chunk as Uint8Array).byteLength;
  return { status: 200, body: Buffer.from(String(size)) };
}

async function runJob(call: Call): Promise<Reply> {
  const reader = wire.createRunJobPrefixReader(mib);
  for await (const chunk of call.body) {
    const prefix = reader.push(chunk as Uint8Array);
    if (prefix !== undefined) return okReply(wire.runJobReplyCodec, { kind: 'JobNotFound' }, call);
  }
  throw reader.cutShort();
}

const status = { numServers: 0, numCpus: 0, inProgress: 0 };
const routes: readonly Route[] = [
  message(wire.routes.allocJob, wire.toolchainCodec),
  message(wire.routes.heartbeat, wire.heartbeatRequestCodec),
  message(wire.routes.jobState, wire.jobStateCodec),
  message(wire.routes.assignJob, wire.toolchainCodec),
  { method: 'POST', pattern: wire.routes.submitToolchain, handle: swallow },
  { method: 'POST', pattern: wire.routes.runJob, handle: runJob },
  { method: 'GET', pattern: wire.routes.status, handle: async (call) => okReply(wire.schedulerStatusCodec, status, call) },
  { method: 'GET', pattern: wire.routes.serverCertificate, handle: async (call) => ({ status: 200, body: Buffer.from(call.params['server'] ?? '') }) },
];

let server: HttpServer;
beforeAll(async () => {
  const policy = { silenceMs: 200, drainMs: 200, drainBytes: 8 * mib, headMs: 300, idleMs: 100, closeMs: 500 };
  server = await serveHttp({ routes, host: '127.0.0.1', port: 0, trustedProxies: loopbackProxies, log: silentLog, policy });
});
afterAll(() => server.close());

/** Sends bytes and tells what came back until the connection closed. */
function send(bytes: Uint8Array, leaveAt?: number): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: server.host, port: server.port, allowHalfOpen: true });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('end', () => socket.destroy());
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.write(bytes);
    if (leaveAt !== undefined) setTimeout(() => socket.destroy(), leaveAt);
  });
}

const statusesOf = (answer: string): number[] => Array.from(answer.matchAll(/HTTP\/1\.1 ([0-9]{3}) /g), ([, code]) => Number(code));
const request = (line: string, body: Uint8Array, ...fields: string[]): Buffer =>
  Buffer.concat([Buffer.from(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`), body]);
const octets = 'Content-Type: application/octet-stream';
const posts = routes.filter(({ method }) => method === 'POST').map(({ pattern }) => pattern.replace(/:[a-z]+$/, '0'));
const alive = async (): Promise<void> => expect((await fetch(`http://127.0.0.1:${server.port}${wire.routes.status}`)).status).toBe(200);

/** 2^63 - 1 in front of nothing, and as the big-endian length of a run_job header. */
const hugeLength = Buffer.concat([Buffer.from('ffffffffffffff7f', 'hex'), Buffer.alloc(64)]);

describe.each(posts)('%s', (path) => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([1])],
    ['a huge length', hugeLength],
    ['zeros', Buffer.alloc(4096)],
    ['ones', Buffer.alloc(4096, 0xff)],
    ['2 MiB', Buffer.alloc(2 * mib, 0x41)],
  ])('with %s is answered and the server lives', async (_, body) => {
    const before = process.memoryUsage().arrayBuffers;
    const answer = await send(request(`POST ${path}`, body, octets, `Content-Length: ${body.byteLength}`));
    expect(statusesOf(answer)).toHaveLength(1);
    expect([200, 400, 500]).toContain(statusesOf(answer)[0]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * mib);
    await alive();
  });

  it('that announces more than comes is given up', async () => {
    const answer = await send(request(`POST ${path}`, Buffer.from('abc'), octets, 'Content-Length: 1000000'));
    expect(statusesOf(answer)).toEqual([500]);
    await alive();
  });

  it('that announces an absurd length is refused or given up, without room being made', async () => {
    const answer = await send(request(`POST ${path}`, Buffer.alloc(10), octets, 'Content-Length: 9007199254740991'));
    expect(statusesOf(answer)).toEqual([500]);
    await alive();
  });

  it('with broken chunks is closed', async () => {
    const answer = await send(request(`POST ${path}`, Buffer.from('zz\r\nnonsense'), octets, 'Transfer-Encoding: chunked'));
    for (const code of statusesOf(answer)) expect(code).toBe(500);
    await alive();
  });

  it('whose peer leaves in the middle leaves nothing behind', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, at) => send(request(`POST ${path}`, Buffer.alloc(at * 1000), octets, 'Content-Length: 100000'), at)));
    await alive();
  });
});

describe('random requests', () => {
  it('only ever meet 200, 400 by codec, 404 or 5xx', async () => {
    let state = 12345;
    const random = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const seeds = posts.map((path) => request(`POST ${path}`, Buffer.concat([wire.toolchainCodec.encode({ archiveId: 'a'.repeat(64) })]), octets, 'Content-Length: 72'));
    seeds.push(request(`GET ${wire.routes.status}`, Buffer.alloc(0)), request('GET /api/v1/scheduler/server_certificate/1.2.3.4:5', Buffer.alloc(0)));
    const seen = new Map<number, number>();
    for (let round = 0; round < 12; round++) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => {
          const bytes = Buffer.from(seeds[random(seeds.length)] ?? []);
          for (let flips = random(3); flips >= 0; flips--) bytes[random(bytes.byteLength)] = random(256);
          return send(bytes, 600);
        }),
      );
      for (const code of answers.flatMap(statusesOf)) seen.set(code, (seen.get(code) ?? 0) + 1);
    }
    expect([...seen.keys()].filter((code) => ![200, 400, 404, 500].includes(code))).toEqual([]);
    expect(seen.get(200) ?? 0).toBeGreaterThan(20);
    expect(seen.get(500) ?? 0).toBeGreaterThan(20);
    await alive();
  });
});
