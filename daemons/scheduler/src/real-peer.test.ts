import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { silentLog } from '@sccache-ts/core/base';
import { createHttpClient } from '@sccache-ts/core/host';
import { signServerToken } from '@sccache-ts/core/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from './ports.js';
import { runScheduler } from './run.js';

const execute = promisify(execFile);
const downloaded = fileURLToPath(new URL('../../../.cache/peers/bin', import.meta.url));
const searched = [process.env['SCCACHE_PEER_DIR'] ?? '', downloaded, ...(process.env['PATH'] ?? '').split(delimiter)];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not here; perhaps in the next folder.
    return false;
  }
}
const find = (program: string, folders = searched): string | undefined =>
  folders.filter((folder) => folder !== '').map((folder) => join(folder, program)).find(isProgram);
// Distributions build sccache without distribution; a client that has it stands beside an sccache-dist.
const sccacheDist = find('sccache-dist');
const sccache = sccacheDist === undefined ? undefined : find('sccache', [dirname(sccacheDist)]);
const bwrap = find('bwrap');
const noPeer = 'no sccache with sccache-dist in $SCCACHE_PEER_DIR, .cache/peers/bin or PATH';

let folder = '';
const closing: (() => Promise<unknown> | unknown)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sts-peer-'));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await rm(folder, { recursive: true, force: true });
});

const secretKey = new Uint8Array(32).fill(8);

async function scheduler(): Promise<string> {
  const http = createHttpClient();
  closing.push(() => http.close());
  const running = await runScheduler(
    { publicAddr: { host: '127.0.0.1', port: 0, family: 4 }, clientAuth: { kind: 'token', token: 'my client token' }, serverAuth: { kind: 'jwt_hs256', secretKey }, trustedProxies: [], drainSeconds: 1, metricsAddr: undefined, logFormat: 'text' },
    { clock: systemClock, http, log: silentLog },
  );
  closing.push(() => running.close());
  return `http://127.0.0.1:${running.address.port}`;
}

/** A real client with a daemon of its own. */
async function client(url: string): Promise<(...args: string[]) => Promise<string>> {
  const conf = join(folder, 'client.conf');
  await writeFile(conf, `[dist]\nscheduler_url = "${url}"\ncache_dir = "${folder}/client"\n[dist.auth]\ntype = "token"\ntoken = "my client token"\n`);
  const env = { PATH: process.env['PATH'], HOME: folder, SCCACHE_CONF: conf, SCCACHE_DIR: join(folder, 'cache'), SCCACHE_SERVER_UDS: join(folder, 's.sock'), SCCACHE_IGNORE_SERVER_IO_ERROR: '0' };
  const run = async (...args: string[]): Promise<string> => (await execute(sccache ?? '', args, { env, cwd: folder })).stdout;
  closing.push(() => run('--stop-server'));
  return run;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function realBuilder(url: string): Promise<string> {
  const id = `127.0.0.1:${await freePort()}`;
  const conf = join(folder, 'server.conf');
  await writeFile(
    conf,
    `cache_dir = "${folder}/toolchains"\npublic_addr = "${id}"\nscheduler_url = "${url}"\n[builder]\ntype = "overlay"\nbuild_dir = "${folder}/build"\nbwrap_path = "${bwrap}"\n` +
      `[scheduler_auth]\ntype = "jwt_token"\ntoken = "${signServerToken(secretKey, id)}"\n`,
  );
  const child: ChildProcess = spawn(sccacheDist ?? '', ['server', '--config', conf], { env: { PATH: process.env['PATH'], SCCACHE_NO_DAEMON: '1' }, stdio: 'ignore' });
  closing.push(() => new Promise((resolve) => child.on('exit', resolve).kill('SIGKILL')));
  return id;
}

describe('real sccache', () => {
  it('asks our scheduler how it is', async ({ skip }) => {
    if (sccache === undefined) skip(noPeer);
    const url = await scheduler();
    const run = await client(url);
    expect(JSON.parse(await run('--dist-status'))).toEqual({ SchedulerStatus: [`${url}/`, { num_servers: 0, num_cpus: 0, in_progress: 0 }] });
  });

  it('compiles on its own build server through our scheduler', async ({ skip }) => {
    if (sccache === undefined || sccacheDist === undefined) skip(noPeer);
    if (bwrap === undefined || process.getuid?.() !== 0) skip("sccache's build server needs root and bubblewrap");
    if (find('gcc') === undefined) skip('gcc is not installed');
    const url = await scheduler();
    const id = await realBuilder(url);
    const servers = async () => ((await (await fetch(`${url}/api/v1/scheduler/status`, { headers: { accept: 'application/json' } })).json()) as { num_servers: number }).num_servers;
    await expect.poll(servers, { timeout: 20_000, interval: 200 }).toBe(1);
    const run = await client(url);
    for (const name of ['a', 'b']) {
      await writeFile(join(folder, `${name}.c`), `int ${name}(int x) { return x + 1; }\n`);
      await run('gcc', '-O2', '-c', `${name}.c`, '-o', `${name}.o`);
    }
    const { stats } = JSON.parse(await run('--show-stats', '--stats-format', 'json')) as { stats: { dist_compiles: Record<string, number>; dist_errors: number } };
    expect(stats).toMatchObject({ dist_compiles: { [id]: 2 }, dist_errors: 0 });
  });
});
