import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claimedServerId, parseTokenKey, readServerToken } from '@sccache-ts/core/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKey, generateSharedToken } from './auth-commands.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const script = join(root, 'daemons/cli/bin/sccache-ts-dist.js');
let folder = '';

beforeAll(async () => {
  // Not checked: wrong types are told by the check of types, and do not keep the code from being written.
  spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', join(root, 'daemons/cli')]);
  folder = await mkdtemp(join(tmpdir(), 'sccache-ts-dist-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  return { child, ended, said: () => err };
}
const run = (args: readonly string[], env: Record<string, string> = {}) => start(args, env).ended;

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function freePort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const open = 'type = "DANGEROUSLY_INSECURE"';
const schedulerConf = (port: number, serverAuth = open) => `public_addr = "127.0.0.1:${port}"\n[client_auth]\n${open}\n[server_auth]\n${serverAuth}\n`;
const statusOf = async (port: number): Promise<unknown> => {
  const reply = await fetch(`http://127.0.0.1:${port}/api/v1/scheduler/status`, { headers: { accept: 'application/json' } });
  return reply.json();
};
const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    // No such process.
    return true;
  }
};

describe('arguments', () => {
  it.each<[string, string[], number, RegExp, RegExp]>([
    ['nothing', [], 2, /^$/, /Usage: sccache-ts-dist/],
    ['--help', ['--help'], 0, /Usage: sccache-ts-dist[^]*scheduler[^]*server/, /^$/],
    ['--version', ['--version'], 0, /^sccache-ts-dist \d+\.\d+\.\d+\n$/, /^$/],
    ['an unknown command', ['schedule'], 2, /^$/, /unknown command 'schedule'/],
    ['no settings', ['scheduler'], 2, /^$/, /'--config <file>' not specified/],
    ['an unknown level', ['server', '--config', 'x', '--syslog', 'loud'], 2, /^$/, /'loud' is invalid/],
    ['too few bits', ['auth', 'generate-shared-token', '--bits', '56'], 2, /^$/, /multiple of 8/],
    ['bits that are no bytes', ['auth', 'generate-shared-token', '--bits', '65'], 2, /^$/, /multiple of 8/],
    ['too many bits', ['auth', 'generate-shared-token', '--bits', '4104'], 2, /^$/, /multiple of 8/],
    ['a name as address', ['auth', 'generate-jwt-hs256-server-token', '--server', 'localhost:1', '--config', 'x'], 2, /^$/, /not an IP address with a port/],
    ['no key', ['auth', 'generate-jwt-hs256-server-token', '--server', '1.2.3.4:5'], 2, /^$/, /one of '--secret-key <key>' and '--config <file>' is needed/],
    ['two keys', ['auth', 'generate-jwt-hs256-server-token', '--server', '1.2.3.4:5', '--secret-key', 'x', '--config', 'y'], 2, /^$/, /cannot be used with/],
  ])('%s', async (...[, args, code, out, err]) => {
    const ended = await run(args);
    expect(ended.err).toMatch(err);
    expect(ended.out).toMatch(out);
    expect(ended.code).toBe(code);
  });

  it('never shows a short key that it refuses', async () => {
    const ended = await run(['auth', 'generate-jwt-hs256-server-token', '--server', '1.2.3.4:5', '--secret-key', 'hush-hush']);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toMatch(/has 9 characters and is not 32 bytes/);
    expect(ended.err).not.toContain('hush');
  });

  it.each(['CARGO_INCREMENTAL', 'CARGO_BUILD_INCREMENTAL'])('refuses under %s=1', async (name) => {
    const ended = await run(['auth', 'generate-shared-token'], { [name]: '1' });
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toContain(`incremental compilation is prohibited: Unset ${name} to continue.`);
  });
});

describe('auth', () => {
  it('makes a key, and from it, or from the settings that hold it, the same token', async () => {
    const key = (await run(['auth', 'generate-jwt-hs256-key'])).out.trimEnd();
    expect(parseTokenKey(key)).toHaveLength(32);
    const config = await file('jwt.conf', schedulerConf(1, `type = "jwt_hs256"\nsecret_key = "${key}"`));
    const token = (source: string[]) => run(['auth', 'generate-jwt-hs256-server-token', '--server', '[::1]:10501', ...source]);
    const byKey = await token(['--secret-key', key]);
    const bySettings = await token(['--config', config]);
    expect(byKey.out).toBe(bySettings.out);
    expect(readServerToken(parseTokenKey(key), byKey.out.trimEnd())).toBe('[::1]:10501');
    expect(claimedServerId(byKey.out.trimEnd())).toBe('[::1]:10501');
  });

  // As sccache makes keys: any 32 bytes.
  it.each(['-V', '-h', '--', '-c'])('takes a key that begins with %s for a key', async (begin) => {
    const key = `${begin}${Buffer.alloc(32, 7).toString('base64url').slice(begin.length)}`;
    const ended = await run(['auth', 'generate-jwt-hs256-server-token', '--server', '1.2.3.4:5', '--secret-key', key]);
    expect(readServerToken(parseTokenKey(key), ended.out.trimEnd())).toBe('1.2.3.4:5');
  });

  it('makes none that a command line could take for an option', () => {
    const made = Array.from({ length: 2000 }, () => [generateKey(), generateSharedToken(64)]).flat();
    expect(made.filter((text) => text.startsWith('-'))).toEqual([]);
  });

  it('needs a scheduler with such a key', async () => {
    const config = await file('insecure.conf', schedulerConf(1));
    const ended = await run(['auth', 'generate-jwt-hs256-server-token', '--server', '1.2.3.4:5', '--config', config]);
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toContain('Scheduler not configured with JWT HS256');
  });

  it.each([[[], 43], [['--bits', '64'], 11], [['--bits', '4096'], 683]])('makes shared tokens %j', async (args, length) => {
    const { code, out } = await run(['auth', 'generate-shared-token', ...args]);
    expect([code, out.length]).toEqual([0, length + 1]);
    expect(out).toMatch(/^[A-Za-z0-9_-]+\n$/);
  });
});

describe('bad settings', () => {
  const serverConf = (auth: string, address = '127.0.0.1:10501') =>
    `cache_dir = "c"\npublic_addr = "${address}"\nscheduler_url = "http://127.0.0.1:1"\n[builder]\ntype = "overlay"\nbuild_dir = "b"\nbwrap_path = "/usr/bin/bwrap"\n[scheduler_auth]\n${auth}\n`;
  const foreignToken = 'eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJleHAiOjAsInNlcnZlcl9pZCI6IjEyNy4wLjAuMToxIn0.AAAA';

  it.each<[string, 'scheduler' | 'server', string | undefined, string]>([
    ['no file', 'scheduler', undefined, 'Could not load config: '],
    ['broken TOML', 'scheduler', 'public_addr = "127.0.0.1:1"\n[client_auth\n', 'config.conf:2:13: expected "]" at the end of the table name'],
    ['an unknown key', 'scheduler', `publik_addr = "x"\n${schedulerConf(1)}`, 'config.conf:1: unknown key publik_addr\nsccache-ts-dist: hint: did you mean public_addr?'],
    ['a bad address', 'scheduler', schedulerConf(1).replace('127.0.0.1', 'here'), 'config.conf:1: public_addr: expected an IP address and port'],
    ['a short key', 'scheduler', schedulerConf(1, 'type = "jwt_hs256"\nsecret_key = "bXkgc2VjcmV0IGtleQ"'), 'config.conf:6: server_auth.secret_key: the HS256 key has 18 characters'],
    ['a token for another address', 'server', serverConf(`type = "jwt_token"\ntoken = "${foreignToken}"`), 'was made for the build server 127.0.0.1:1, but public_addr is 127.0.0.1:10501'],
    ['an unknown builder', 'server', serverConf(open).replace('"overlay"', '"overlayfs"'), 'builder.type: expected one of overlay'],
    ['a bad address of a build server', 'server', serverConf(open, '10.0.0.300:1'), 'public_addr: expected an IP address and port'],
  ])('%s', async (_what, command, text, err) => {
    const config = text === undefined ? join(folder, 'missing.conf') : await file('config.conf', text);
    const ended = await run([command, '--config', config], { SCCACHE_NO_DAEMON: '1' });
    expect(ended.err).toContain(err);
    expect(ended.err).toMatch(/^sccache-ts-dist: error: /);
    expect(ended.out).toBe('');
    expect(ended.code).toBe(1);
  });
});

describe('scheduler', () => {
  it('runs in the foreground until it is asked to stop', async () => {
    const port = await freePort();
    const scheduler = start(['scheduler', '--config', await file('f.conf', schedulerConf(port))], { SCCACHE_NO_DAEMON: '1' });
    await expect.poll(scheduler.said, { timeout: 20_000 }).toContain('scheduler listening on');
    expect(await statusOf(port)).toEqual({ num_servers: 0, num_cpus: 0, in_progress: 0 });
    scheduler.child.kill('SIGTERM');
    expect(await scheduler.ended).toMatchObject({ code: 0, out: '' });
  });

  it('goes into the background, and its starter ends well only when it listens', async () => {
    const port = await freePort();
    const errorLog = join(folder, 'background.log');
    const ended = await run(['scheduler', '--config', await file('b.conf', schedulerConf(port)).then(() => 'b.conf')], { SCCACHE_ERROR_LOG: errorLog, SCCACHE_LOG: 'debug' });
    expect(ended).toEqual({ code: 0, out: '', err: '' });
    expect(await statusOf(port)).toMatchObject({ num_servers: 0 });
    const pids = execFileSync('pgrep', ['-f', `scheduler --config ${join(folder, 'b.conf')}`], { encoding: 'utf8' }).trim().split('\n').map(Number);
    const [pid = 0] = pids;
    expect(pids).toHaveLength(1);
    expect(await readFile(errorLog, 'utf8')).toMatch(/scheduler listening on 127.0.0.1:\d+/);

    const second = await run(['scheduler', '--config', 'b.conf']);
    expect(second).toMatchObject({ code: 2, out: '' });
    expect(second.err).toContain(`cannot listen on 127.0.0.1 port ${port}: EADDRINUSE`);

    process.kill(pid, 'SIGINT');
    await expect.poll(() => isGone(pid), { timeout: 10_000 }).toBe(true);
  });

  it('says that its port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const ended = await run(['scheduler', '--config', await file('t.conf', schedulerConf(port))], { SCCACHE_NO_DAEMON: '1', SCCACHE_LOG: 'off' });
    taken.close();
    expect(ended.code).toBe(2);
    expect(ended.err).toContain(`sccache-ts-dist: error: cannot listen on 127.0.0.1 port ${port}: EADDRINUSE`);
    expect(ended.err).toContain('hint: Another program listens there');
  });
});

describe('server', () => {
  const conf = (port: number, bwrap: string) =>
    `cache_dir = "c"\npublic_addr = "127.0.0.1:${port}"\nscheduler_url = "http://127.0.0.1:1"\n[builder]\ntype = "overlay"\nbuild_dir = "b"\nbwrap_path = "${bwrap}"\n[scheduler_auth]\n${open}\n`;

  it('says that bubblewrap is missing', async () => {
    const ended = await run(['server', '--config', await file('no-bwrap.conf', conf(await freePort(), '/nowhere/bwrap'))]);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toMatch(/sccache-ts-dist: error: .*\/nowhere\/bwrap/);
  });

  it('says that bubblewrap is too old', async () => {
    const old = await file('old-bwrap', '#!/bin/sh\necho bubblewrap 0.2.9\n');
    await chmod(old, 0o755);
    const ended = await run(['server', '--config', await file('old-bwrap.conf', conf(await freePort(), old))]);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toMatch(/sccache-ts-dist: error: .*0\.2\.9/);
  });

  it('says that its port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const ended = await run(['server', '--config', await file('taken.conf', conf(port, '/usr/bin/bwrap'))]);
    taken.close();
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toContain(`cannot listen on 127.0.0.1 port ${port}: EADDRINUSE`);
  });
});
