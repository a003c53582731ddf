import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { deflateSync, gzipSync, inflateSync } from 'node:zlib';
import { blake3 } from '@napi-rs/blake-hash';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Header, pack } from 'tar-stream';
import { freePort } from '../../../fixtures/src/kit/ports.js';
import { makeShellRoot } from '../../../fixtures/src/kit/shell-root.js';
import { type Log, logTo } from '@sccache-ts/core/base';
import { createHttpClient, findEnter, type HttpClient, type HttpReply, type HttpServer, okReply, readMessage, removeTree, serveHttp } from '@sccache-ts/core/host';
import {
  archiveIdFromHash, assignJobReplyCodec, encodeRunJobPrefix, heartbeatReplyCodec, jobStateCodec,
  jobStateReplyCodec, paths, type ReportedHeartbeat, reportedHeartbeatCodec, routes, type RunJobHeader, type RunJobReply, runJobReplyCodec, signJobToken, submitToolchainReplyCodec, toolchainCodec,
} from '@sccache-ts/core/wire';
import { type RunningBuilder, runBuilder } from './run.js';
import { type BuilderSettings, type JobSettings, usualJob, usualSandbox } from './settings.js';

const possible = spawnSync('bwrap', ['--version']).status === 0;
if (!possible) console.warn('bubblewrap is not installed: the build server is not tested');

type Item = Partial<Header> & { name: string; content?: string };
async function tar(...items: readonly Item[]): Promise<Buffer> {
  const packer = pack();
  for (const { content, ...header } of items) packer.entry(header, content ?? '');
  packer.finalize();
  return buffer(packer as unknown as Readable);
}
const idOf = (archive: Uint8Array): string => archiveIdFromHash(blake3(archive));
const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

/** Remembers what it is told, and answers as it is told to. */
interface FakeScheduler {
  readonly url: string;
  readonly beats: ReportedHeartbeat[];
  readonly states: string[];
  answer: (state: string) => number;
  close(): Promise<void>;
}

async function fakeScheduler(log: Log): Promise<FakeScheduler> {
  const beats: ReportedHeartbeat[] = [];
  const states: string[] = [];
  const scheduler: FakeScheduler = {
    url: '',
    beats,
    states,
    answer: () => 200,
    close: async () => server.close(),
  };
  const server: HttpServer = await serveHttp({
    host: '127.0.0.1',
    port: 0,
    trustedProxies: [],
    log,
    routes: [
      {
        method: 'POST',
        pattern: routes.heartbeat,
        handle: async (call) => {
          expect(call.headers.authorization).toMatch(/^Bearer 127\.0\.0\.1:[0-9]+ secret of the fleet$/);
          beats.push(await readMessage(call, reportedHeartbeatCodec, 100_000));
          return okReply(heartbeatReplyCodec, { isNew: beats.length === 1 }, call);
        },
      },
      {
        method: 'POST',
        pattern: routes.jobState,
        handle: async (call) => {
          const state = await readMessage(call, jobStateCodec, 100);
          states.push(`${call.params['job']} ${state}`);
          const status = scheduler.answer(state);
          return status === 200 ? okReply(jobStateReplyCodec, { kind: 'Success' }, call) : { status };
        },
      },
    ],
  });
  return Object.assign(scheduler, { url: `http://127.0.0.1:${server.port}` });
}

describe.runIf(possible)('the build server', () => {
  let folder: string;
  let shellToolchain: Buffer;
  let tinyToolchain: Buffer;
  let lines: string[];
  let log: Log;
  let http: HttpClient;
  let scheduler: FakeScheduler;
  let builder: RunningBuilder;
  let settings: BuilderSettings;
  let ca: string;
  let nextJob = 100;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'builder-'));
    const root = join(folder, 'shell');
    mkdirSync(root);
    makeShellRoot(root);
    shellToolchain = spawnSync('tar', ['-C', root, '-cz', '.'], { maxBuffer: 1 << 30 }).stdout;
    tinyToolchain = readFileSync(new URL('../../../fixtures/vectors/tiny-toolchain.tar.gz', import.meta.url));
  });
  afterAll(() => removeTree(folder));

  async function start(changes: Partial<BuilderSettings> = {}): Promise<void> {
    const port = await freePort();
    const serverId = `127.0.0.1:${port}`;
    settings = {
      serverId,
      bindAddress: { host: '127.0.0.1', port, family: 4 },
      schedulerUrl: `${scheduler.url}/`,
      schedulerToken: `${serverId} secret of the fleet`,
      cacheDir: mkdtempSync(join(folder, 'cache-')),
      toolchainCacheSize: 100_000_000,
      buildDir: mkdtempSync(join(folder, 'build-')),
      bwrapPath: undefined,
      exitCodes: 'auto',
      slots: 2,
      jobSeconds: 20,
      unpackedSize: undefined,
      drainSeconds: 20,
      metricsAddr: undefined,
      logFormat: 'text',
      ...changes,
    };
    builder = await runBuilder({ settings, log, clock, http });
    await expect.poll(() => scheduler.beats.length).toBeGreaterThan(0);
    ca = new TextDecoder().decode(scheduler.beats.at(-1)?.certPem);
  }

  beforeEach(async () => {
    lines = [];
    log = logTo('trace', (level, sentence, fields) => lines.push(`${level} ${sentence} ${JSON.stringify(fields ?? {})}`));
    http = createHttpClient();
    scheduler = await fakeScheduler(log);
  });
  afterEach(async () => {
    await http.close();
    await builder.close();
    await scheduler.close();
  });

  const token = (id: number): string => signJobToken(scheduler.beats.at(-1)?.jwtKey ?? new Uint8Array(), id);
  const post = (path: string, body: Uint8Array | Readable, options: { auth?: string; signal?: AbortSignal; headers?: Record<string, string> } = {}): Promise<HttpReply> =>
    http.request({
      method: 'POST',
      url: `https://${settings.serverId}${path}`,
      headers: { ...(options.auth === undefined ? {} : { authorization: options.auth }), 'content-type': 'application/octet-stream', ...options.headers },
      body,
      ca,
      timeoutMs: 30_000,
      maxReply: 100_000_000,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  const bearer = (id: number): { auth: string } => ({ auth: `Bearer ${token(id)}` });

  async function assign(archive: Uint8Array, id = nextJob++) {
    const reply = await post(paths.assignJob(id), toolchainCodec.encode({ archiveId: idOf(archive) }), bearer(id));
    expect(reply.status).toBe(200);
    return { id, ...assignJobReplyCodec.decode(reply.body) };
  }
  async function submit(id: number, archive: Uint8Array) {
    const reply = await post(paths.submitToolchain(id), Readable.from([archive]), bearer(id));
    return reply.status === 200 ? submitToolchainReplyCodec.decode(reply.body) : reply.status;
  }
  async function ready(archive: Buffer): Promise<number> {
    const { id, needToolchain } = await assign(archive);
    if (needToolchain) expect(await submit(id, archive)).toBe('Success');
    return id;
  }
  const script = (text: string, outputs: string[] = [], command: Partial<RunJobHeader['command']> = {}): RunJobHeader => ({
    command: { executable: '/bin/sh', arguments: ['-c', text], envVars: [['PATH', '/bin']], cwd: '/job', ...command },
    outputs,
  });
  const bodyOf = async (header: RunJobHeader, ...items: readonly Item[]): Promise<Buffer> => Buffer.concat([encodeRunJobPrefix(header), deflateSync(await tar(...items), { level: 1 })]);
  type Answer = { status: number; reply: Extract<RunJobReply, { kind: 'Complete' }>; text: string; http: HttpReply };
  async function run(id: number, body: Uint8Array, options: Parameters<typeof post>[2] = {}): Promise<Answer> {
    const reply = await post(paths.runJob(id), body, { ...bearer(id), ...options });
    const decoded = reply.status === 200 ? runJobReplyCodec.decode(reply.body) : undefined;
    return { status: reply.status, reply: (decoded?.kind === 'Complete' ? decoded : undefined) as Answer['reply'], text: decoded?.kind ?? new TextDecoder().decode(reply.body), http: reply };
  }
  const files = (answer: Answer): Record<string, string> => Object.fromEntries(answer.reply.outputs.map(([path, data]) => [path, inflateSync(data.compressed).toString()]));
  const shell = async (text: string, outputs: string[] = [], ...items: readonly Item[]): Promise<Answer> => run(await ready(shellToolchain), await bodyOf(script(text, outputs), ...items));
  const leftOvers = (): string[] => readdirSync(join(settings.buildDir, 'builds'));

  it('runs the tiny toolchain with the job that a real client sent', async () => {
    await start();
    const beat = scheduler.beats[0];
    expect(beat?.jwtKey.byteLength).toBe(32);
    expect(beat?.numCpus).toBeGreaterThan(0);
    const { id, state, needToolchain } = await assign(tinyToolchain);
    expect([state, needToolchain]).toEqual(['Pending', true]);
    expect(await submit(id, tinyToolchain)).toBe('Success');
    const answer = await run(id, readFileSync(new URL('../../../fixtures/vectors/client-0.17.0/12-run_job-tiny.req.body', import.meta.url)));
    expect(answer.reply.output.code).toBe(0);
    expect(Buffer.from(answer.reply.output.stdout).toString()).toBe('tiny stdout\n');
    expect(Buffer.from(answer.reply.output.stderr).toString()).toBe('tiny stderr\n');
    expect(Object.values(files(answer))).toEqual(['TINY-OBJECT\n']);
    expect(answer.reply.outputs[0]?.[1].uncompressedLength).toBe(12);
    expect(answer.http.headers['x-sccache-ts-steps']).toMatch(/^queue;dur=[0-9.]+, toolchain;dur=[0-9.]+, unpack;dur=[0-9.]+, run;dur=[0-9.]+, collect;dur=[0-9.]+, compress;dur=[0-9.]+$/);
    expect(scheduler.states).toEqual([`${id} Ready`, `${id} Started`, `${id} Complete`]);
    expect((await assign(tinyToolchain)).state).toBe('Ready');
    await expect.poll(leftOvers).toEqual([]);
  });

  it('leaves out outputs that are not there and returns names as they were asked for', async () => {
    await start();
    const answer = await shell('cat in.c; echo made > /job/out/x.o; echo there > rel', ['/job/out/x.o', '/job/out/x.d', 'rel', '/job/./rel'], { name: 'job/in.c', content: 'source' });
    expect(Buffer.from(answer.reply.output.stdout).toString()).toBe('source');
    expect(files(answer)).toEqual({ '/job/out/x.o': 'made\n', rel: 'there\n', '/job/./rel': 'there\n' });
  });

  const get = async (path: string): Promise<{ status: number; text: string }> => {
    const { status, body } = await http.request({ method: 'GET', url: `https://${settings.serverId}${path}`, ca, timeoutMs: 5_000, maxReply: 1_000_000 });
    return { status, text: new TextDecoder().decode(body) };
  };
  const conducts = (): (string | undefined)[] => scheduler.beats.map(({ report }) => report?.conduct);

  describe('being stopped', () => {
    it('finishes what it has, takes nothing new, and says so to the scheduler', async () => {
      await start();
      const promised = await ready(shellToolchain);
      const running = shell('sleep 1; echo done');
      await expect.poll(() => scheduler.states.filter((state) => state.endsWith('Started')).length).toBe(1);
      const drained = builder.drain();
      await expect.poll(conducts).toContain('draining');
      expect((await post(paths.assignJob(77), toolchainCodec.encode({ archiveId: idOf(shellToolchain) }), bearer(77))).status).toBe(500);
      expect(await get('/readyz')).toEqual({ status: 503, text: 'being stopped: no new jobs are taken\n' });
      // Whoever was promised a place may still come.
      expect((await run(promised, await bodyOf(script('exit 0')))).reply.output.code).toBe(0);
      expect(Buffer.from((await running).reply.output.stdout).toString()).toBe('done\n');
      await drained;
      expect(conducts().at(-1)).toBe('leaving');
      expect(scheduler.states.filter((state) => state.endsWith('Complete'))).toHaveLength(2);
    });

    it('hands back what does not end in time', async () => {
      await start({ drainSeconds: 1 });
      const running = shell('sleep 50');
      await expect.poll(() => scheduler.states.filter((state) => state.endsWith('Started')).length).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const began = performance.now();
      await builder.drain();
      expect(performance.now() - began).toBeLessThan(4_500);
      const answer = await running;
      expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('the job goes back to its client')]);
      expect(scheduler.states.at(-1)).toMatch(/ Complete$/);
      expect((await get('/metrics')).text).toContain('sccache_ts_jobs_total{outcome="handed-back"} 1\n');
      await expect.poll(leftOvers).toEqual([]);
    });

    it('is quick when it has nothing to do, even if the scheduler does not answer', async () => {
      await start();
      const calm = performance.now();
      await builder.drain();
      expect(performance.now() - calm).toBeLessThan(1_000);
    });
  });

  it('takes over what it can of new settings', async () => {
    await start();
    const other = await fakeScheduler(log);
    try {
      const changes = builder.reload({ ...settings, schedulerUrl: `${other.url}/`, exitCodes: 'plain', slots: 7, toolchainCacheSize: 5 });
      expect(changes).toEqual({ live: ['scheduler_url', 'exit_codes'], restart: ['toolchain_cache_size', 'slots'] });
      await expect.poll(() => other.beats.length).toBe(1);
      const id = await ready(shellToolchain);
      expect((await run(id, await bodyOf(script('exit 3')))).reply.output.code).toBe(3);
      expect(other.states).toEqual([`${id} Ready`, `${id} Started`, `${id} Complete`]);
    } finally {
      await other.close();
    }
  });

  it('counts and measures', async () => {
    await start({ metricsAddr: { host: '127.0.0.1', port: await freePort(), family: 4 } });
    expect(await get('/readyz')).toEqual({ status: 200, text: 'ready\n' });
    await shell('echo 12345 > /job/x', ['/job/x'], { name: 'job/in.c', content: 'source' });
    expect((await shell('exit 3')).status).toBe(500);
    expect((await shell('kill -9 $$')).status).toBe(500);
    const reply = await fetch(`http://127.0.0.1:${settings.metricsAddr?.port}/metrics`);
    const text = await reply.text();
    const value = (name: string): number => Number(text.split('\n').find((line) => line.startsWith(`${name} `))?.slice(name.length));
    expect(value('sccache_ts_jobs_total{outcome="complete"}')).toBe(1);
    expect(value('sccache_ts_jobs_total{outcome="repeat"}')).toBe(1);
    expect(value('sccache_ts_jobs_total{outcome="failed"}')).toBe(1);
    expect(value('sccache_ts_jobs{state="running"}')).toBe(0);
    expect(value('sccache_ts_slots')).toBe(2);
    expect(value('sccache_ts_scheduler_up')).toBe(1);
    expect(value('sccache_ts_toolchain_archives')).toBe(1);
    expect(value('sccache_ts_toolchain_uploads_total{result="stored"}')).toBe(1);
    expect(value('sccache_ts_bytes_total{kind="toolchain"}')).toBe(shellToolchain.byteLength);
    expect(value('sccache_ts_bytes_total{kind="inputs"}')).toBeGreaterThan(100);
    expect(value('sccache_ts_bytes_total{kind="outputs"}')).toBeGreaterThan(10);
    expect(value('sccache_ts_job_step_seconds_count{step="run"}')).toBe(1);
    expect(value('process_open_fds')).toBeGreaterThan(5);
    await builder.drain();
    expect(scheduler.beats.at(-1)?.report).toMatchObject({
      conduct: 'leaving', slots: 2, running: 0, done: 2, failed: 1, toolchains: [idOf(shellToolchain)], toolchainBytes: shellToolchain.byteLength,
      lastError: { message: expect.stringContaining('signal 9') as string },
    });
  });

  describe('exit codes', () => {
    it.each<[string, Record<string, string>, string, Partial<BuilderSettings>, number | undefined]>([
      ['of failures send Unix clients home, which take them for a wait status or not', {}, '/job', {}, undefined],
      ['are plain for clients of ours', { 'x-sccache-ts': '0.1.0' }, '/job', {}, 3],
      ['are plain for clients on Windows', {}, '/prefix/disk-C/job', {}, 3],
      ['are as the settings say: plain', {}, '/job', { exitCodes: 'plain' }, 3],
      ['are as the settings say: wait-status', { 'x-sccache-ts': '0.1.0' }, '/job', { exitCodes: 'wait-status' }, (3 << 8) | 0x80],
    ])('%s', async (...[, headers, cwd, changes, expected]) => {
      await start(changes);
      const answer = await run(await ready(shellToolchain), await bodyOf(script('exit 3', [], { cwd })), { headers });
      if (expected === undefined) expect(answer.status).toBe(500);
      else expect(answer.reply.output.code).toBe(expected);
    });
  });

  describe('tokens', () => {
    it.each<[string, () => string | undefined, number]>([
      ['no token', () => undefined, 401],
      ['another scheme', () => 'Basic abc', 401],
      ['garbage', () => 'Bearer garbage', 401],
      ['a token for another job', () => `Bearer ${token(8)}`, 401],
      ['a token from before a restart', () => `Bearer ${signJobToken(new Uint8Array(32), 7)}`, 500],
    ])('%s', async (_, auth, status) => {
      await start();
      for (const path of [paths.assignJob(7), paths.submitToolchain(7), paths.runJob(7)]) {
        const authorization = auth();
        const reply = await post(path, toolchainCodec.encode({ archiveId: idOf(tinyToolchain) }), authorization === undefined ? {} : { auth: authorization });
        expect(reply.status).toBe(status);
        if (status === 401) expect(reply.headers['www-authenticate']).toBe('Bearer error="invalid_jwt"');
      }
      expect(scheduler.states).toEqual([]);
    });
  });

  it('deletes a toolchain that is not what its name says', async () => {
    await start();
    const { id } = await assign(tinyToolchain);
    expect(await submit(id, Buffer.concat([tinyToolchain, Buffer.from('!')]))).toBe('CannotCache');
    expect((await assign(tinyToolchain)).needToolchain).toBe(true);
    expect(readdirSync(join(settings.cacheDir, 'tc'), { recursive: true, withFileTypes: true }).filter((it) => it.isFile())).toEqual([]);
    expect((await run(id, await bodyOf(script(':')))).text).toBe('JobNotFound');
  });

  it('refuses a toolchain larger than its cache, and still answers', async () => {
    await start({ toolchainCacheSize: 100 });
    expect(await submit((await assign(tinyToolchain)).id, tinyToolchain)).toBe('CannotCache');
    expect(lines.filter((line) => line.startsWith('warn')).join()).toContain('it is larger than all that may be kept, 100 bytes');
  });

  it('does not hold a place for a job whose toolchain could not be taken', async () => {
    await start({ toolchainCacheSize: 100 });
    const [refused, silent, waiting] = [(await assign(tinyToolchain)).id, (await assign(tinyToolchain)).id, (await assign(tinyToolchain)).id];
    expect(await submit(refused, tinyToolchain)).toBe('CannotCache');
    scheduler.answer = () => 500;
    expect(await submit(silent, tinyToolchain)).toBe(500);
    scheduler.answer = () => 200;
    await builder.drain();
    expect(scheduler.beats.find(({ report }) => report?.conduct === 'draining')?.report?.jobs).toEqual([waiting]);
  });

  it('says that it does not know a job that it does not know', async () => {
    await start();
    expect(await submit(4242, tinyToolchain)).toBe('JobNotFound');
    expect((await run(4242, await bodyOf(script(':')))).text).toBe('JobNotFound');
    expect(scheduler.states).toEqual(['4242 Ready', '4242 Started', '4242 Complete']);
  });

  it('overwrites stale jobs of a scheduler that was restarted', async () => {
    await start();
    const first = await assign(tinyToolchain, 1);
    const second = await assign(shellToolchain, first.id);
    expect(await submit(second.id, shellToolchain)).toBe('Success');
    expect((await run(second.id, await bodyOf(script(':')))).reply.output.code).toBe(0);
  });

  it('fails a job with 500 when its scheduler does not want it, and leaves nothing behind', async () => {
    await start();
    const id = await ready(shellToolchain);
    scheduler.answer = (state) => (state === 'Started' ? 500 : 200);
    const answer = await run(id, await bodyOf(script('sleep 5')));
    expect(answer.status).toBe(500);
    expect(scheduler.states).not.toContain(`${id} Complete`);
    scheduler.answer = (state) => (state === 'Ready' ? 500 : 200);
    expect(await submit((await assign(tinyToolchain)).id, tinyToolchain)).toBe(500);
    await expect.poll(leftOvers).toEqual([]);
  });

  it('answers although the scheduler does not hear that the job is over', async () => {
    await start();
    scheduler.answer = (state) => (state === 'Complete' ? 500 : 200);
    expect((await shell('exit 0')).reply.output.code).toBe(0);
  });

  it.each<[string, (body: Buffer) => Buffer]>([
    ['an empty body', () => Buffer.alloc(0)],
    ['a header that breaks off', (body) => body.subarray(0, 20)],
    ['a header of 4 GB', (body) => Buffer.concat([Buffer.from([255, 255, 255, 255]), body.subarray(4)])],
    ['a string of 2^63 bytes', (body) => Buffer.concat([body.subarray(0, 4), Buffer.from([0, 0, 0, 0, 0, 0, 0, 128]), body.subarray(12)])],
    ['inputs that break off', (body) => body.subarray(0, body.byteLength - 20)],
    ['inputs that are no zlib stream', (body) => Buffer.concat([body.subarray(0, body.readUInt32BE() + 4), Buffer.from('nonsense')])],
  ])('answers %s with 500', async (_, spoil) => {
    await start();
    const answer = await run(await ready(shellToolchain), spoil(await bodyOf(script('exit 0'), { name: 'x', content: Math.random().toString().repeat(9) })));
    expect(answer.status).toBe(500);
    await expect.poll(leftOvers).toEqual([]);
    expect((await shell('exit 0')).reply.output.code).toBe(0);
  });

  it.each<[string, RunJobHeader, Item[]]>([
    ['inputs that climb out', script(':'), [{ name: '../../escaped', content: 'x' }]],
    ['an executable that is not there', script(':', [], { executable: '/bin/absent' }), []],
    ['a relative working directory', script(':', [], { cwd: 'job' }), []],
    ['an output that is a directory', script('mkdir out', ['/job/out']), []],
    ['an output that is a fifo', script('mkfifo out', ['/job/out']), []],
    ['an output that is a circle of links', script('ln -s out out', ['/job/out']), []],
    ['a command that is killed', script('kill -9 $$'), []],
    ['a compiler that was starved', script('echo "cc1: Killed signal terminated program cc1plus" >&2; exit 1'), []],
    ['a working directory that is a file', script(':', [], { cwd: '/job/x' }), [{ name: 'job/x', content: '' }]],
  ])('answers %s with 500, never with a compiler\'s failure', async (_, header, items) => {
    await start();
    const answer = await run(await ready(shellToolchain), await bodyOf(header, ...items));
    expect(answer.status).toBe(500);
    await expect.poll(leftOvers).toEqual([]);
  });

  it('reads neither inputs nor outputs through links to the host', async () => {
    await start();
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'secret');
    const answer = await shell(
      `ln -s ${secret} stolen; ln -s ../../../../../../../../../..${secret} climbed; ln -s /etc/passwd passwd; ln -s ${folder} dir; ln -s /job/real good; echo real > real`,
      ['/job/stolen', '/job/climbed', '/job/passwd', '/job/dir/secret', '/job/good', `/host${secret}`],
      { name: 'host', type: 'symlink', linkname: '/' },
    );
    expect(files(answer)).toEqual({ '/job/good': 'real\n' });
    const toolchain = gzipSync(await tar({ name: 'lib', type: 'symlink', linkname: folder }, { name: 'bin', type: 'symlink', linkname: '/usr/bin' }, { name: 'usr/bin/sh', content: 'none', mode: 0o755 }));
    const refused = await run(await ready(toolchain), await bodyOf(script(':', ['/lib/made/x.o']), { name: 'lib/planted', content: 'x' }));
    expect(refused.status).toBe(500);
    expect(readdirSync(folder).filter((name) => ['planted', 'made'].includes(name))).toEqual([]);
  });

  it('never writes an environment, a token or a key into its log', async () => {
    await start();
    const secretEnv = [['PASSWORD', 'hunter2-in-the-environment'], ['PATH', '/bin']] as const;
    const id = await ready(shellToolchain);
    await run(id, await bodyOf(script('exit 1', [], { envVars: secretEnv })));
    const other = await ready(shellToolchain);
    await run(other, await bodyOf(script(':', ['/job'], { envVars: secretEnv, executable: '/bin/absent' })));
    const text = lines.join('\n');
    expect(lines.length).toBeGreaterThan(5);
    for (const secret of ['hunter2', token(id), 'secret of the fleet', Buffer.from(scheduler.beats[0]?.jwtKey ?? '').toString('base64url'), 'PRIVATE KEY']) expect(text).not.toContain(secret);
  });

  it('kills the job of a client that went away', async () => {
    await start();
    const id = await ready(shellToolchain);
    const stop = new AbortController();
    const running = run(id, await bodyOf(script('sleep 1618; :')), { signal: stop.signal });
    const sleeping = (): boolean => readdirSync('/proc').some((pid) => /^[0-9]+$/.test(pid) && existsSync(`/proc/${pid}/cmdline`) && cmdline(pid).startsWith('sleep\u00001618'));
    await expect.poll(sleeping, { timeout: 10_000 }).toBe(true);
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect.poll(sleeping).toBe(false);
    await expect.poll(leftOvers).toEqual([]);
    await expect.poll(() => scheduler.states).toContain(`${id} Complete`);
  });

  it('ends a job that takes too long with 500', async () => {
    await start({ jobSeconds: 1 });
    expect((await shell('sleep 30')).status).toBe(500);
  });

  it('gives jobs the time that the newest settings say', async () => {
    await start({ jobSeconds: 60 });
    expect(builder.reload({ ...settings, jobSeconds: 1 })).toEqual({ live: ['job_seconds'], restart: [] });
    const began = performance.now();
    expect((await shell('sleep 30')).status).toBe(500);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it('ends a job at the end of the disk that it has to itself, believes no compiler there, and counts it', async ({ skip }) => {
    if ((await findEnter()) === undefined) {
      console.warn('skipped: a disk for each job: sandbox-enter is not built');
      skip();
    }
    await start({ job: { ...usualJob, disk: 1_000_000 }, sandbox: { ...usualSandbox, disk: 'memory' } });
    expect(builder.sandbox.description).toContain('a disk of fixed size in memory for each job');
    for (const text of [
      'dd if=/dev/zero of=/tmp/big bs=1024 count=2000; exit 0',
      'dd if=/dev/zero of=/tmp/big bs=1024 count=2000; exit 1',
      // What compilers do who find no room.
      'dd if=/dev/zero of=/tmp/big bs=1024 count=2000; rm /tmp/big; exit 1',
      'while :; do dd if=/dev/zero of=/tmp/big bs=1024 count=2000; done 2> /dev/null',
    ]) {
      const answer = await shell(text);
      expect([text, answer.status]).toEqual([text, 500]);
    }
    expect(builder.outcomes.counts()['JOB_OVER_DISK']).toBe(4);
    const good = await shell('echo made > /job/out', ['/job/out'], { name: 'job/in.c', content: 'source' });
    expect(files(good)).toEqual({ '/job/out': 'made\n' });
  });

  it.each<[string, Partial<JobSettings>, string, string]>([
    ['disk', { disk: 1_000_000 }, 'dd if=/dev/zero of=/tmp/big bs=1024 count=900; dd if=/dev/zero of=/tmp/more bs=1024 count=900; sleep 20', 'JOB_OVER_DISK'],
    ['processes', { processes: 8 }, 'i=0; while [ $i -lt 20 ]; do sleep 20 & i=$((i+1)); done; wait', 'JOB_OVER_PROCESSES'],
    ['output', { output: 1000 }, 'dd if=/dev/zero of=/job/out bs=1000 count=2', 'JOB_OVER_OUTPUT'],
  ])('ends a job that uses more %s than it may, tells the client why, and counts it', async (_, limits, text, code) => {
    await start({ job: { ...usualJob, ...limits } });
    const answer = await shell(text, ['/job/out']);
    expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('on the build server')]);
    expect((await shell('exit 0')).reply.output.code).toBe(0);
    expect(builder.outcomes.counts()).toEqual({ [code]: 1, done: 1 });
    expect(builder.sandbox.description).toMatch(/overlay file system|mounts of folders/);
    await expect.poll(leftOvers).toEqual([]);
  });

  it('runs no more jobs at once than it has places, and all in the end', async () => {
    await start({ slots: 2 });
    const ids = [await ready(shellToolchain), await ready(shellToolchain), await ready(shellToolchain), await ready(shellToolchain), await ready(shellToolchain)];
    const body = await bodyOf(script('sleep 0.3'));
    const started = performance.now();
    const answers = await Promise.all(ids.map((id) => run(id, body)));
    expect(answers.map((it) => it.reply.output.code)).toEqual([0, 0, 0, 0, 0]);
    expect(performance.now() - started).toBeGreaterThan(3 * 300);
  });

  it('removes an archive that cannot be unpacked', async () => {
    await start();
    const bad = gzipSync('no tar at all');
    const id = await ready(bad);
    expect((await run(id, await bodyOf(script(':')))).status).toBe(500);
    expect((await assign(bad)).needToolchain).toBe(true);
  });

  it('unpacks sticky, masked and absolutely linked toolchains so that they work', async () => {
    await start();
    const root = join(folder, 'linked');
    mkdirSync(root);
    makeShellRoot(root);
    const entries = spawnSync('/bin/sh', ['-c', 'mkdir -p usr && mv bin usr/bin && ln -s /usr/bin bin && chmod 0755 tmp && chmod u+s usr/bin/cat && tar -cz --format=gnu .'], { cwd: root, maxBuffer: 1 << 30 });
    const id = await ready(entries.stdout);
    const answer = await run(id, await bodyOf(script('echo x > /tmp/x && cat /tmp/x > /job/y', ['/job/y'])));
    expect(files(answer)).toEqual({ '/job/y': 'x\n' });
    const unpacked = join(settings.buildDir, 'toolchains', idOf(entries.stdout));
    expect(statSync(join(unpacked, 'usr/bin/cat')).mode & 0o7000).toBe(0);
  });

  it('keeps its memory flat while large toolchains pass', async () => {
    await start({ toolchainCacheSize: 1024 ** 3 });
    const chunk = Buffer.alloc(1024 * 1024);
    const archive = Buffer.alloc(200 * 1024 * 1024);
    for (let at = 0; at < archive.byteLength; at += chunk.byteLength) archive.writeDoubleLE(Math.random() + 0.001, at);
    const ids = await Promise.all([0, 1, 2].map(async () => (await assign(archive)).id));
    const before = process.memoryUsage();
    let most = 0;
    let longestPause = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longestPause = Math.max(longestPause, performance.now() - last);
      last = performance.now();
      most = Math.max(most, process.memoryUsage().rss);
    }, 10);
    const pieces = function* (): Generator<Buffer> {
      for (let at = 0; at < archive.byteLength; at += 65_536) yield archive.subarray(at, at + 65_536);
    };
    for (const id of ids.slice(0, 1)) {
      const reply = await post(paths.submitToolchain(id), Readable.from(pieces()), bearer(id));
      expect(submitToolchainReplyCodec.decode(reply.body)).toBe('Success');
    }
    clearInterval(timer);
    expect(most - before.rss).toBeLessThan(150 * 1024 * 1024);
    expect(longestPause).toBeLessThan(1000);
    expect(await submit(ids[1] ?? 0, Buffer.alloc(0))).toBe('Success');
  }, 120_000);

  it('starts from empty folders of its own and touches nothing else', async () => {
    const buildDir = mkdtempSync(join(folder, 'used-'));
    for (const name of ['builds/old', 'ready/old', 'toolchains/old', 'mine']) mkdirSync(join(buildDir, name), { recursive: true });
    await start({ buildDir });
    expect(readdirSync(buildDir).sort()).toEqual(['builds', 'mine', 'ready', 'toolchains']);
    expect(readdirSync(join(buildDir, 'ready'))).not.toContain('old');
    expect([leftOvers(), readdirSync(join(buildDir, 'toolchains'))]).toEqual([[], []]);
    await expect(runBuilder({ settings, log, clock, http })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
  });
});

function cmdline(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It ended while we looked.
    return '';
  }
}
