// How a daemon comes to life and ends, seen through the real launchers.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as nap } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandDaemon, daemonPlace, reachListeningDaemon } from '@sccache-ts/core/host';
import { createStage, hasNative, isBuilt, type LauncherKind, type Stage } from '../../../fixtures/src/launcher-stage/index.js';

const kinds: readonly LauncherKind[] = hasNative() ? ['native', 'fallback'] : ['fallback'];
if (!isBuilt()) throw new Error('run npm run build first: these tests start built programs');

/** A zombie that nobody has waited for is gone as far as its sockets and locks are concerned. */
function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/\) [ZX] /.test(readFileSync(file, 'utf8'));
}
const uid = process.geteuid?.() ?? 0;

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (holds()) return;
    await nap(10);
  }
  throw new Error(`waited 5 s in vain: ${what}`);
}

async function command(stage: Stage, name: string, env: Record<string, string> = {}) {
  const place = daemonPlace(Object.entries({ ...stage.env, ...env }), { uid, cwd: stage.work });
  const daemon = await reachListeningDaemon(place, { uid, timeoutMs: 1000 });
  if (daemon === undefined) throw new Error('no daemon listens');
  return commandDaemon(daemon, { build: '0.1.0', name, timeoutMs: 5000 });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.each(kinds)('%s launcher', (kind) => {
  let stage: Stage;
  const print = (env: Record<string, string> = {}) => stage.run({ plan: 'print', script: 'echo at home', env });
  beforeEach(() => {
    stage = createStage(kind);
  });
  afterEach(() => stage.dispose());

  it('starts exactly one daemon, however many launchers come at once', async () => {
    const count = kind === 'native' ? 50 : 6;
    const all = await Promise.all(Array.from({ length: count }, () => print()));
    expect(all.map(({ code, stdout }) => `${code} ${stdout.toString()}`)).toEqual(Array.from({ length: count }, () => '0 from the cache\n'));
    expect(stage.daemons()).toHaveLength(1);
  });
  it('gives the daemon a life of its own', async () => {
    await stage.run({ plan: 'print', env: { SECRET: 'of the build', NODE_EXTRA_CA_CERTS: '/etc/ssl/cert.pem' } });
    const [pid = 0] = stage.daemons();
    const environment = JSON.parse(readFileSync(join(stage.root, 'environment'), 'utf8')) as Record<string, string>;
    expect(Object.keys(environment).filter((name) => !/^(SCCACHE_|HOME$|PATH$|XDG_)/.test(name))).toEqual([]);
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/');
    const [, , , session] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    expect(Number(session)).not.toBe(Number(readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /, '').split(' ')[3]));
    expect(readlinkSync(`/proc/${pid}/fd/0`)).toBe('/dev/null');
    expect(readlinkSync(`/proc/${pid}/fd/2`)).toBe(join(stage.root, 'error.log'));
  });
  it('does not let the daemon keep the build\'s pipes open', async () => {
    // The run ends only when both pipes are closed by everyone who has them.
    const ended = await stage.run({ command: ['/bin/sh', '-c', 'exec 5>&1 6>&2; exec "$L" tool'], plan: 'print', env: { L: stage.launcher } });
    expect(ended.ms).toBeLessThan(5000);
    expect(isAlive(stage.daemons()[0] ?? 0)).toBe(true);
  });
  it('starts the next one when the daemon was killed', async () => {
    await print();
    const [first = 0] = stage.daemons();
    // 0 would be all of us.
    expect(first).toBeGreaterThan(0);
    process.kill(first, 'SIGKILL');
    await until('the daemon is gone', () => !isAlive(first));
    expect((await print()).stdout.toString()).toBe('from the cache\n');
    expect(stage.daemons()).toHaveLength(2);
  });
  it('is the compiler when the daemon cannot start, and does not try again for every file', async () => {
    const env = { SCCACHE_STAGE_BROKEN: '1' };
    for (let round = 0; round < 3; round++) expect((await print(env)).stdout.toString()).toBe('at home\n');
    expect(stage.daemons()).toHaveLength(1);
  });
  it('is the compiler when there is no node', async () => {
    // The JavaScript launcher is proof of a node.
    if (kind !== 'native') return;
    expect((await print({ SCCACHE_TS_NODE: '/nowhere/node' })).stdout.toString()).toBe('at home\n');
  });
  it('trusts no folder that others may write', async () => {
    const runtime = join(stage.root, 'open');
    mkdirSync(join(runtime, 'sccache-ts'), { recursive: true });
    chmodSync(runtime, 0o700);
    chmodSync(join(runtime, 'sccache-ts'), 0o777);
    expect((await print({ XDG_RUNTIME_DIR: runtime })).stdout.toString()).toBe('at home\n');
    expect(stage.daemons()).toHaveLength(0);
  });
  it('replaces nothing that is not a socket', async () => {
    const path = join(stage.work, 'not-a-socket');
    writeFileSync(path, 'precious');
    expect((await print({ SCCACHE_SERVER_UDS: path })).stdout.toString()).toBe('at home\n');
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  describe.each(['file', 'relative', 'abstract', 'port'])('socket: %s', (where) => {
    it('is found by launcher and daemon alike, and by nobody else', async () => {
      const env: Record<string, string> = {};
      if (where === 'file') env['SCCACHE_SERVER_UDS'] = join(stage.root, 'my.sock');
      if (where === 'relative') env['SCCACHE_SERVER_UDS'] = 'my.sock';
      if (where === 'abstract') env['SCCACHE_SERVER_UDS'] = `\\x00sccache-ts-${stage.root}`;
      if (where === 'port') env['SCCACHE_SERVER_PORT'] = String(await freePort());
      for (let round = 0; round < 3; round++) expect((await print(env)).stdout.toString()).toBe('from the cache\n');
      expect(stage.daemons()).toHaveLength(1);
      if (where === 'file') expect(statSync(join(stage.root, 'my.sock')).mode & 0o777).toBe(0o600);
      const { value } = await command(stage, 'status', env);
      expect(value).toMatchObject({ pid: stage.daemons()[0], build: '0.1.0' });
    });
  });
  it('tells a stranger on its port nothing about the build', async () => {
    const heard: Buffer[] = [];
    const stranger = createServer((socket: Socket) => socket.on('data', (piece) => heard.push(piece)).on('error', () => undefined));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as { port: number };
    const env = { SCCACHE_SERVER_PORT: String(port), SCCACHE_TS_CONNECT_MS: '300', SECRET: 'of the build' };
    expect((await print(env)).stdout.toString()).toBe('at home\n');
    // Even with secrets of an earlier daemon lying there, only the first of them is shown.
    writeFileSync(join(stage.env['XDG_RUNTIME_DIR'] ?? '', `sccache-ts/port-${port}.secrets`), `${'a'.repeat(64)}\n${'b'.repeat(64)}\n`, { mode: 0o600 });
    expect((await print(env)).stdout.toString()).toBe('at home\n');
    expect(Buffer.concat(heard).toString('latin1')).toContain('aaaa');
    expect(Buffer.concat(heard).toString('latin1')).not.toMatch(/bbbb|of the build|tool/);
    stranger.close();
  });

  it('stops when told, and says its statistics', async () => {
    await print();
    const { value, closed } = await command(stage, 'stop');
    expect(value).toEqual({ compile_requests: 1 });
    await closed;
    await until('the daemon is gone', () => !isAlive(stage.daemons()[0] ?? 0));
    expect(existsSync(join(stage.env['XDG_RUNTIME_DIR'] ?? '', 'sccache-ts/daemon.sock'))).toBe(false);
  });
  it('lets a running compile finish when it is stopped, while the next daemon already serves', async () => {
    await print();
    const running = stage.run({ plan: 'final', script: 'sleep 1; echo done' });
    await until('the compile runs', () => stage.notes().some((line) => line.startsWith('compile final')));
    const { closed } = await command(stage, 'stop');
    expect((await print()).stdout.toString()).toBe('from the cache\n');
    expect((await running).stdout.toString()).toBe('done\n');
    await closed;
    expect(stage.notes()).toContain('settled final');
    expect(stage.daemons()).toHaveLength(2);
  });
  it('ends when idle, not while it works', async () => {
    const ended = await stage.run({ plan: 'final', script: 'sleep 2; echo done', env: { SCCACHE_IDLE_TIMEOUT: '1' } });
    expect(ended.stdout.toString()).toBe('done\n');
    expect(stage.notes()).not.toContain('ended');
    await until('the daemon has ended', () => stage.notes().includes('ended'));
  });

  it('is the compiler before a daemon of another version, which makes way if it is the older one', async () => {
    expect((await print({ SCCACHE_STAGE_BUILD: '0.0.9' })).stdout.toString()).toBe('at home\n');
    await until('the old daemon has ended', () => stage.notes().includes('ended'));
    expect((await print({ SCCACHE_STAGE_BUILD: '0.10.0' })).stdout.toString()).toBe('at home\n');
    expect((await print()).stdout.toString()).toBe('at home\n');
    expect(stage.daemons()).toHaveLength(2);
    expect(isAlive(stage.daemons()[1] ?? 0)).toBe(true);
  });
  it('is the compiler in another mount namespace', async () => {
    if (!canUnshare()) return console.log('skipped: no mount namespaces here');
    await print();
    const script = 'mount -t tmpfs none "$PWD" && cd "$PWD" && exec "$L" tool';
    const ended = await stage.run({ command: ['unshare', '-r', '-m', '/bin/sh', '-c', script], plan: 'print', env: { L: stage.launcher }, script: 'echo at home' });
    expect(ended.stdout.toString()).toBe('at home\n');
    expect(stage.notes().join('\n')).toMatch(/another mount namespace/);
  });
});

function canUnshare(): boolean {
  try {
    execFileSync('unshare', ['-r', '-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('cancelling', () => {
  it.each(kinds)('%s: whoever ends the launcher ends the compiler and the daemon\'s work', async (kind) => {
    const stage = createStage(kind);
    try {
      await stage.run({ plan: 'print' });
      for (const [at, signal] of (['SIGTERM', 'SIGINT', 'SIGHUP'] as const).entries()) {
        const child = spawn(stage.launcher, ['tool'], {
          cwd: stage.work,
          env: { ...stage.env, PLAN: 'watched', SCRIPT: 'echo $$ > pid; exec sleep 60' },
          stdio: 'ignore',
        });
        const ended = new Promise((resolve) => child.on('close', (_code, how) => resolve(how)));
        const file = join(stage.work, 'pid');
        await until('the compiler runs', () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
        const compiler = Number(readFileSync(file, 'utf8'));
        child.kill(signal);
        expect(await ended).toBe(signal);
        await until('the compiler is gone', () => !isAlive(compiler));
        await until('the daemon knows', () => stage.notes().filter((line) => line === 'aborted').length === at + 1);
        writeFileSync(file, '');
      }
    } finally {
      stage.dispose();
    }
  });
});
