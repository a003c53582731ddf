import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { emptyStatistics, recordCompile, statisticsInfo, statisticsText } from '@sccache-ts/client';
import { type Daemon, startDaemon } from '@sccache-ts/client/life';
import { Fault, silentLog } from '@sccache-ts/core/base';
import { daemonPlace } from '@sccache-ts/core/host';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from './context.js';
import { failureText } from './failure-text.js';
import { runCommandLine } from './perform.js';

let home: string;
let out: string;
let err: string;
let daemon: Daemon | undefined;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'commands-'));
  out = '';
  err = '';
  daemon = undefined;
});
afterEach(async () => {
  daemon?.stop();
  await daemon?.ended;
  await rm(home, { recursive: true, force: true });
});

const build = '1.2.3';

/** @param script what is started as the daemon; here a program that says what the test wants it to say */
function context(env: Readonly<Record<string, string>> = {}, script = join(home, 'no-such-script.js')): CommandContext {
  const all = { PATH: process.env['PATH'] ?? '', HOME: home, XDG_RUNTIME_DIR: home, SCCACHE_SERVER_UDS: join(home, 'daemon.sock'), ...env };
  return {
    env: Object.entries(all),
    around: { env: all, home, platform: 'linux' },
    cwd: home,
    uid: process.geteuid?.() ?? 0,
    build,
    script,
    print: (text) => void (out += text),
    complain: (text) => void (err += text),
  };
}

async function settings(text: string): Promise<void> {
  const path = join(home, '.config/sccache/config');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const facts = { location: 'Local disk: "/d"', size: 5, maxSize: 10, directMode: false, basedirs: [], readOnly: false, version: build };
const told = statisticsInfo(recordCompile(emptyStatistics, { outcome: 'hit', language: 'c', compiler: 'gcc', lookupMs: 1 }), facts);

async function running(commands: Readonly<Record<string, () => unknown>> = {}): Promise<void> {
  const { env, uid } = context();
  daemon = await startDaemon({
    idleTimeoutMs: () => 0,
    log: silentLog,
    recall: { find: () => undefined, findAgain: () => undefined },
    compile: () => Promise.reject(new Error('no compile in this test')),
    commands: { stats: () => told, zero: () => null, 'dist-status': () => ({ Disabled: 'disabled' }), ...commands },
    place: daemonPlace(env, { uid, cwd: home }),
    lock: undefined,
    uid,
    build,
  });
}

const run = (line: string, ...more: Parameters<typeof context>): Promise<number> => runCommandLine(line.split(' '), context(...more));

describe('with a daemon', () => {
  it.each([
    ['-s', statisticsText(told, false)],
    ['--show-adv-stats', statisticsText(told, true)],
    ['-s --stats-format json', JSON.stringify(told)],
    ['--dist-status', '{"Disabled":"disabled"}\n'],
    ['--dist-auth', ''],
  ])('%s', async (line, expected) => {
    await running();
    expect(await run(line)).toBe(0);
    expect({ out, err }).toEqual({ out: expected, err: '' });
  });

  it('--why asks the daemon to write down what it knows, and where', async () => {
    const record = { v: 1, at: 0, verdict: 'miss', place: 'home', wallMs: 1, settledMs: 2, cwd: '/w', input: 'a.c', key: 'k' };
    const path = join(home, 'elsewhere.jsonl');
    await running({
      'records-flush': async () => {
        await writeFile(path, `half a line\n${JSON.stringify(record)}\n`);
        return { path, on: true };
      },
    });
    expect(await run('--why /w/a.c')).toBe(0);
    expect(out).toContain('Why       first compile of this source');
    expect(await run('--recent')).toBe(0);
    expect(err).toBe('sccache: 1 damaged lines of the log were left out\n');
    expect(await run('--why b.c')).toBe(2);
    expect(err).toContain(`no compile of b.c is recorded\nsccache: hint: records are kept in ${path}\n`);
  });

  it('-z zeroes, and says so where sccache does', async () => {
    let zeroed = 0;
    await running({ zero: () => zeroed++ });
    expect(await run('-z')).toBe(0);
    expect({ out, err, zeroed }).toEqual({ out: '', err: 'Statistics zeroed.\n', zeroed: 1 });
  });

  it('--stop-server shows the last statistics and returns when the daemon is gone', async () => {
    await running();
    expect(await run('--stop-server')).toBe(0);
    expect(out).toBe(`Stopping sccache server...\n${statisticsText(told, false)}`);
    expect(await run('--stop-server')).toBe(2);
  });

  it('a failure of the daemon is told', async () => {
    await running({ stats: () => Promise.reject(new Fault('STORAGE_FAILED', 'the disk is on fire')) });
    expect(await run('-s')).toBe(2);
    expect(err).toMatch(/^sccache: error: .*the disk is on fire/);
  });

  it('a daemon of another version is told', async () => {
    await running();
    expect(await runCommandLine(['-s'], { ...context(), build: '1.2.2' })).toBe(2);
    expect(err).toContain('the daemon is of another version');
  });
});

describe('without a daemon', () => {
  it('-s tells of settings only, and starts nothing', async () => {
    await settings('basedirs = ["/src"]\n[cache.disk]\ndir = "/d"\nsize = "2G"\n');
    expect(await run('-s')).toBe(0);
    expect(out).toContain('Compile requests                      0\n');
    expect(out).toContain('Cache location                  Local disk: "/d/sccache-ts"\n');
    expect(out).toContain('Base directories                /src/\n');
    expect(out).toContain('Max cache size                        2 GiB\n');
    expect(out).not.toContain('\nCache size');
    expect(err).toBe('');
  });

  it('-s in JSON knows neither size nor mode', async () => {
    expect(await run('-s --stats-format json')).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ cache_size: null, effective_cache_mode: null, max_cache_size: 10 * 1024 ** 3, version: build });
    expect(out.endsWith('}')).toBe(true);
  });

  it('--stop-server fails in sccache’s words', async () => {
    expect(await run('--stop-server')).toBe(2);
    expect(out).toBe('Stopping sccache server...\n');
    expect(err).toBe(`sccache: error: couldn't connect to server\nsccache: caused by: nobody listens on ${join(home, 'daemon.sock')}\n`);
  });

  it('--start-server says where it listens', async () => {
    await writeFile(join(home, 'daemon.mjs'), `import { writeSync } from 'node:fs'; writeSync(4, '{"listening":"/the/socket"}\\n');`);
    expect(await run('--start-server', {}, join(home, 'daemon.mjs'))).toBe(0);
    expect(out).toBe('sccache: Starting the server...\nsccache: Listening on address /the/socket\n');
  });

  it('--start-server says why it did not come up', async () => {
    await writeFile(join(home, 'daemon.mjs'), `import { writeSync } from 'node:fs'; writeSync(4, '{"failed":{"code":"STORAGE_FAILED","message":"the disk is on fire"}}\\n');`);
    expect(await run('--start-server', {}, join(home, 'daemon.mjs'))).toBe(2);
    expect(err).toBe('sccache: error: Server startup failed: the disk is on fire\n');
  });
});

describe('broken settings', () => {
  it.each(['-s', '-z', '--start-server', '--stop-server', '--dist-status', '--dist-auth', '--why a.c', '--recent', '--package-toolchain gcc out'])('fail %s with file and line', async (line) => {
    await settings('[dist]\nsheduler_url = "x"\n');
    expect(await run(line)).toBe(2);
    expect({ out, err }).toEqual({
      out: '',
      err: `sccache: error: Failed to load config file\nsccache: caused by: ${home}/.config/sccache/config:2: unknown key dist.sheduler_url\nsccache: hint: did you mean scheduler_url?\n`,
    });
  });

  it('do not keep anybody from reading the help', async () => {
    await settings('[dist\n');
    expect(await run('--version')).toBe(0);
    expect(out).toBe('sccache-ts 1.2.3\n');
  });

  it('what is not available yet is a warning', async () => {
    await settings('[cache.s3]\nbucket = "b"\n');
    expect(await run('-s')).toBe(0);
    expect(err).toBe(`sccache: warning: ${home}/.config/sccache/config:1: cache.s3 is ignored: this storage is not available yet, results are kept on the local disk\n`);
  });

  it('a file of tokens that is broken fails --dist-auth before anybody logs in', async () => {
    await settings('[dist]\nscheduler_url = "http://h"\n[dist.auth]\ntype = "oauth2_implicit"\nclient_id = "c"\nauth_url = "https://a"\n');
    await writeFile(join(home, '.config/sccache/cached-config'), '[dist.auth_tokens\n"https://a" = "secret"\n');
    expect(await run('--dist-auth')).toBe(2);
    expect(err).toContain(`${home}/.config/sccache/cached-config:1:`);
    expect(err).not.toContain('secret');
  });
});

describe('--package-toolchain', () => {
  it('packs the compiler that PATH names', async () => {
    expect(await run('--package-toolchain gcc tc.tar.gz')).toBe(0);
    expect({ out, err }).toEqual({ out: '', err: '' });
    expect((await stat(join(home, 'tc.tar.gz'))).size).toBeGreaterThan(1_000_000);
  });

  it.each([
    ['no-such-compiler', 'no-such-compiler: cannot find binary path'],
    ['/bin/cat', '/bin/cat: ends with 1 when asked to preprocess a few lines'],
    ['/bin/true', '/bin/true: does not preprocess C text as gcc and clang do'],
  ])('refuses %s', async (compiler, message) => {
    expect(await run(`--package-toolchain ${compiler} tc.tar.gz`)).toBe(2);
    expect(err).toBe(`sccache: error: ${message}\n`);
  });
});

describe('failureText', () => {
  it.each<[string, unknown, string]>([
    ['a fault with causes', new Fault('HTTP_UNREACHABLE', 'a', { cause: new Error('b', { cause: new Error('c') }) }), 'sccache: error: a\nsccache: caused by: b\nsccache: caused by: c\n'],
    ['a hint', new Fault('TOOL_MISSING', 'a', { hint: 'b' }), 'sccache: error: a\nsccache: hint: b\n'],
    ['usage', new Fault('USAGE', 'a', { hint: 'b' }), 'error: a\n\nb\n'],
  ])('%s', (_name, thrown, expected) => expect(failureText(thrown)).toBe(expected));

  it('shows where a bug is', () => expect(failureText(new Error('oops'))).toMatch(/^sccache: error: oops\nError: oops\n +at /));
});
