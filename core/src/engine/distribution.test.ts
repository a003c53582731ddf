// Schedulers and build servers that are slow, absent, wrong or hostile: real sockets, made-up replies.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync, inflateSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Digest, isFault, silentLog } from '../base/index.js';
import { type Compilation, gccDialect } from '../compilation/index.js';
import { type Certificate, makeCertificate } from '../host/index.js';
import {
  allocJobReplyCodec,
  createRunJobPrefixReader,
  type RunJobHeader,
  type RunJobReply,
  runJobReplyCodec,
  schedulerStatusCodec,
  serverCertificateReplyCodec,
  submitToolchainReplyCodec,
} from '../wire/index.js';
import { createDistribution, type DistributionSettings, type LiveDistribution } from './distribution.js';
import type { AwayJob, AwayResult } from './ports.js';

const closers: (() => unknown)[] = [];
let folder = '';
let shown: Certificate;
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sts-fleet-')));
  shown = await makeCertificate({ serverId: '127.0.0.1:1', validFromMs: Date.now(), days: 1 });
  writeFileSync(join(folder, 'a.c'), 'int main(void) { return 0; }\n');
  writeFileSync(join(folder, 'tc.tar.gz'), gzipSync('any bytes at all'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const sha = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const bodyOf = (request: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)));
  });
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    (server as ReturnType<typeof createServer>).closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;
const ok = (bytes: Uint8Array): Answer => (_request, response) => void response.end(bytes);
const status = (code: number, text = ''): Answer => (_request, response) => void response.writeHead(code).end(text);
const cut: Answer = (request) => void request.socket.destroy();

interface Behaviour {
  readonly status?: Answer;
  readonly alloc?: Answer;
  readonly certificate?: Answer;
  readonly submit?: Answer;
  readonly run?: Answer;
  /** What the compiler in the archive says of itself; default: that it is the one here. */
  readonly release?: Answer;
  readonly needToolchain?: boolean;
  readonly certDigest?: Uint8Array;
}

interface Fleet {
  readonly distribution: LiveDistribution;
  readonly asked: string[];
  readonly pass: (ms: number) => void;
  readonly server: string;
}

const output = (text: string) => ({ compressed: deflateSync(text), uncompressedLength: text.length });
const dependencies = '/tmp/sccache-ts-read.d';
const objectPath = (): string => join(folder, 'a.o');
const complete = (more: { code?: number; stderr?: string; outputs?: [string, { compressed: Uint8Array; uncompressedLength: number }][] } = {}): RunJobReply => ({
  kind: 'Complete',
  output: { code: more.code ?? 0, stdout: new Uint8Array(), stderr: Buffer.from(more.stderr ?? '') },
  outputs: more.outputs ?? [[objectPath(), output('object')], [dependencies, output('a.o: a.c\n')]],
});
const runs = (reply: RunJobReply): Answer => ok(runJobReplyCodec.encode(reply));

const release = (macros: string, code = 0): Answer => runs({ kind: 'Complete', output: { code, stdout: Buffer.from(macros), stderr: Buffer.from('what?\n') }, outputs: [] });

async function fleet(behaviour: Behaviour, settings: Partial<DistributionSettings> = {}): Promise<Fleet> {
  const asked: string[] = [];
  let clock = 0;
  let hasToolchain = false;
  const routed = (choose: (path: string) => Answer): RequestListener => (request, response) => {
    const url = request.url ?? '';
    // As a build server of sccache, which has no such path.
    if (url === '/healthz') return void response.writeHead(404).end();
    void bodyOf(request).then((body) => {
      hasToolchain ||= url.includes('run_job');
      const isRelease = url.includes('run_job') && body.includes('-dM');
      asked.push(isRelease ? 'release' : (url.split('/')[4] ?? ''));
      (isRelease ? (behaviour.release ?? release('#define __VERSION__ "12"\n')) : choose(url))(request, response, body);
    });
  };
  const serverPort = await listen(
    createTlsServer(
      { key: shown.keyPem, cert: shown.certPem },
      routed((path) =>
        path.includes('submit') ? (behaviour.submit ?? ok(submitToolchainReplyCodec.encode('Success'))) : (behaviour.run ?? runs(complete())),
      ),
    ),
  );
  const server = `127.0.0.1:${serverPort}`;
  const allocated = (): Uint8Array => allocJobReplyCodec.encode({
    kind: 'Success',
    jobAlloc: { auth: 'job token', jobId: 7n, serverId: server },
    needToolchain: !hasToolchain && behaviour.needToolchain === true,
    certDigest: behaviour.certDigest ?? shown.digest,
  });
  const certificate = serverCertificateReplyCodec.encode({ certDigest: shown.digest, certPem: Buffer.from(shown.certPem) });
  const port = await listen(
    createServer(
      routed((path) => {
        if (path.endsWith('/status')) return behaviour.status ?? ok(schedulerStatusCodec.encode({ numServers: 1, numCpus: 2, inProgress: 0 }));
        if (path.includes('alloc_job')) return behaviour.alloc ?? ok(allocated());
        return behaviour.certificate ?? ok(certificate);
      }),
    ),
  );
  const distribution = createDistribution(
    {
      schedulerUrl: `http://127.0.0.1:${port}/`,
      token: 'a token with spaces',
      cacheDir: join(folder, 'cache'),
      toolchainCacheBytes: 1e9,
      toolchains: [{ kind: 'path_override', compiler: '/usr/bin/gcc', archive: join(folder, 'tc.tar.gz'), archiveCompiler: '/bin/their-gcc' }],
      ...settings,
    },
    { log: silentLog, env: { PATH: '/usr/bin:/bin' }, clockMs: () => clock },
  );
  closers.push(() => distribution.close());
  return { distribution, asked, server, pass: (ms) => (clock += ms) };
}

function job(signal = new AbortController().signal): AwayJob {
  const facts = { kind: 'gcc', plusplus: false, version: '12', apple: false } as const;
  const request = { compiler: '/usr/bin/gcc', args: ['-c', 'a.c'], cwd: folder, env: [['PATH', '/bin'], ['SECRET', 'hush']] as const };
  const verdict = gccDialect.parse(request, facts, () => undefined);
  if (verdict.kind !== 'compile') throw new Error('declined');
  const compilation: Compilation = verdict.compilation;
  const compiler = { path: request.compiler, facts, dialect: gccDialect, identity: 'x' as Digest };
  return { request, compiler, compilation, files: ['a.c'], signal };
}

const told = (result: AwayResult): string =>
  result.kind === 'compiled' ? 'compiled' : `${isFault(result.fault) ? result.fault.code : String(result.fault)} ${result.reason}`;

describe('a good fleet', () => {
  it('gets the sources, the allowed environment and the other compiler, and its object is taken', async () => {
    let header: RunJobHeader | undefined;
    let tar = '';
    let token: string | undefined;
    const { distribution, server } = await fleet({
      run: (request, response, body) => {
        const prefix = createRunJobPrefixReader().push(body);
        header = prefix?.header;
        tar = inflateSync(prefix?.rest ?? '').toString('latin1');
        token = request.headers.authorization;
        runs(complete())(request, response, body);
      },
    });
    const result = await distribution.compile(job());
    expect(result).toMatchObject({ kind: 'compiled', server, outputs: [{ path: objectPath(), bytes: new Uint8Array(Buffer.from('object')) }] });
    expect(header?.command).toMatchObject({ executable: '/bin/their-gcc', cwd: folder });
    expect(JSON.stringify(header)).not.toContain('hush');
    expect(header?.outputs).toEqual([objectPath(), dependencies]);
    expect(tar).toContain('int main(void)');
    expect(token).toBe('Bearer job token');
  });

  it('gets each toolchain once, however many jobs need it', async () => {
    const bodies: number[] = [];
    const { distribution, asked } = await fleet({
      needToolchain: true,
      submit: (_request, response, body) => {
        bodies.push(body.length);
        setTimeout(() => response.end(submitToolchainReplyCodec.encode('Success')), 100);
      },
    });
    const results = await Promise.all(Array.from({ length: 5 }, () => distribution.compile(job())));
    expect(results.map((result) => result.kind)).toEqual(Array(5).fill('compiled'));
    expect(bodies.filter((length) => length > 0)).toEqual([gzipSync('any bytes at all').byteLength]);
    expect(asked.filter((name) => name === 'server_certificate').length).toBe(1);
  });

  it('is asked for its certificate again when it shows another one', async () => {
    const { distribution } = await fleet({ certDigest: sha(Buffer.from('another')) });
    expect(told(await distribution.compile(job()))).toMatch(/^RESULT_DOUBTFUL/);
  });
});

describe('an archive of the user\'s own', () => {
  it('is asked once which compiler it holds', async () => {
    const { distribution, asked } = await fleet({});
    for (let again = 0; again < 3; again += 1) expect(told(await distribution.compile(job()))).toBe('compiled');
    expect(asked.filter((name) => ['release', 'run_job', 'alloc_job'].includes(name)).join(' ')).toMatch(/^(?:alloc_job )?release (?:alloc_job )?run_job (?:alloc_job )?run_job (?:alloc_job )?run_job$/);
  });

  it.each<[string, Answer, RegExp]>([
    ['another release', release('#define __VERSION__ "13.2.0"\n'), /^undefined another compiler in its archive: \/bin\/their-gcc there is 13\.2\.0, the one here is 12$/],
    ['no compiler', release('', 1), /^undefined another compiler in its archive: \/bin\/their-gcc does not say which compiler it is \(exit 1\) what\?$/],
  ])('with %s is never compiled with', async (_name, answer, reason) => {
    const { distribution, asked } = await fleet({ release: answer });
    for (let again = 0; again < 3; again += 1) expect(told(await distribution.compile(job()))).toMatch(reason);
    expect([asked.filter((name) => name === 'release').length, asked.includes('run_job')]).toEqual([1, false]);
  });

  it('is asked again where the build server failed', async () => {
    let cuts = 0;
    const { distribution, pass } = await fleet({ release: (...call) => (cuts++ === 0 ? cut : release('#define __VERSION__ "12"\n'))(...call) });
    expect(told(await distribution.compile(job()))).toMatch(/^HTTP_UNREACHABLE/);
    pass(60_001);
    expect(told(await distribution.compile(job()))).toBe('compiled');
  });
});

describe('replies that send the compile home', () => {
  const d: [string, { compressed: Uint8Array; uncompressedLength: number }] = [dependencies, output('a.o: a.c\n')];
  it.each<[string, Behaviour, RegExp]>([
    ['a failed compile', { run: runs(complete({ code: 1, stderr: 'x' })) }, /^undefined the compiler exited with 1/],
    ['diagnostics', { run: runs(complete({ stderr: 'warning' })) }, /^undefined the compiler wrote diagnostics/],
    ['no object', { run: runs(complete({ outputs: [d] })) }, /^RESULT_DOUBTFUL/],
    ['no dependency file', { run: runs(complete({ outputs: [[join('/', 'x'), output('')]] })) }, /^RESULT_DOUBTFUL/],
    ['another file read', { run: (...call) => runs(complete({ outputs: [[objectPath(), output('o')], [dependencies, output('a.o: a.c /etc/x.h\n')]] }))(...call) }, /^undefined only one side has read \/etc\/x.h/],
    ['a file not read', { run: (...call) => runs(complete({ outputs: [[objectPath(), output('o')], [dependencies, output('a.o:\n')]] }))(...call) }, /^undefined only one side has read .*a\.c/],
    ['a wrong length', { run: (...call) => runs(complete({ outputs: [[objectPath(), { ...output('object'), uncompressedLength: 7 }], d] }))(...call) }, /^RESULT_DOUBTFUL/],
    ['a bomb', { run: (...call) => runs(complete({ outputs: [[objectPath(), { compressed: deflateSync(Buffer.alloc(5e6)), uncompressedLength: 10 }], d] }))(...call) }, /^RESULT_DOUBTFUL/],
    ['an impossible length', { run: (...call) => runs(complete({ outputs: [[objectPath(), { ...output('o'), uncompressedLength: 2 ** 40 }], d] }))(...call) }, /^RESULT_DOUBTFUL/],
    ['an output nobody asked for', { run: (...call) => runs(complete({ outputs: [['/etc/passwd', output('x')], [objectPath(), output('o')], d] }))(...call) }, /^RESULT_DOUBTFUL/],
    ['no zlib', { run: (...call) => runs(complete({ outputs: [[objectPath(), { compressed: Buffer.from('zzz'), uncompressedLength: 3 }], d] }))(...call) }, /^RESULT_DOUBTFUL/],
    ['an unknown job', { run: runs({ kind: 'JobNotFound' }) }, /^JOB_UNKNOWN/],
    ['nonsense', { run: ok(Buffer.from('nonsense')) }, /^WIRE_MALFORMED/],
    ['a 500', { run: status(500, '{"description":"sandbox","cause":null}') }, /^HTTP_STATUS/],
    ['a refused job token', { run: status(401) }, /^AUTH_REFUSED/],
    ['a cut connection', { run: cut }, /^HTTP_UNREACHABLE/],
    ['a toolchain not kept', { needToolchain: true, submit: ok(submitToolchainReplyCodec.encode('CannotCache')) }, /^TOOLCHAIN_REFUSED/],
    ['an upload cut', { needToolchain: true, submit: cut }, /^HTTP_UNREACHABLE/],
    ['a refused client token', { alloc: status(401, 'Fixed token mismatch') }, /^AUTH_REFUSED/],
    ['no capacity', { alloc: ok(allocJobReplyCodec.encode({ kind: 'Fail', msg: 'Insufficient capacity' })) }, /^undefined Insufficient capacity/],
    ['an alloc failure', { alloc: status(500) }, /^HTTP_STATUS/],
    ['a missing certificate', { certificate: status(500) }, /^HTTP_STATUS/],
    ['a bad certificate', { certificate: ok(serverCertificateReplyCodec.encode({ certDigest: new Uint8Array(32), certPem: Buffer.from('no') })) }, /^WIRE_MALFORMED/],
    ['a scheduler that answers nonsense', { status: ok(Buffer.from('x')) }, /^undefined no scheduler/],
  ])('%s', async (_name, behaviour, expected) => {
    const { distribution } = await fleet(behaviour);
    expect(told(await distribution.compile(job()))).toMatch(expected);
  });
});

describe('time', () => {
  it('a scheduler that is down is left alone for longer and longer, and used again when it is back', async () => {
    let down = true;
    const { distribution, asked, pass } = await fleet({
      status: (...call) => (down ? cut : ok(schedulerStatusCodec.encode({ numServers: 1, numCpus: 2, inProgress: 0 })))(...call),
    });
    await distribution.compile(job());
    const before = asked.length;
    for (let i = 0; i < 20; i++) expect(told(await distribution.compile(job()))).toBe('undefined no scheduler just now');
    expect(asked.length).toBe(before);
    expect(await distribution.status()).toEqual({ NotConnected: [expect.any(String), 'enabled, not connected, will retry in 30.0s'] });
    pass(30_001);
    await distribution.compile(job());
    expect(asked.length).toBeGreaterThan(before);
    expect(await distribution.status()).toEqual({ NotConnected: [expect.any(String), 'enabled, not connected, will retry in 60.0s'] });
    down = false;
    pass(60_001);
    expect(told(await distribution.compile(job()))).toBe('compiled');
    expect(await distribution.status()).toMatchObject({ SchedulerStatus: [expect.any(String), { num_servers: 1, num_cpus: 2, in_progress: 0 }] });
  });

  it('a build server that has failed is not given the next job', async () => {
    const { distribution, asked, pass } = await fleet({ run: cut });
    expect(told(await distribution.compile(job()))).toMatch(/^HTTP_UNREACHABLE/);
    expect(told(await distribution.compile(job()))).toBe('undefined the build server has failed a moment ago');
    expect(asked.filter((name) => name === 'run_job').length).toBe(1);
    pass(5_001);
    expect(told(await distribution.compile(job()))).toMatch(/^HTTP_UNREACHABLE/);
  });

  it('a long upload goes on while the compile goes home', async () => {
    let finish: (() => void) | undefined;
    const success = submitToolchainReplyCodec.encode('Success');
    const { distribution, asked } = await fleet(
      {
        needToolchain: true,
        submit: (_request, response) => {
          if (finish === undefined) finish = (): void => void response.end(success);
          else response.end(success);
        },
      },
      { patienceMs: 400 },
    );
    expect(told(await distribution.compile(job()))).toBe('undefined its toolchain is still being uploaded');
    expect(asked).not.toContain('run_job');
    finish?.();
    expect(told(await distribution.compile(job()))).toBe('compiled');
  });

  it.each(['alloc', 'submit', 'run'] as const)('a %s that never answers ends with its deadline', async (step) => {
    const silent: Behaviour = { needToolchain: true, [step]: () => undefined };
    const { distribution } = await fleet(silent, { deadlines: { [step]: 200 } });
    expect(told(await distribution.compile(job()))).toMatch(/^HTTP_TIMEOUT/);
  });

  it('a cancelled compile ends at once, and so does a closed distribution', async () => {
    let gone = (): void => undefined;
    const left = new Promise<void>((resolve) => (gone = resolve));
    const cancel = new AbortController();
    const run: Answer = (_request, response) => {
      response.on('close', gone);
      setTimeout(() => cancel.abort(), 20);
    };
    const { distribution } = await fleet({ run });
    const pending = distribution.compile(job(cancel.signal));
    expect(told(await pending)).toBe('undefined cancelled');
    await left;
    const other = distribution.compile(job());
    setTimeout(() => void distribution.close(), 100);
    expect(await other).toMatchObject({ kind: 'home' });
    expect(told(await distribution.compile(job()))).toBe('undefined distribution is closed');
  });

  it('no more than so many are away at once', async () => {
    const { distribution } = await fleet({ run: (...call) => void setTimeout(() => runs(complete())(...call), 150) }, { maxJobs: 2 });
    const results = await Promise.all([1, 2, 3, 4].map(() => distribution.compile(job())));
    expect(results.map(told).sort()).toEqual(['compiled', 'compiled', 'undefined 2 compiles are away already', 'undefined 2 compiles are away already']);
  });
});
