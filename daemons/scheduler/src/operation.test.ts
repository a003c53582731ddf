// Knows: that a scheduler can be watched, told other settings, and stopped without costing a job. Refuses to know: placement.
import { silentLog } from '@sccache-ts/core/base';
import { type Certificate, createHttpClient, type HttpClient, makeCertificate, okReply, serveHttp } from '@sccache-ts/core/host';
import {
  type AllocJobReply, allocJobReplyCodec, assignJobReplyCodec, beatHeader, type JobState, jobStateCodec, paths, reportedHeartbeatCodec, routes, type ServerReport, toolchainCodec,
} from '@sccache-ts/core/wire';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FleetReport } from './fleet-report.js';
import { type RunningScheduler, runScheduler } from './run.js';
import type { SchedulerSettings } from './settings.js';

const archiveId = 'ab'.repeat(32);
const jobKey = new Uint8Array(32).fill(5);
let certificate: Certificate;
let http: HttpClient;
let running: RunningScheduler;
let url = '';
const closing: (() => Promise<void>)[] = [];
const clock = { now: 0, monotonicMs: () => clock.now + performance.now(), wallMs: () => 1_700_000_000_000 };
const settings: SchedulerSettings = {
  publicAddr: { host: '127.0.0.1', port: 0, family: 4 },
  clientAuth: { kind: 'token', token: 'client' },
  serverAuth: { kind: 'token', token: 'fleet' },
  trustedProxies: ['127.0.0.1'],
  drainSeconds: 1,
  metricsAddr: undefined,
  logFormat: 'text',
};

beforeAll(async () => {
  certificate = await makeCertificate({ serverId: '127.0.0.1:1', validFromMs: Date.now(), days: 1 });
});
beforeEach(async () => {
  clock.now = 0;
  http = createHttpClient();
  running = await runScheduler(settings, { clock, http, log: silentLog, version: '9.8.7' });
  url = `http://127.0.0.1:${running.address.port}`;
  closing.push(() => running.close(), () => http.close());
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const report = (change: Partial<ServerReport> = {}): ServerReport => ({
  conduct: 'serving', version: '1.2.3', mode: 'root', slots: 3, running: 1, done: 10, failed: 2, toolchains: [archiveId], toolchainBytes: 500, upSeconds: 60, ...change,
});

const post = (path: string, body: Uint8Array, token: string) =>
  fetch(`${url}${path}`, { method: 'POST', body: Uint8Array.from(body), headers: { 'content-type': 'application/octet-stream', authorization: `Bearer ${token}` } });

async function builder(status = 200): Promise<string> {
  const server = await serveHttp({
    host: '127.0.0.1',
    port: 0,
    tls: { key: certificate.keyPem, cert: certificate.certPem },
    trustedProxies: [],
    log: silentLog,
    policy: { closeMs: 50 },
    routes: [{ method: 'POST', pattern: routes.assignJob, handle: async (call) => (status === 200 ? okReply(assignJobReplyCodec, { state: 'Ready', needToolchain: false }, call) : { status }) }],
  });
  closing.push(() => server.close());
  return `127.0.0.1:${server.port}`;
}

async function beat(server: string, said?: ServerReport, change: { nonce?: bigint; token?: string } = {}): Promise<Response> {
  const { nonce = 1n, token = 'fleet' } = change;
  const body = { jwtKey: jobKey, numCpus: 2, serverNonce: nonce, certDigest: certificate.digest, certPem: Buffer.from(certificate.certPem), report: said };
  return post(routes.heartbeat, reportedHeartbeatCodec.encode(body), `${server} ${token}`);
}
async function alloc(token = 'client'): Promise<AllocJobReply> {
  const reply = await post(routes.allocJob, toolchainCodec.encode({ archiveId }), token);
  if (reply.status !== 200) return { kind: 'Fail', msg: `status ${reply.status}` };
  return allocJobReplyCodec.decode(new Uint8Array(await reply.arrayBuffer()));
}
const tell = async (server: string, job: number, state: JobState) => (await post(paths.jobState(job), jobStateCodec.encode(state), `${server} fleet`)).status;
const numberOf = (reply: AllocJobReply): number => (reply.kind === 'Success' ? Number(reply.jobAlloc.jobId) : -1);
const fleet = async (): Promise<FleetReport> => (await (await fetch(`${url}${routes.servers}`)).json()) as FleetReport;

describe('a build server that ends', () => {
  it('gets no new jobs while it drains, and is gone at once when it leaves', async () => {
    const server = await builder();
    expect((await beat(server, report())).headers.get(beatHeader)).toBe('5');
    expect(numberOf(await alloc())).toBeGreaterThan(0);
    await beat(server, report({ conduct: 'draining' }));
    expect(await alloc()).toEqual({ kind: 'Fail', msg: 'Insufficient capacity across 1 available servers' });
    expect((await fleet()).servers[0]).toMatchObject({ state: 'draining', jobs: { ready: 1 } });
    await beat(server, report({ conduct: 'leaving' }));
    expect(await fleet()).toMatchObject({ num_servers: 0, in_progress: 0, servers: [], lost: [{ server, why: 'left' }] });
    // The next life is welcome.
    await beat(server, report(), { nonce: 2n });
    expect(await fleet()).toMatchObject({ num_servers: 1, lost: [] });
  });
});

describe('the fleet', () => {
  it('is told with all that is known of each server, ours and sccache\'s', async () => {
    const [own, foreign] = [await builder(), await builder(503)];
    await beat(own, report({ lastError: { message: 'no room on the disk', agoSeconds: 30 } }));
    await beat(foreign);
    clock.now += 40_000;
    const job = numberOf(await alloc());
    await tell(own, job, 'Started');
    const told = await fleet();
    expect(told).toMatchObject({ scheduler: { version: '9.8.7', stopping: false }, num_servers: 2, num_cpus: 4, in_progress: 1 });
    const line = (server: string) => told.servers.find((it) => it.server === server);
    expect(line(own)).toMatchObject({
      state: 'serving', cpus: 2, slots: 3, jobs: { assigning: 0, pending: 0, ready: 0, started: 1 }, placed: 1, version: '1.2.3', mode: 'root', up_seconds: 100, jobs_done: 10,
      jobs_failed: 2, toolchains: [archiveId], toolchain_bytes: 500, last_error: { message: 'no room on the disk', seconds_ago: 70 },
    });
    expect(line(foreign)).toMatchObject({ state: 'serving', version: null, mode: null, up_seconds: null, jobs_done: null, toolchains: [], last_error: null });
    for (let i = 0; i < 3; i++) await alloc();
    const failed = (await fleet()).servers.find((it) => it.server === foreign);
    expect(failed).toMatchObject({ state: 'resting', last_error: { seconds_ago: 0 } });
    expect(failed?.last_error?.message).toMatch(/could not assign job [0-9]+ to build server .*: .*answered 503/);
    clock.now += 91_000;
    expect((await fleet()).lost.map(({ why }) => why)).toEqual(['silent', 'silent']);
  });

  it('is told to this machine and to those with a token, and to nobody else', async () => {
    const from = { 'x-real-ip': '192.0.2.9' };
    expect((await fetch(`${url}${routes.servers}`, { headers: from })).status).toBe(401);
    expect((await fetch(`${url}${routes.servers}`, { headers: { ...from, authorization: 'Bearer fleet' } })).status).toBe(401);
    expect((await fetch(`${url}${routes.servers}`, { headers: { ...from, authorization: 'Bearer client' } })).status).toBe(200);
    expect((await fetch(`${url}/metrics`, { headers: from })).status).toBe(404);
  });

  it('leaves what sccache asks for as it was', async () => {
    await beat(await builder(), report());
    const reply = await fetch(`${url}${routes.status}`, { headers: { accept: 'application/json' } });
    expect(await reply.text()).toBe('{"num_servers":1,"num_cpus":2,"in_progress":0}');
  });
});

it('counts and measures', async () => {
  const server = await builder();
  await beat(server, report());
  const job = numberOf(await alloc());
  await tell(server, job, 'Started');
  await tell(server, job, 'Complete');
  await alloc('wrong');
  await beat(server, undefined, { token: 'wrong' });
  const text = await (await fetch(`${url}/metrics`)).text();
  for (const line of [
    'sccache_ts_allocations_total{result="placed"} 1', 'sccache_ts_jobs_total{outcome="complete"} 1', 'sccache_ts_refused_tokens_total{caller="client"} 1',
    'sccache_ts_refused_tokens_total{caller="server"} 1', 'sccache_ts_servers{state="serving"} 1', 'sccache_ts_slots 3', 'sccache_ts_cpus 2', 'sccache_ts_jobs{state="started"} 0',
    `sccache_ts_server_jobs{server="${server}"} 0`, 'sccache_ts_heartbeats_total 1', 'sccache_ts_allocation_seconds_count 1',
  ]) expect(text.split('\n')).toContain(line);
});

it('takes over what it can of new settings', async () => {
  const server = await builder();
  const changes = running.reload({ ...settings, clientAuth: { kind: 'token', token: 'new' }, serverAuth: { kind: 'token', token: 'other fleet' }, publicAddr: { host: '127.0.0.1', port: 9, family: 4 } });
  expect(changes).toEqual({ live: ['client_auth', 'server_auth'], restart: ['public_addr'] });
  expect((await beat(server, report())).status).toBe(401);
  expect((await beat(server, report(), { token: 'other fleet' })).status).toBe(200);
  expect(await alloc('client')).toEqual({ kind: 'Fail', msg: 'status 401' });
  expect((await alloc('new')).kind).toBe('Success');
});

describe('being stopped', () => {
  it('places nothing new and waits until what was placed has begun', async () => {
    const server = await builder();
    await beat(server, report());
    const job = numberOf(await alloc());
    const drained = running.drain();
    let done = false;
    void drained.then(() => (done = true));
    expect(await alloc()).toEqual({ kind: 'Fail', msg: 'The scheduler is being stopped' });
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(done).toBe(false);
    expect(await tell(server, job, 'Started')).toBe(200);
    await drained;
  });

  it('waits for nobody longer than it is told to', async () => {
    const server = await builder();
    await beat(server, report());
    await alloc();
    const began = performance.now();
    await running.drain();
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(performance.now() - began).toBeLessThan(2_500);
  });
});
