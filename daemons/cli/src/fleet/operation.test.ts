// Knows: that the daemons' processes drain, reload, log and tell systemd as an operator expects. Refuses to know: jobs.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../../fixtures/src/kit/ports.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const script = join(root, 'daemons/cli/bin/sccache-ts-dist.js');
let folder = '';
beforeAll(() => {
  // Not checked: wrong types are told by the check of types, and do not keep the code from being written.
  spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', join(root, 'daemons/cli')]);
  folder = mkdtempSync(join(tmpdir(), 'sts-operation-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const children: ReturnType<typeof spawn>[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [script, ...args], { env: { PATH: process.env['PATH'], HOME: folder, ...env }, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  return { child, ended, said: () => err };
}

const patient = { timeout: 20_000 };
const heard = (process: { said: () => string }, words: string) => expect.poll(process.said, patient).toContain(words);

let port = 0;
const conf = (token: string, more = ''): string =>
  `public_addr = "127.0.0.1:${port}"\n${more}\n[client_auth]\ntype = "token"\ntoken = "${token}"\n[server_auth]\ntype = "DANGEROUSLY_INSECURE"\n`;

async function scheduler(more = '', env: Record<string, string> = {}) {
  port = await freePort();
  const config = join(folder, `scheduler-${port}.conf`);
  writeFileSync(config, conf('first', more));
  const process = start(['scheduler', '--config', config], { SCCACHE_NO_DAEMON: '1', ...env });
  await heard(process, 'scheduler listening');
  return { ...process, config, url: `http://127.0.0.1:${port}` };
}

describe('a scheduler that runs', () => {
  it('reads its settings again when the file changes and at SIGHUP, and keeps those in force when they are wrong', async () => {
    const daemon = await scheduler();
    writeFileSync(daemon.config, conf('second', 'metrics_addr = "127.0.0.1:9"'));
    await heard(daemon, 'settings read again, now in force: client_auth');
    await heard(daemon, 'settings read again, in force after a restart: metrics_addr');
    appendFileSync(daemon.config, 'nonsense = 1\n');
    await heard(daemon, 'settings cannot be used, those in force stay: ');
    expect(daemon.said()).toContain('nonsense');
    expect((await fetch(`${daemon.url}/readyz`)).status).toBe(200);
    writeFileSync(daemon.config, conf('second'));
    daemon.child.kill('SIGHUP');
    await heard(daemon, 'nothing has changed');
    expect(daemon.said()).not.toContain('second');
    daemon.child.kill('SIGTERM');
    expect((await daemon.ended).code).toBe(0);
  });

  it('logs JSON lines', async () => {
    const daemon = await scheduler('log_format = "json"');
    daemon.child.kill('SIGTERM');
    const { err, code } = await daemon.ended;
    expect(code).toBe(0);
    const lines = err.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ message }) => message)).toEqual([`scheduler listening on 127.0.0.1:${port}`, 'stopping on SIGTERM']);
    expect(lines[0]).toMatchObject({ level: 'info', program: 'sccache-scheduler' });
  });

  it('serves its figures where it is told to', async () => {
    const other = await freePort();
    await scheduler(`metrics_addr = "127.0.0.1:${other}"`);
    const text = await (await fetch(`http://127.0.0.1:${other}/metrics`)).text();
    expect(text).toMatch(/^sccache_ts_build_info\{node="v[0-9.]+",version="[0-9.]+"\} 1$/m);
    expect(text).toContain('sccache_ts_servers{state="serving"} 0\n');
  });

  it('does not start when that place is taken', async () => {
    port = await freePort();
    const config = join(folder, 'taken.conf');
    writeFileSync(config, conf('x', `metrics_addr = "127.0.0.1:${port}"`));
    const { code, err } = await start(['scheduler', '--config', config], { SCCACHE_NO_DAEMON: '1' }).ended;
    expect([code, err]).toEqual([2, expect.stringContaining(`cannot listen on 127.0.0.1 port ${port}`)]);
  });

  it('tells systemd when it is ready, reloads and stops', async ({ skip }) => {
    const missing = spawnSync('python3', ['--version']).status === 0 ? undefined : 'python3 is not installed';
    skip(missing !== undefined, missing);
    const address = join(folder, 'notify');
    const code = "import socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\ns.bind(sys.argv[1])\nwhile True: sys.stdout.write(s.recv(4096).decode().split(chr(10))[0]+chr(10)); sys.stdout.flush()";
    const receiver = spawn('python3', ['-c', code, address], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(receiver);
    let told = '';
    receiver.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
    await expect.poll(() => existsSync(address), patient).toBe(true);
    const daemon = await scheduler('', { NOTIFY_SOCKET: address, WATCHDOG_USEC: '600000' });
    await expect.poll(() => told, patient).toContain('READY=1\n');
    await expect.poll(() => told, patient).toContain('WATCHDOG=1\n');
    daemon.child.kill('SIGHUP');
    await expect.poll(() => told, patient).toContain('RELOADING=1\n');
    daemon.child.kill('SIGTERM');
    await daemon.ended;
    await expect.poll(() => told, patient).toContain('STOPPING=1\n');
  });
});

describe('status', () => {
  it('shows the fleet to people and to programs, by URL, by the scheduler\'s settings and by the client\'s', async () => {
    const daemon = await scheduler();
    const client = join(folder, 'client.conf');
    writeFileSync(client, `[dist]\nscheduler_url = "${daemon.url}"\n[dist.auth]\ntype = "token"\ntoken = "first"\n`);
    const asked = [['--config', daemon.config], ['--scheduler', daemon.url], []];
    for (const { code, out, err } of await Promise.all(asked.map((args) => start(['status', ...args], { SCCACHE_CONF: client }).ended))) {
      expect([code, err]).toEqual([0, '']);
      expect(out).toMatch(new RegExp(`^Scheduler ${daemon.url}/, version [0-9.]+, up [0-9]+ s\n0 build servers, 0 processors, 0 jobs\n$`));
    }
    const { out } = await start(['status', '--scheduler', daemon.url, '--json']).ended;
    expect(JSON.parse(out)).toMatchObject({ scheduler: { stopping: false }, num_servers: 0, servers: [], lost: [] });
  });

  it('says what is wrong', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    expect(await start(['status', '--scheduler', nowhere]).ended).toMatchObject({ code: 2, err: expect.stringContaining('127.0.0.1') as string });
    expect(await start(['status', '--scheduler', 'ftp://x']).ended).toMatchObject({ code: 1, err: expect.stringContaining('ftp://x') as string });
    expect(await start(['status']).ended).toMatchObject({ code: 1, err: expect.stringContaining('no scheduler is known') as string });
  });

  it('tells totals of a scheduler that tells no more', async () => {
    const { createServer } = await import('node:http');
    const foreign = createServer((request, response) => {
      if (request.url === '/api/v1/scheduler/status') response.setHeader('content-type', 'application/json').end('{"num_servers":3,"num_cpus":12,"in_progress":1}');
      else response.writeHead(404).end();
    });
    const at = await freePort();
    await new Promise<void>((resolve) => foreign.listen(at, '127.0.0.1', resolve));
    try {
      const { code, out } = await start(['status', '--scheduler', `http://127.0.0.1:${at}`]).ended;
      expect([code, out]).toEqual([0, `Scheduler http://127.0.0.1:${at}/ tells totals only\n3 build servers, 12 processors, 1 jobs\n`]);
    } finally {
      foreign.close();
    }
  });
});

describe('systemd install', () => {
  it('writes a unit for the settings at hand, again over its own, and never over somebody else\'s', async () => {
    port = await freePort();
    const config = join(folder, 'for unit.conf');
    writeFileSync(config, conf('x', 'drain_seconds = 7'));
    const units = join(folder, 'units');
    const install = (...more: string[]) => start(['systemd', 'install', 'scheduler', '--config', config, '--unit-dir', units, ...more]).ended;
    const path = join(units, 'sccache-ts-scheduler.service');
    for (let i = 0; i < 2; i++) expect(await install()).toMatchObject({ code: 0, out: expect.stringContaining('systemctl daemon-reload && systemctl enable --now sccache-ts-scheduler.service') as string });
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(`LoadCredential=scheduler.conf:${config}\n`);
    expect(text).toContain('TimeoutStopSec=17\n');
    expect((await install('--print')).out).toBe(text);
    expect((await install('--user')).out).toContain('systemctl --user');
    writeFileSync(path, '[Service]\n');
    expect(await install()).toMatchObject({ code: 2, err: expect.stringContaining('was not written by this command') as string });
    expect(readFileSync(path, 'utf8')).toBe('[Service]\n');
    expect((await install('--force')).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('refuses settings that the daemon would refuse', async () => {
    const config = join(folder, 'broken.conf');
    writeFileSync(config, 'cache_dir = 1\n');
    expect(await start(['systemd', 'install', 'server', '--config', config, '--print']).ended).toMatchObject({ code: 1, out: '' });
  });
});
