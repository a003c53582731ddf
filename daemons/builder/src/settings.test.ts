import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettingsFile } from '@sccache-ts/core/host';
import { signServerToken } from '@sccache-ts/core/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuilderSettings, decodeBuilderSettings } from './settings.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'builder-settings-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string): Promise<BuilderSettings> {
  const file = join(folder, 'server.conf');
  await writeFile(file, text);
  const document = await readSettingsFile(file);
  if (document === undefined) throw new Error('the file was just written');
  return decodeBuilderSettings(document);
}

const conf = (change: { top?: string; builder?: string; auth?: string } = {}) => `
cache_dir = "/tmp/toolchains"
public_addr = "192.168.1.1:10501"
scheduler_url = "https://192.168.1.1"
${change.top ?? ''}
[builder]
${change.builder ?? 'type = "overlay"\nbuild_dir = "/tmp/build"\nbwrap_path = "/usr/bin/bwrap"'}
[scheduler_auth]
${change.auth ?? 'type = "token"\ntoken = "my server\'s token"'}
`;

describe('server.conf', () => {
  it('is read as sccache documents it', async () => {
    expect(await read(conf())).toEqual({
      cacheDir: '/tmp/toolchains',
      toolchainCacheSize: 10 * 1024 ** 3,
      serverId: '192.168.1.1:10501',
      bindAddress: { host: '192.168.1.1', port: 10501, family: 4 },
      schedulerUrl: 'https://192.168.1.1/',
      schedulerToken: "192.168.1.1:10501 my server's token",
      buildDir: '/tmp/build',
      bwrapPath: '/usr/bin/bwrap',
      exitCodes: 'auto',
      slots: undefined,
      jobSeconds: 1200,
      job: { cpuSeconds: undefined, memory: undefined, processes: 1000, disk: 8 * 1024 ** 3, files: 300_000, output: 1024 ** 3 },
      sandbox: { layers: 'auto', firstUser: 53_200, proc: 'covered', disk: 'watched', groups: 'auto' },
      unpackedSize: undefined,
      drainSeconds: 60,
      metricsAddr: undefined,
      logFormat: 'text',
    });
  });

  it('may bind elsewhere and limit its cache', async () => {
    const settings = await read(conf({ top: 'bind_address = "0.0.0.0:1"\ntoolchain_cache_size = 4096' }));
    expect(settings).toMatchObject({ bindAddress: { host: '0.0.0.0', port: 1 }, toolchainCacheSize: 4096 });
  });

  it('finds bubblewrap by itself, takes relative paths, and knows keys of ours', async () => {
    const settings = await read(conf({ top: 'slots = 3\njob_seconds = 60\nexit_codes = "plain"\nunpacked_toolchains_size = "5G"', builder: 'type = "overlay"\nbuild_dir = "build"' }));
    expect(settings).toMatchObject({ slots: 3, jobSeconds: 60, exitCodes: 'plain', unpackedSize: 5 * 1024 ** 3, bwrapPath: undefined, buildDir: join(process.cwd(), 'build') });
  });

  it('knows limits of jobs, and ways to make sandboxes', async () => {
    const limits = 'job_cpu_seconds = 9\njob_memory = "2G"\njob_processes = 50\njob_disk = "1G"\njob_files = 1000\njob_output = "5M"';
    const sandbox = 'sandbox_layers = "binds"\nsandbox_first_user = 0\nsandbox_proc = "none"\nsandbox_disk = "memory"\nsandbox_groups = ["/sys/fs/cgroup/pids/x"]';
    const settings = await read(conf({ top: `${limits}\n${sandbox}` }));
    expect(settings.job).toEqual({ cpuSeconds: 9, memory: 2 * 1024 ** 3, processes: 50, disk: 1024 ** 3, files: 1000, output: 5 * 1024 ** 2 });
    expect(settings.sandbox).toEqual({ layers: 'binds', firstUser: undefined, proc: 'none', disk: 'memory', groups: ['/sys/fs/cgroup/pids/x'] });
    expect((await read(conf({ top: 'sandbox_groups = "off"' }))).sandbox?.groups).toBe('off');
  });

  it('takes a signed token as it is, and the insecure one from the books', async () => {
    const token = signServerToken(new Uint8Array(32), '192.168.1.1:10501');
    expect((await read(conf({ auth: `type = "jwt_token"\ntoken = "${token}"` }))).schedulerToken).toBe(token);
    expect((await read(conf({ auth: 'type = "DANGEROUSLY_INSECURE"' }))).schedulerToken).toBe('192.168.1.1:10501 dangerously_insecure_server');
  });

  it.each<[string, string, RegExp]>([
    ['a token for another address', conf({ auth: `type = "jwt_token"\ntoken = "${signServerToken(new Uint8Array(32), '192.168.1.2:10501')}"` }), /:12: scheduler_auth.token: was made for the build server 192.168.1.2:10501, but public_addr is 192.168.1.1:10501/],
    ['a token that is none', conf({ auth: 'type = "jwt_token"\ntoken = "secret"' }), /scheduler_auth.token: is not a token of a build server/],
    ['a bad address', conf().replace('192.168.1.1:10501', '192.168.1.1'), /:3: public_addr: expected an IP address and port/],
    ['no port', conf().replace(':10501', ':0'), /public_addr: needs a port/],
    ['a path in the URL', conf().replace('https://192.168.1.1', 'https://192.168.1.1/x'), /:4: scheduler_url: expected an http or https address/],
    ['docker', conf({ builder: 'type = "docker"' }), /builder.type: builder "docker" is not supported yet/],
    ['control groups that are none', conf({ top: 'sandbox_groups = "on"' }), /:5: sandbox_groups: /],
    ['a user id that is none', conf({ top: 'sandbox_first_user = -1' }), /:5: sandbox_first_user: /],
    ['an unknown key', conf({ top: 'cachedir = "x"' }), /:5: unknown key cachedir/],
    ['an overlay without folder', conf({ builder: 'type = "overlay"\nbwrap_path = "b"' }), /builder.build_dir: is missing/],
  ])('refuses %s', async (_what, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});
