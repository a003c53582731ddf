import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Fault, silentLog } from '@sccache-ts/core/base';
import { answeredWith, type Call, type Certificate, createHttpClient, type HttpClient, type HttpServer, makeCertificate, okReply, readMessage, serveHttp } from '@sccache-ts/core/host';
import {
  type AllocJobReply,
  allocJobReplyCodec,
  type AssignJobReply,
  assignJobReplyCodec,
  checkJobToken,
  type HeartbeatRequest,
  heartbeatReplyCodec,
  heartbeatRequestCodec,
  type JobId,
  type JobState,
  jobStateCodec,
  paths,
  routes,
  schedulerStatusCodec,
  serverCertificateReplyCodec,
  signServerToken,
  toolchainCodec,
} from '@sccache-ts/core/wire';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningScheduler, runScheduler } from './run.js';
import type { SchedulerSettings } from './settings.js';

const archiveId = 'ab'.repeat(32);
const jobKey = new Uint8Array(32).fill(5);
const insecureServer = 'dangerously_insecure_server';
const bincode = { 'content-type': 'application/octet-stream' };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

let certificate: Certificate;
let other: Certificate;
let http: HttpClient;
const closing: (() => Promise<void>)[] = [];
const clock = { now: 0, monotonicMs: () => clock.now, wallMs: () => 1_700_000_000_000 };

beforeAll(async () => {
  const make = () => makeCertificate({ serverId: '127.0.0.1:1', validFromMs: Date.now(), days: 1 });
  [certificate, other] = await Promise.all([make(), make()]);
});
beforeEach(() => {
  clock.now = 0;
  http = createHttpClient();
});
afterEach(async () => {
  await http.close();
  for (const close of closing.splice(0)) await close();
});

async function start(change: Partial<SchedulerSettings> = {}): Promise<{ url: string; scheduler: RunningScheduler }> {
  const settings: SchedulerSettings = {
    publicAddr: { host: '127.0.0.1', port: 0, family: 4 },
    clientAuth: { kind: 'DANGEROUSLY_INSECURE' },
    serverAuth: { kind: 'DANGEROUSLY_INSECURE' },
    trustedProxies: ['127.0.0.1'],
    drainSeconds: 1,
    metricsAddr: undefined,
    logFormat: 'text',
    ...change,
  };
  const scheduler = await runScheduler(settings, { clock, http, log: silentLog });
  closing.push(() => scheduler.close());
  return { url: `http://127.0.0.1:${scheduler.address.port}`, scheduler };
}

interface FakeBuilder {
  readonly id: string;
  readonly server: HttpServer;
  readonly asked: number[];
}

type Answer = (call: Call, job: number) => Promise<AssignJobReply>;
const ready: Answer = async () => ({ state: 'Ready', needToolchain: false });

async function fakeBuilder(answer: Answer = ready): Promise<FakeBuilder> {
  const asked: number[] = [];
  const server = await serveHttp({
    host: '127.0.0.1',
    port: 0,
    tls: { key: certificate.keyPem, cert: certificate.certPem },
    trustedProxies: [],
    log: silentLog,
    policy: { closeMs: 50 },
    routes: [
      {
        method: 'POST',
        pattern: routes.assignJob,
        async handle(call) {
          const job = Number(call.params['job']);
          asked.push(job);
          expect(await readMessage(call, toolchainCodec, 4096)).toEqual({ archiveId });
          const token = call.headers.authorization?.slice('Bearer '.length) ?? '';
          if (checkJobToken(jobKey, token, job) !== 'valid') throw new Fault('AUTH_REFUSED', 'not signed with my key');
          return okReply(assignJobReplyCodec, await answer(call, job), call);
        },
      },
    ],
  });
  closing.push(() => server.close());
  return { id: `127.0.0.1:${server.port}`, server, asked };
}

const post = (url: string, body: Uint8Array, headers: Record<string, string>) => fetch(url, { method: 'POST', body: Uint8Array.from(body), headers: { ...bincode, ...headers } });
const bytesOf = async (reply: Response) => new Uint8Array(await reply.arrayBuffer());

const beatOf = (change: Partial<HeartbeatRequest> = {}): HeartbeatRequest => ({
  jwtKey: jobKey,
  numCpus: 2,
  serverNonce: 1n,
  certDigest: certificate.digest,
  certPem: new TextEncoder().encode(certificate.certPem),
  ...change,
});
const beat = (url: string, id: string, change: Partial<HeartbeatRequest> = {}, headers: Record<string, string> = {}) =>
  post(`${url}${routes.heartbeat}`, heartbeatRequestCodec.encode(beatOf(change)), { ...bearer(`${id} ${insecureServer}`), ...headers });
const requestAlloc = (url: string, headers: Record<string, string> = bearer('dangerously_insecure_client')) =>
  post(`${url}${routes.allocJob}`, toolchainCodec.encode({ archiveId }), headers);
async function alloc(url: string): Promise<AllocJobReply> {
  const reply = await requestAlloc(url);
  expect(reply.status).toBe(200);
  return allocJobReplyCodec.decode(await bytesOf(reply));
}
async function success(url: string) {
  const reply = await alloc(url);
  if (reply.kind !== 'Success') throw new Error(reply.msg);
  return reply;
}
const tellState = (url: string, id: string, job: JobId, state: JobState) =>
  post(`${url}${paths.jobState(job)}`, jobStateCodec.encode(state), bearer(`${id} ${insecureServer}`));
const status = async (url: string) => schedulerStatusCodec.decode(await bytesOf(await fetch(`${url}${routes.status}`)));

describe('one job, from end to end', () => {
  it('is placed, uploaded, started and completed', async () => {
    const { url } = await start();
    const builder = await fakeBuilder(async () => ({ state: 'Pending', needToolchain: true }));
    expect(await status(url)).toEqual({ numServers: 0, numCpus: 0, inProgress: 0 });
    expect(heartbeatReplyCodec.decode(await bytesOf(await beat(url, builder.id)))).toEqual({ isNew: true });
    expect(heartbeatReplyCodec.decode(await bytesOf(await beat(url, builder.id)))).toEqual({ isNew: false });

    const reply = await success(url);
    expect(reply).toMatchObject({ needToolchain: true, certDigest: Uint8Array.from(certificate.digest), jobAlloc: { serverId: builder.id } });
    const { jobId, auth } = reply.jobAlloc;
    expect(checkJobToken(jobKey, auth, jobId)).toBe('valid');
    expect(builder.asked).toEqual([jobId]);

    const pinned = serverCertificateReplyCodec.decode(await bytesOf(await fetch(`${url}${paths.serverCertificate(builder.id)}`)));
    expect(new TextDecoder().decode(pinned.certPem)).toBe(certificate.certPem);
    expect(pinned.certDigest).toEqual(Uint8Array.from(certificate.digest));

    for (const state of ['Ready', 'Started'] as const) {
      expect((await tellState(url, builder.id, jobId, state)).status).toBe(200);
      expect(await status(url)).toEqual({ numServers: 1, numCpus: 2, inProgress: 1 });
    }
    expect((await tellState(url, builder.id, jobId, 'Complete')).status).toBe(200);
    expect(await status(url)).toEqual({ numServers: 1, numCpus: 2, inProgress: 0 });
  });

  it('answers in JSON when asked to', async () => {
    const { url } = await start();
    const builder = await fakeBuilder();
    const joined = await beat(url, builder.id, {}, { accept: 'application/json' });
    expect(joined.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await joined.json()).toEqual({ is_new: true });
    const reply = await fetch(`${url}${routes.status}`, { headers: { accept: 'application/json' } });
    expect(await reply.text()).toBe('{"num_servers":1,"num_cpus":2,"in_progress":0}');
    const placed = await requestAlloc(url, { ...bearer('dangerously_insecure_client'), accept: 'application/json' });
    expect(await placed.json()).toMatchObject({ Success: { job_alloc: { server_id: builder.id }, need_toolchain: false } });
  });

  it('numbers jobs so that a scheduler that starts later never meets an old number', async () => {
    const { url } = await start();
    await beat(url, (await fakeBuilder()).id);
    expect((await success(url)).jobAlloc.jobId).toBe(1_700_000_000_000_000);
  });
});

describe('errors', () => {
  it('says when nobody is free, as a value', async () => {
    const { url } = await start();
    expect(await alloc(url)).toEqual({ kind: 'Fail', msg: 'Insufficient capacity across 0 available servers' });
    await beat(url, (await fakeBuilder()).id, { numCpus: 1 });
    await success(url);
    await success(url);
    expect(await alloc(url)).toEqual({ kind: 'Fail', msg: 'Insufficient capacity across 1 available servers' });
  });

  type Ask = (url: string) => Promise<Response>;
  const beatBy = (token: string | undefined, headers: Record<string, string> = {}): Ask => (url) =>
    post(`${url}${routes.heartbeat}`, heartbeatRequestCodec.encode(beatOf()), { ...(token === undefined ? {} : bearer(token)), ...headers });

  it.each<[string, Ask, { status: number; challenge?: string; body: string | RegExp }]>([
    ['unknown path', (url) => fetch(`${url}/api/v1/scheduler/nothing`), { status: 404, body: '' }],
    ['wrong method', (url) => fetch(`${url}${routes.allocJob}`), { status: 404, body: '' }],
    ['job number that is none', (url) => tellState(url, '127.0.0.1:1', 'x' as unknown as number, 'Ready'), { status: 404, body: '' }],
    ['certificate of what is no address', (url) => fetch(`${url}${paths.serverCertificate('nobody')}`), { status: 404, body: '' }],
    ['undecodable bincode', (url) => post(`${url}${routes.allocJob}`, new Uint8Array(3), bearer('dangerously_insecure_client')), { status: 400, body: /^\{"description":".*","cause":null\}$/ }],
    ['huge length', (url) => post(`${url}${routes.allocJob}`, new Uint8Array(8).fill(255), bearer('dangerously_insecure_client')), { status: 400, body: /does not fit/ }],
    ['wrong content type', (url) => requestAlloc(url, { ...bearer('dangerously_insecure_client'), 'content-type': 'text/plain' }), { status: 400, body: /Content-Type/ }],
    ['oversize body', (url) => post(`${url}${routes.allocJob}`, new Uint8Array(5000), bearer('dangerously_insecure_client')), { status: 500, body: /at most 4096/ }],
    ['X-Real-IP that is no address', beatBy(`127.0.0.1:1 ${insecureServer}`, { 'x-real-ip': 'proxy' }), { status: 400, body: '' }],
    ['toolchain that is no digest', (url) => post(`${url}${routes.allocJob}`, toolchainCodec.encode({ archiveId: '../etc' }), bearer('dangerously_insecure_client')), { status: 500, body: /64 hex digits/ }],
    ['certificate of an unknown server', (url) => fetch(`${url}${paths.serverCertificate('127.0.0.1:1')}`), { status: 500, body: /no certificate is known/ }],
    ['job number that no scheduler of ours gives', (url) => tellState(url, '127.0.0.1:1', 2n ** 64n - 1n, 'Ready'), { status: 500, body: /^\{"description":"Unknown job"/ }],
    ['job number that is no u64', (url) => tellState(url, '127.0.0.1:1', 2n ** 64n, 'Ready'), { status: 404, body: '' }],
    ['unknown job', (url) => tellState(url, '127.0.0.1:1', 3, 'Ready'), { status: 500, body: /^\{"description":"Unknown job"/ }],
    ['alloc without bearer', (url) => requestAlloc(url, { authorization: 'Basic x' }), { status: 401, challenge: 'no_bearer_auth', body: '' }],
    ['alloc with another token', (url) => requestAlloc(url, bearer('mine')), { status: 401, challenge: 'bearer_auth_failed', body: 'Fixed token mismatch' }],
    ['heartbeat without bearer', beatBy(undefined), { status: 401, challenge: 'invalid_bearer_token', body: '' }],
    ['heartbeat with another secret', beatBy('127.0.0.1:1 secret'), { status: 401, challenge: 'invalid_bearer_token', body: '' }],
    ['heartbeat of what is no address', beatBy(`server ${insecureServer}`), { status: 401, challenge: 'invalid_bearer_token', body: '' }],
    ['heartbeat from elsewhere', beatBy(`127.0.0.2:1 ${insecureServer}`), { status: 401, challenge: 'invalid_bearer_token_mismatched_address', body: '' }],
    ['heartbeat, the proxy says from elsewhere', beatBy(`127.0.0.1:1 ${insecureServer}`, { 'x-real-ip': '10.1.1.1' }), { status: 401, challenge: 'invalid_bearer_token_mismatched_address', body: '' }],
  ])('%s', async (_what, ask, { status: code, challenge, body }) => {
    const { url } = await start();
    const reply = await ask(url);
    const text = await reply.text();
    expect(reply.status).toBe(code);
    expect(reply.headers.get('www-authenticate')).toBe(challenge === undefined ? null : `Bearer error="${challenge}"`);
    if (text.startsWith('{')) expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8');
    if (typeof body === 'string') expect(text).toBe(body);
    else expect(text).toMatch(body);
  });

  it.each<[string, Partial<HeartbeatRequest> | (() => Partial<HeartbeatRequest>), RegExp]>([
    ['no processors', { numCpus: 0 }, /0 processors/],
    ['more processors than there are', { numCpus: 2 ** 53 - 1 }, /processors/],
    ['a short job key', { jwtKey: new Uint8Array(8) }, /job key of 8 bytes/],
    ['a certificate that is none', { certPem: new TextEncoder().encode('x') }, /not PEM/],
    ['the digest of another certificate', () => ({ certDigest: other.digest }), /not that of its certificate/],
  ])('heartbeat with %s', async (_what, change, body) => {
    const { url } = await start();
    const reply = await beat(url, '127.0.0.1:1', typeof change === 'function' ? change() : change);
    expect(reply.status).toBe(500);
    expect(await reply.text()).toMatch(body);
    expect((await status(url)).numServers).toBe(0);
  });

  it('job states that cannot follow, and jobs of others', async () => {
    const { url } = await start();
    const builder = await fakeBuilder();
    await beat(url, builder.id);
    await beat(url, '127.0.0.1:1', { numCpus: 1, serverNonce: 9n });
    const { jobId } = (await success(url)).jobAlloc;
    const invalid = await tellState(url, builder.id, jobId, 'Complete');
    expect([invalid.status, await invalid.json()]).toEqual([500, { description: 'Invalid job state transition from Ready to Complete', cause: null }]);
    const foreign = await tellState(url, '127.0.0.1:1', jobId, 'Started');
    expect([foreign.status, await foreign.text()]).toEqual([500, expect.stringContaining('belongs to build server')]);
  });
});

describe('tokens', () => {
  it('of clients may hold spaces', async () => {
    const { url } = await start({ clientAuth: { kind: 'token', token: 'my client token' } });
    expect((await requestAlloc(url, bearer('my client token'))).status).toBe(200);
    expect((await requestAlloc(url, bearer('my client'))).status).toBe(401);
    expect((await requestAlloc(url)).status).toBe(401);
  });

  it('of servers may be a shared secret with spaces', async () => {
    const { url } = await start({ serverAuth: { kind: 'token', token: 'a b' } });
    const by = (token: string) => post(`${url}${routes.heartbeat}`, heartbeatRequestCodec.encode(beatOf()), bearer(token));
    expect((await by('127.0.0.1:7 a b')).status).toBe(200);
    expect((await by('127.0.0.1:7 a')).status).toBe(401);
  });

  it('of servers may be signed', async () => {
    const secretKey = new Uint8Array(32).fill(3);
    const { url } = await start({ serverAuth: { kind: 'jwt_hs256', secretKey } });
    const by = (token: string) => post(`${url}${routes.heartbeat}`, heartbeatRequestCodec.encode(beatOf()), bearer(token));
    expect((await by(signServerToken(secretKey, '127.0.0.1:7'))).status).toBe(200);
    expect((await by(signServerToken(jobKey, '127.0.0.1:7'))).status).toBe(401);
    const elsewhere = await by(signServerToken(secretKey, '10.0.0.1:7'));
    expect(elsewhere.headers.get('www-authenticate')).toContain('mismatched_address');
  });

  it('of servers behind a trusted proxy are held against what it says, behind others against the connection', async () => {
    const behind = await start();
    expect((await beat(behind.url, '10.1.1.1:7', {}, { 'x-real-ip': '10.1.1.1' })).status).toBe(200);
    const open = await start({ trustedProxies: [] });
    expect((await beat(open.url, '10.1.1.1:7', {}, { 'x-real-ip': '10.1.1.1' })).status).toBe(401);
    expect((await beat(open.url, '127.0.0.1:7', {}, { 'x-real-ip': 'nonsense' })).status).toBe(200);
  });
});

describe('build servers that fail', () => {
  const refused: Answer = async () => {
    throw answeredWith({ status: 500 }, new Fault('SANDBOX_FAILED', 'not well'));
  };

  it('cost the client one more question to another server', async () => {
    const { url } = await start();
    const bad = await fakeBuilder(refused);
    const good = await fakeBuilder();
    await beat(url, bad.id, { numCpus: 64 });
    await beat(url, good.id);
    for (let i = 0; i < 3; i++) expect((await success(url)).jobAlloc.serverId).toBe(good.id);
    expect(bad.asked.length).toBeLessThanOrEqual(1);
    expect(await status(url)).toMatchObject({ inProgress: 3 });
  });

  it('are answered with 500 when there is no other, and then left alone for a while', async () => {
    const { url } = await start();
    const bad = await fakeBuilder(refused);
    await beat(url, bad.id);
    const reply = await requestAlloc(url);
    expect(reply.status).toBe(500);
    expect(await reply.json()).toMatchObject({ description: expect.stringContaining('could not assign job') as string, cause: { description: expect.stringContaining('answered 500') as string } });
    expect(await alloc(url)).toMatchObject({ kind: 'Fail' });
    clock.now = 2_000;
    expect((await requestAlloc(url)).status).toBe(500);
    expect(bad.asked).toHaveLength(2);
  });

  it.each<[string, Partial<HeartbeatRequest> | (() => Partial<HeartbeatRequest>)]>([
    ['another certificate', () => ({ certDigest: other.digest, certPem: new TextEncoder().encode(other.certPem) })],
    ['another job key', { jwtKey: new Uint8Array(32) }],
  ])('show %s than announced', async (_what, change) => {
    const { url } = await start();
    const builder = await fakeBuilder();
    await beat(url, builder.id, typeof change === 'function' ? change() : change);
    expect((await requestAlloc(url)).status).toBe(500);
    expect(await status(url)).toMatchObject({ inProgress: 0 });
  });

  it.each<[string, AssignJobReply]>([
    ['Started', { state: 'Started', needToolchain: false }],
    ['Complete', { state: 'Complete', needToolchain: false }],
  ])('say that a new job is %s', async (_what, answer) => {
    const { url } = await start();
    await beat(url, (await fakeBuilder(async () => answer)).id);
    expect((await requestAlloc(url)).status).toBe(500);
  });

  it('never answer: the client has its 500 well within 30 seconds', async () => {
    const { url } = await start();
    const silent: Server = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closing.push(async () => void silent.close());
    await beat(url, `127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const started = performance.now();
    expect((await requestAlloc(url)).status).toBe(500);
    expect(performance.now() - started).toBeLessThan(12_000);
  });

  it('fall silent and are not offered, then forgotten', async () => {
    const { url } = await start();
    const builder = await fakeBuilder();
    await beat(url, builder.id);
    await success(url);
    clock.now = 90_001;
    expect(await alloc(url)).toMatchObject({ kind: 'Fail' });
    expect(await status(url)).toEqual({ numServers: 0, numCpus: 0, inProgress: 0 });
  });

  it('start anew without the jobs of their earlier life', async () => {
    const { url } = await start();
    const builder = await fakeBuilder();
    await beat(url, builder.id);
    const { jobId } = (await success(url)).jobAlloc;
    await beat(url, builder.id, { serverNonce: 2n });
    expect(await status(url)).toMatchObject({ inProgress: 0 });
    expect((await tellState(url, builder.id, jobId, 'Started')).status).toBe(500);
  });
});

describe('clients that go away', () => {
  it('during the allocation, give their slot back and are not held against the server', async () => {
    const { url } = await start();
    let arrived = (): void => undefined;
    const reached = new Promise<void>((resolve) => (arrived = resolve));
    let slow = true;
    const builder = await fakeBuilder(async (call) => {
      if (slow) {
        slow = false;
        arrived();
        await new Promise((resolve) => call.signal.addEventListener('abort', resolve, { once: true }));
      }
      return { state: 'Ready', needToolchain: false };
    });
    await beat(url, builder.id, { numCpus: 1 });
    const impatient = new AbortController();
    const asked = fetch(`${url}${routes.allocJob}`, {
      method: 'POST',
      body: Uint8Array.from(toolchainCodec.encode({ archiveId })),
      headers: { ...bincode, ...bearer('dangerously_insecure_client') },
      signal: impatient.signal,
    });
    await reached;
    impatient.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(async () => (await alloc(url)).kind, { timeout: 5_000 }).toBe('Success');
    expect(await alloc(url)).toMatchObject({ kind: 'Success' });
    expect(await status(url)).toMatchObject({ inProgress: 2 });
  });
});

it('tells that its port is taken', async () => {
  const { scheduler } = await start();
  await expect(start({ publicAddr: scheduler.address })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
});
