import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseSchedulerUrl } from '@sccache-ts/core/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadClientSettings } from './settings.js';
import { cacheFolder, settingsPaths, type Surroundings } from './settings-paths.js';
import type { ClientSettings } from './settings-shape.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'client-settings-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

interface Given {
  readonly sccache?: string;
  readonly own?: string;
  readonly env?: Readonly<Record<string, string>>;
}

async function write(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

async function load(given: Given): Promise<ClientSettings> {
  if (given.sccache !== undefined) await write(join(home, '.config/sccache/config'), given.sccache);
  if (given.own !== undefined) await write(join(home, '.config/sccache-ts/config'), given.own);
  return loadClientSettings({ env: given.env ?? {}, home, platform: 'linux' });
}

describe('without anything', () => {
  it('has sccache’s defaults, in folders of our own', async () => {
    expect(await load({})).toEqual({
      files: [join(home, '.config/sccache/config'), join(home, '.config/sccache-ts/config')],
      disk: {
        dir: join(home, '.cache/sccache-ts'),
        maxBytes: 10 * 1024 ** 3,
        plainBytes: 2.5 * 1024 ** 3,
        readOnly: false,
        compressionLevel: 3,
        lookupTimeoutMs: 10_000,
        direct: {
          enabled: true,
          fileStatMatches: false,
          useCtimeForStat: true,
          ignoreTimeMacros: false,
          skipSystemHeaders: false,
          hashWorkingDirectory: true,
        },
      },
      records: { dir: join(home, '.cache/sccache-ts/records'), maxBytes: 16 * 1024 ** 2 },
      linkedCrates: true,
      dist: undefined,
      basedirs: [],
      startupTimeoutMs: 10_000,
      idleTimeoutMs: 600_000,
      warnings: [],
    });
  });

  it('cannot be changed by whoever gets it', async () => {
    const settings = await load({ sccache: '[dist]\nscheduler_url = "http://h"\n[[dist.toolchains]]\ntype = "no_dist"\ncompiler_executable = "/a"\n' });
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(settings)).toBe(true);
  });
});

describe('who wins', () => {
  it.each<[string, Given, (settings: ClientSettings) => unknown, unknown]>([
    ['sccache’s file over the default', { sccache: '[cache.disk]\nsize = "5G"' }, (it) => it.disk.maxBytes, 5 * 1024 ** 3],
    ['our file over sccache’s', { sccache: '[cache.disk]\nsize = 5', own: '[cache.disk]\nsize = 6' }, (it) => it.disk.maxBytes, 6],
    ['a variable over our file', { own: '[cache.disk]\nsize = 6', env: { SCCACHE_CACHE_SIZE: '7' } }, (it) => it.disk.maxBytes, 7],
    ['an empty variable over nothing', { own: '[cache.disk]\nsize = 6', env: { SCCACHE_CACHE_SIZE: '' } }, (it) => it.disk.maxBytes, 6],
    ['a bad size over nothing', { own: '[cache.disk]\nsize = 6', env: { SCCACHE_CACHE_SIZE: '1.5G' } }, (it) => it.disk.maxBytes, 6],
    ['SCCACHE_DIR over the folder only', { sccache: '[cache.disk]\ndir = "/f"\nsize = 5\nrw_mode = "READ_ONLY"', env: { SCCACHE_DIR: '/e' } }, (it) => [it.disk.dir, it.disk.maxBytes, it.disk.readOnly], ['/e/sccache-ts', 5, true]],
    ['read-only by variable', { sccache: '[cache.disk]\nrw_mode = "READ_WRITE"', env: { SCCACHE_LOCAL_RW_MODE: 'READ_ONLY' } }, (it) => it.disk.readOnly, true],
    ['keys of one table from both files', { sccache: '[dist]\nscheduler_url = "http://a"\nrewrite_includes_only = true', own: '[dist]\nscheduler_url = "http://b"' }, (it) => [it.dist?.schedulerUrl, it.dist?.rewriteIncludesOnly], ['http://b/', true]],
    ['lists as a whole', { sccache: 'basedirs = ["/a"]', own: 'basedirs = ["/b"]' }, (it) => it.basedirs, ['/b/']],
    ['basedirs by variable, even none', { sccache: 'basedirs = ["/a"]', env: { SCCACHE_BASEDIRS: '' } }, (it) => it.basedirs, []],
    ['basedirs normalised', { env: { SCCACHE_BASEDIRS: '/a:/b//c/./d/..:/a/' } }, (it) => it.basedirs, ['/a/', '/b/c/']],
    ['direct mode by variable, its other knobs by file', { sccache: '[cache.disk.preprocessor_cache_mode]\nignore_time_macros = true', env: { SCCACHE_DIRECT: 'Off' } }, (it) => [it.disk.direct.enabled, it.disk.direct.ignoreTimeMacros], [false, true]],
    ['direct mode stays on when only another knob is set', { sccache: '[cache.disk.preprocessor_cache_mode]\nskip_system_headers = true' }, (it) => it.disk.direct.enabled, true],
    ['direct mode off by file', { sccache: '[cache.disk.preprocessor_cache_mode]\nuse_preprocessor_cache_mode = false' }, (it) => it.disk.direct.enabled, false],
    ['compression by variable', { own: '[cache]\ncompression_level = 9', env: { SCCACHE_CACHE_ZSTD_LEVEL: '19' } }, (it) => it.disk.compressionLevel, 19],
    ['a compression that there is not', { own: '[cache]\ncompression_level = 9', env: { SCCACHE_CACHE_ZSTD_LEVEL: '23' } }, (it) => it.disk.compressionLevel, 9],
    ['uncompressed entries', { own: '[cache]\nuncompressed_size = "3M"' }, (it) => it.disk.plainBytes, 3 * 1024 ** 2],
    ['no uncompressed entries', { own: '[cache]\nuncompressed_size = 0' }, (it) => it.disk.plainBytes, 0],
    ['uncompressed entries as a share of the size', { own: '[cache.disk]\nsize = 1001', env: { SCCACHE_CACHE_SIZE: '2003' } }, (it) => it.disk.plainBytes, 500],
    ['records beside the entries, of the size in our file', { own: '[records]\nsize = "1M"', env: { SCCACHE_DIR: '/e' } }, (it) => it.records, { dir: '/e/sccache-ts/records', maxBytes: 1024 ** 2 }],
    ['linked crates left to their compiler', { own: '[cache]\nlinked_crates = false' }, (it) => it.linkedCrates, false],
    ['no records', { own: '[records]\nsize = 0' }, (it) => it.records.maxBytes, 0],
    ['no records beside a cache that is only read', { env: { SCCACHE_LOCAL_RW_MODE: 'READ_ONLY' } }, (it) => it.records.maxBytes, 0],
    ['lookup time-out', { own: '[cache]\nlookup_timeout_ms = 250' }, (it) => it.disk.lookupTimeoutMs, 250],
    ['start-up time-out', { sccache: 'server_startup_timeout_ms = 1234' }, (it) => it.startupTimeoutMs, 1234],
    ['never idle', { env: { SCCACHE_IDLE_TIMEOUT: '0' } }, (it) => it.idleTimeoutMs, undefined],
    ['idle by variable over file', { own: 'idle_timeout = 5', env: { SCCACHE_IDLE_TIMEOUT: '7' } }, (it) => it.idleTimeoutMs, 7000],
    ['our folder stands as written', { own: '[cache.disk]\ndir = "/mine"' }, (it) => it.disk.dir, '/mine'],
    ['sccache’s folder is left to it', { sccache: '[cache.disk]\ndir = "/theirs"\n[dist]\nscheduler_url = "http://h"\ncache_dir = "/tc"' }, (it) => [it.disk.dir, it.dist?.cacheDir], ['/theirs/sccache-ts', '/tc/sccache-ts']],
    ['XDG_CACHE_HOME', { env: { XDG_CACHE_HOME: '/xc' } }, (it) => it.disk.dir, '/xc/sccache-ts'],
  ])('%s', async (_name, given, look, expected) => {
    expect(look(await load(given))).toEqual(expected);
  });
});

describe('distribution', () => {
  const full = `[dist]
scheduler_url = "10.0.0.1:10600"
cache_dir = "/tc"
toolchain_cache_size = "1G"
[dist.auth]
type = "token"
token = "hush"
[[dist.toolchains]]
type = "path_override"
compiler_executable = "/usr/bin/gcc"
archive = "/tc.tar.gz"
archive_compiler_executable = "/bin/gcc"
[[dist.toolchains]]
type = "no_dist"
compiler_executable = "/usr/bin/clang"
`;

  it('is read whole', async () => {
    expect((await load({ own: full })).dist).toEqual({
      schedulerUrl: 'http://10.0.0.1:10600/',
      auth: { kind: 'token', token: 'hush' },
      cacheDir: '/tc',
      toolchainCacheBytes: 1024 ** 3,
      rewriteIncludesOnly: false,
      toolchains: [
        { kind: 'path_override', compiler: '/usr/bin/gcc', archive: '/tc.tar.gz', archiveCompiler: '/bin/gcc' },
        { kind: 'no_dist', compiler: '/usr/bin/clang' },
      ],
    });
  });

  it('has sccache’s token and a folder of our own by default', async () => {
    expect((await load({ sccache: '[dist]\nscheduler_url = "https://h:1"' })).dist).toMatchObject({
      schedulerUrl: 'https://h:1/',
      auth: { kind: 'token', token: 'dangerously_insecure_client' },
      cacheDir: join(home, '.cache/sccache-ts/dist-client'),
      toolchainCacheBytes: 10 * 1024 ** 3,
    });
  });

  it.each([
    'type = "oauth2_code_grant_pkce"\nclient_id = "c"\nauth_url = "https://a"\ntoken_url = "https://t"',
    'type = "oauth2_implicit"\nclient_id = "c"\nauth_url = "https://a"',
    'type = "mozilla"',
  ])('says that nobody is logged in with %s, only where it would be used', async (auth) => {
    const used = await load({ sccache: `[dist]\nscheduler_url = "http://h"\n[dist.auth]\n${auth}` });
    expect(used.dist?.auth).toMatchObject({ kind: 'login', kept: undefined });
    expect(used.files.at(-1)).toBe(join(home, '.config/sccache/cached-config'));
    expect(used.warnings).toEqual([expect.stringMatching(/^nobody is logged in at [a-z.0]+, so nothing is distributed: run `sccache-ts --dist-auth`$/)]);
    const unused = await load({ sccache: `[dist.auth]\n${auth}` });
    expect(unused.warnings).toEqual([]);
  });

  it.each([
    ['http://h', 'http://h/'],
    ['https://h:443/', 'https://h/'],
    ['127.0.0.1:80', 'http://127.0.0.1/'],
    ['[::1]:10600', 'http://[::1]:10600/'],
    ['HTTP://Host:1', 'http://host:1/'],
    ['http://h/x', undefined],
    ['http://h/?a', undefined],
    ['http://u:p@h/', undefined],
    ['ftp://h/', undefined],
    ['localhost:80', undefined],
    ['http:h', undefined],
    ['h', undefined],
    ['', undefined],
    ['1.2.3.4:99999', undefined],
  ])('reads the address %j as %j', (value, expected) => {
    expect(parseSchedulerUrl(value)).toBe(expected);
  });
});

describe('mistakes', () => {
  it.each<[string, Given, { code: string; message: RegExp; hint?: string }]>([
    ['unknown key', { sccache: '[dist]\n\nsheduler_url = "x"' }, { code: 'SETTINGS_UNKNOWN_KEY', message: /\.config\/sccache\/config:3: unknown key dist\.sheduler_url$/, hint: 'did you mean scheduler_url?' }],
    ['our key in sccache’s file', { sccache: 'idle_timeout = 1' }, { code: 'SETTINGS_UNKNOWN_KEY', message: /config:1: unknown key idle_timeout/ }],
    ['unknown key of direct mode', { own: '[cache.disk.preprocessor_cache_mode]\nignore_time_macro = true' }, { code: 'SETTINGS_UNKNOWN_KEY', message: /sccache-ts\/config:2/, hint: 'did you mean ignore_time_macros?' }],
    ['broken file', { sccache: '[dist\n' }, { code: 'SETTINGS_SYNTAX', message: /config:1:6: expected "\]"/ }],
    ['bad address', { sccache: '[dist]\nscheduler_url = "ftp://h"' }, { code: 'SETTINGS_INVALID', message: /config:2: dist\.scheduler_url: expected an http or https address.*found "ftp:\/\/h"/ }],
    ['relative basedir', { sccache: 'basedirs = ["rel"]' }, { code: 'SETTINGS_INVALID', message: /basedirs: expected an absolute path, found "rel"/ }],
    ['relative folder', { env: { SCCACHE_DIR: 'rel' } }, { code: 'SETTINGS_INVALID', message: /SCCACHE_DIR: expected an absolute path/ }],
    ['relative file', { env: { SCCACHE_CONF: 'conf.toml' } }, { code: 'SETTINGS_INVALID', message: /SCCACHE_CONF: expected an absolute path/ }],
    ['strange truth', { env: { SCCACHE_DIRECT: 'maybe' } }, { code: 'SETTINGS_INVALID', message: /SCCACHE_DIRECT must be 'true', 'on', '1', 'false', 'off' or '0'/ }],
    ['rw_mode', { sccache: '[cache.disk]\nrw_mode = "ro"' }, { code: 'SETTINGS_INVALID', message: /expected "READ_ONLY" or "READ_WRITE"/ }],
    ['compiler twice', { sccache: '[[dist.toolchains]]\ntype = "no_dist"\ncompiler_executable = "/a"\n[[dist.toolchains]]\ntype = "no_dist"\ncompiler_executable = "/a"' }, { code: 'SETTINGS_INVALID', message: /config:4: dist\.toolchains\[1\]: \/a has an entry already/ }],
    ['compiler twice, spelled otherwise', { sccache: '[[dist.toolchains]]\ntype = "no_dist"\ncompiler_executable = \'C:\\LLVM\\clang-cl.exe\'\n[[dist.toolchains]]\ntype = "no_dist"\ncompiler_executable = \'c:/llvm/Clang-CL.exe\'' }, { code: 'SETTINGS_INVALID', message: /clang-cl\.exe has an entry already/i }],
    ['toolchain without archive', { sccache: '[[dist.toolchains]]\ntype = "path_override"\ncompiler_executable = "/a"' }, { code: 'SETTINGS_INVALID', message: /dist\.toolchains\[0\]\.archive: is missing/ }],
    ['token of a wrong type', { sccache: '[dist.auth]\ntype = "token"\ntoken = 31337' }, { code: 'SETTINGS_INVALID', message: /config:3: dist\.auth\.token: expected text in quotes, found something else/ }],
  ])('%s', async (_name, given, expected) => {
    const fault = await load(given).catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({ code: expected.code, message: expect.stringMatching(expected.message) as string, ...(expected.hint && { hint: expected.hint }) });
    expect(JSON.stringify(fault)).not.toContain('31337');
  });

  it('warns of what it cannot do, and goes on', async () => {
    const { warnings } = await load({
      sccache: 'client_side_mode = true\n[cache.s3]\nbucket = "b"\nno_credentials = true',
      env: { SCCACHE_REDIS_ENDPOINT: 'redis://h', SCCACHE_IDLE_TIMEOUT: 'soon', SCCACHE_LOCAL_RW_MODE: 'RO' },
    });
    expect(warnings).toEqual([
      expect.stringContaining('SCCACHE_LOCAL_RW_MODE is ignored'),
      expect.stringContaining('SCCACHE_REDIS_ENDPOINT is ignored: storage in Redis'),
      expect.stringContaining('SCCACHE_IDLE_TIMEOUT is ignored'),
      expect.stringMatching(/config:2: cache\.s3 is ignored/),
      expect.stringContaining('client-side mode'),
    ]);
  });
});

describe('where files lie', () => {
  const around = (platform: NodeJS.Platform, env: Record<string, string> = {}): Surroundings => ({ env, home: platform === 'win32' ? 'C:\\Users\\u' : '/h', platform });

  it.each<[string, Surroundings, readonly string[], string, string]>([
    ['Linux', around('linux'), ['/h/.config/sccache/config'], '/h/.config/sccache-ts/config', '/h/.cache/sccache-ts'],
    ['Linux with XDG', around('linux', { XDG_CONFIG_HOME: '/x', XDG_CACHE_HOME: 'relative' }), ['/x/sccache/config'], '/x/sccache-ts/config', '/h/.cache/sccache-ts'],
    ['macOS', around('darwin'), ['/h/Library/Application Support/Mozilla.sccache/config', '/h/Library/Preferences/Mozilla.sccache/config'], '/h/Library/Application Support/sccache-ts/config', '/h/Library/Caches/sccache-ts'],
    ['Windows', around('win32', { APPDATA: 'D:\\Roaming' }), ['D:\\Roaming\\Mozilla\\sccache\\config\\config'], 'D:\\Roaming\\sccache-ts\\config', 'C:\\Users\\u\\AppData\\Local\\sccache-ts'],
    ['SCCACHE_CONF', around('linux', { SCCACHE_CONF: '/etc/s.json' }), ['/etc/s.json'], '/etc/sccache-ts/config', '/h/.cache/sccache-ts'],
    ['SCCACHE_TS_CONF', around('linux', { SCCACHE_TS_CONF: '/mine' }), ['/h/.config/sccache/config'], '/mine', '/h/.cache/sccache-ts'],
  ])('%s', (_name, where, sccache, own, cache) => {
    expect(settingsPaths(where)).toEqual({ sccache, own });
    expect(cacheFolder(where)).toBe(cache);
  });

  it('SCCACHE_CONF may be JSON, and hides the standard file', async () => {
    await write(join(home, '.config/sccache/config'), '[cache.disk]\nsize = 1\n');
    const named = await write(join(home, 'x/conf.json'), '{"cache": {"disk": {"size": "2K", "dir": null}}}');
    expect((await load({ env: { SCCACHE_CONF: named } })).disk.maxBytes).toBe(2048);
    expect((await load({ env: { SCCACHE_CONF: join(home, 'absent') } })).disk.maxBytes).toBe(10 * 1024 ** 3);
  });

  it('reads the older of macOS’s files when the newer is not there', async () => {
    await write(join(home, 'Library/Preferences/Mozilla.sccache/config'), '[cache.disk]\nsize = 1\n');
    expect((await loadClientSettings({ env: {}, home, platform: 'darwin' })).disk.maxBytes).toBe(1);
  });
});
