import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf, type EnvPairs, Fault } from '../base/index.js';
import { type Command, gccDialect } from '../compilation/index.js';
import { createFileDigests, readResponseFile } from '../host/index.js';
import { createMemoryStorage, type Storage } from '../storage/index.js';
import type { Outcome } from './answers.js';
import { compile } from './compile.js';
import type { EnginePorts } from './engine-ports.js';
import type { AwayJob, Compilers, Distribution, Front } from './ports.js';
import type { CompileReport } from './report.js';

const env: EnvPairs = [['PATH', '/usr/bin:/bin'], ['LANG', 'C.UTF-8']];
const gcc = '/usr/bin/gcc';
const compilers: Compilers = {
  cratesOf: () => undefined,
  identify: () =>
    Promise.resolve({
      path: gcc,
      facts: { kind: 'gcc', plusplus: false, version: '12.2.0', apple: false },
      dialect: gccDialect,
      identity: digestOf('the compiler'),
    }),
};

/** Runs orders as a launcher would: in the request's folder, as a real process. */
function frontIn(cwd: string, ran: Command[], more: Partial<Front> = {}): Front {
  return {
    signal: new AbortController().signal,
    colour: false,
    umask: 0o022,
    run: (command, options) => {
      ran.push(command);
      const done = spawnSync(command.program, command.args, { cwd, env: Object.fromEntries(env), maxBuffer: 1 << 26 });
      options.onStdout?.(done.stdout);
      return Promise.resolve({
        code: done.status ?? undefined,
        signal: undefined,
        stdout: options.onStdout === undefined ? done.stdout : Buffer.alloc(0),
        stderr: done.stderr,
        wallMs: 1,
      });
    },
    ...more,
  };
}

describe('compile', () => {
  let dir = '';
  let storage: Storage;
  let ran: Command[] = [];
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'engine-'));
    storage = createMemoryStorage();
    ran = [];
    write('a.h', 'static int twice(int x) { return 2 * x; }\n');
    write('a.c', '#include "a.h"\nint f(int x) { int unused; return twice(x); }\n');
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  /** Sources are older than the compile, as they are in life. */
  function write(name: string, text: string): void {
    writeFileSync(join(dir, name), text);
    const past = new Date(Date.now() - 60_000);
    utimesSync(join(dir, name), past, past);
  }
  const ports = (more: Partial<EnginePorts> = {}): EnginePorts => ({
    compilers,
    digests: createFileDigests(() => Date.now() + 1_000),
    storage,
    distribution: undefined,
    readResponseFile,
    near: undefined,
    direct: true,
    recall: undefined,
    basedirs: [],
    // ctime cannot be set back, so the engine's clock is ahead instead.
    nowMs: () => Date.now() + 1_000,
    ...more,
  });
  async function run(args: readonly string[], more: { ports?: Partial<EnginePorts>; front?: Partial<Front>; env?: EnvPairs } = {}): Promise<{ outcome: Outcome; report: CompileReport }> {
    const request = { compiler: gcc, args, cwd: dir, env: more.env ?? env };
    const outcome = await compile(request, frontIn(dir, ran, more.front), ports(more.ports));
    return { outcome, report: await outcome.settle() };
  }
  const bare = (args: readonly string[], output: string): { object: Buffer; stderr: string; status: number | null } => {
    const done = spawnSync(gcc, [...args], { cwd: dir, env: Object.fromEntries(env) });
    const object = existsSync(join(dir, output)) ? readFileSync(join(dir, output)) : Buffer.alloc(0);
    rmSync(join(dir, output), { force: true });
    return { object, stderr: done.stderr.toString(), status: done.status };
  };
  const read = (name: string): Buffer => readFileSync(join(dir, name));
  const args = ['-O2', '-Wall', '-MD', '-c', 'a.c', '-o', 'a.o'];

  it('misses, then hits, with the bare compiler\'s object, warnings and dependency file', async () => {
    const wanted = bare(args, 'a.o');
    const deps = read('a.d');
    rmSync(join(dir, 'a.d'));
    const first = await run(args);
    expect(first.report).toMatchObject({ outcome: 'miss', stored: 'stored', language: 'c', compiler: 'gcc' });
    expect(read('a.o')).toEqual(wanted.object);
    rmSync(join(dir, 'a.o'));
    rmSync(join(dir, 'a.d'));
    const second = await run(args);
    expect(second.report.outcome).toBe('hit');
    expect(read('a.o')).toEqual(wanted.object);
    expect(read('a.d')).toEqual(deps);
    expect(second.outcome.answer).toMatchObject({ kind: 'finish', end: { code: 0 } });
    const { answer } = second.outcome;
    expect(answer.kind === 'finish' && Buffer.from(answer.stderr).toString()).toBe(wanted.stderr);
    expect(wanted.stderr).toContain('unused');
    expect(readdirSync(dir).sort()).toEqual(['a.c', 'a.d', 'a.h', 'a.o']);
  });

  it('replays warnings with colours to a terminal', async () => {
    await run(args);
    const { outcome } = await run(args, { front: { colour: true } });
    expect(outcome.answer.kind === 'finish' && Buffer.from(outcome.answer.stderr).toString()).toContain('\u001b[');
  });

  it('misses when a header, an argument or only a comment changed', async () => {
    await run(args);
    expect((await run(['-DX', ...args])).report.outcome).toBe('miss');
    write('a.h', 'static int twice(int x) { return x + x; }\n');
    expect((await run(args)).report.outcome).toBe('miss');
    write('a.h', 'static int twice(int x) { return x + x; } /* columns matter to debug info */\n');
    expect((await run(args)).report.outcome).toBe('miss');
    expect((await run(args)).report.outcome).toBe('hit');
  });

  it('gives a failing compile its own exit code and words, and stores nothing', async () => {
    write('a.c', 'int f( { return 1; }\n');
    const wanted = bare(args, 'a.o');
    const left = readdirSync(dir).sort();
    rmSync(join(dir, 'a.d'), { force: true });
    const { outcome, report } = await run(args);
    expect(report).toMatchObject({ outcome: 'miss', compileFailed: true });
    expect(outcome.answer).toMatchObject({ kind: 'finish', end: { code: wanted.status } });
    expect(outcome.answer.kind === 'finish' && Buffer.from(outcome.answer.stderr).toString()).toBe(wanted.stderr);
    expect(readdirSync(dir).sort()).toEqual(left);
    expect((await run(args)).report.outcome).toBe('miss');
  });

  it('leaves a preprocessor error, a link and a refused flag to the compiler', async () => {
    write('a.c', '#include "none.h"\n');
    const failed = await run(args);
    expect(failed.report.outcome).toBe('preprocess-failed');
    expect(failed.outcome.answer).toEqual({ kind: 'become' });
    expect(readdirSync(dir).sort()).toEqual(['a.c', 'a.h']);
    expect((await run(['a.o', '-o', 'a'])).report.outcome).toBe('not-compile');
    const refused = await run(['-save-temps', ...args]);
    expect(refused.report).toMatchObject({ outcome: 'not-cacheable', reason: '-save-temps' });
  });

  it('does not store what was compiled from an input that changed meanwhile', async () => {
    const honest = frontIn(dir, ran);
    const meddling: Partial<Front> = {
      run: async (command, options) => {
        if (options.how === 'final') writeFileSync(join(dir, 'a.h'), 'static int twice(int x) { return 0 * x; }\n');
        return honest.run(command, options);
      },
    };
    expect((await run(args, { front: meddling })).report).toMatchObject({ outcome: 'miss', stored: 'skipped' });
  });

  it('stores what was compiled from a probe that is rewritten once the answer is out', async () => {
    const request = { compiler: gcc, args, cwd: dir, env };
    const outcome = await compile(request, frontIn(dir, ran), ports());
    rmSync(join(dir, 'a.c'));
    expect(await outcome.settle()).toMatchObject({ outcome: 'miss', stored: 'stored' });
  });

  it('leaves a source that comes through a pipe to the compiler, unread', async () => {
    spawnSync('mkfifo', [join(dir, 'pipe.c')]);
    const { report, outcome } = await run(['-c', 'pipe.c', '-o', 'a.o']);
    expect(report).toMatchObject({ outcome: 'not-cacheable', reason: 'the source is not a regular file' });
    expect(outcome.answer).toEqual({ kind: 'become' });
    expect(ran).toEqual([]);
  });

  it('writes dependencies that go nowhere straight there', async () => {
    const nowhere = ['-MMD', '-MF', '/dev/null', '-c', 'a.c', '-o', 'a.o'];
    expect((await run(nowhere)).report).toMatchObject({ outcome: 'miss', stored: 'stored' });
    expect((await run(nowhere)).report.outcome).toBe('hit');
    expect(ran.flatMap((command) => command.args).filter((word) => word.startsWith('/dev/') && word !== '/dev/null')).toEqual([]);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('obeys SCCACHE_RECACHE and SCCACHE_NO_CACHE', async () => {
    await run(args);
    expect((await run(args, { env: [...env, ['SCCACHE_RECACHE', '1']] })).report).toMatchObject({ outcome: 'recache', stored: 'stored' });
    const off = await run(args, { env: [...env, ['SCCACHE_NO_CACHE', '1']] });
    expect(off.report.outcome).toBe('no-cache');
    expect(off.outcome.answer).toEqual({ kind: 'become' });
  });

  it('compiles when the storage is broken, full or slow to answer', async () => {
    const broken: Storage = {
      get: () => Promise.reject(new Fault('STORAGE_TIMEOUT', 'no answer')),
      put: () => Promise.reject(new Fault('STORAGE_FAILED', 'disk full')),
      status: () => storage.status(),
      close: () => Promise.resolve(),
    };
    const { report, outcome } = await run(args, { ports: { storage: broken } });
    expect(report).toMatchObject({ outcome: 'miss', lookupFault: 'timeout', stored: 'failed', reason: 'disk full' });
    expect(outcome.answer).toMatchObject({ kind: 'finish', end: { code: 0 } });
  });

  it('lets the compiler write where we cannot land', async () => {
    await run(args);
    rmSync(join(dir, 'a.o'));
    mkdirSync(join(dir, 'a.o'));
    const { outcome } = await run(args);
    expect(outcome.answer).toMatchObject({ kind: 'finish', end: { code: 1 } });
  });

  describe('away', () => {
    const answering = (answer: (job: AwayJob) => ReturnType<Distribution['compile']>): Distribution => ({ compile: answer });

    it('uses what the build server made and stores it under the very same key', async () => {
      const wanted = bare(args, 'a.o');
      let files: readonly string[] = [];
      const distribution = answering((job) => {
        files = job.files;
        return Promise.resolve({ kind: 'compiled', server: '127.0.0.1:1', outputs: [{ path: join(dir, 'a.o'), bytes: wanted.object }], stdout: new Uint8Array(), stderr: new Uint8Array(), compileMs: 5 });
      });
      const { report } = await run(args, { ports: { distribution } });
      expect(report).toMatchObject({ outcome: 'miss', away: { kind: 'compiled', server: '127.0.0.1:1' }, stored: 'stored' });
      expect(files).toContain('a.c');
      expect(files).toContain('a.h');
      expect(ran.some((command) => !command.args.includes('-E'))).toBe(false);
      expect((await run(args)).report.outcome).toBe('hit');
    });

    it('repeats at home whatever is doubtful', async () => {
      const wanted = bare(args, 'a.o');
      const doubts: (() => ReturnType<Distribution['compile']>)[] = [
        () => Promise.resolve({ kind: 'home', reason: 'exit 1', server: '127.0.0.1:1', fault: undefined }),
        () => Promise.resolve({ kind: 'home', reason: 'gone', server: undefined, fault: new Fault('HTTP_UNREACHABLE', 'gone') }),
        () => Promise.resolve({ kind: 'compiled', server: '127.0.0.1:1', outputs: [], stdout: new Uint8Array(), stderr: new Uint8Array(), compileMs: 5 }),
      ];
      for (const [at, doubt] of doubts.entries()) {
        storage = createMemoryStorage();
        const { report } = await run(args, { ports: { distribution: answering(doubt) } });
        expect(report.outcome).toBe('miss');
        expect(report.away?.kind).toBe(at === 1 ? 'fault' : 'repeated');
        expect(read('a.o')).toEqual(wanted.object);
      }
    });
  });
});
