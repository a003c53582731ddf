import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeShellRoot } from '../../../fixtures/src/kit/shell-root.js';
import { silentLog } from '../base/index.js';
import type { CompileCommand } from '../wire/index.js';
import { removeTree } from './remove-tree.js';
import { findSandboxMode } from './sandbox-mode.js';
import { parseStatus, sandboxWords } from './sandbox-arguments.js';
import { findSandboxTools, isNewEnough, parseBubblewrapVersion } from './sandbox-tools.js';
import { openSandbox, type Sandbox, type SandboxEnd, type SandboxMode, type SandboxOptions } from './sandbox.js';

const searchPath = process.env['PATH'] ?? '';
const possible = spawnSync('bwrap', ['--version']).status === 0;
if (!possible) console.warn('bubblewrap is not installed: the sandbox is not tested');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  mkdirSync(join(folder, 'toolchains'));
  makeShellRoot(join(folder, 'toolchains', 'shell'));
});
afterAll(() => removeTree(folder));

describe('sandboxWords', () => {
  const command: CompileCommand = { executable: '/usr/bin/cc', arguments: ['-c', '', '--', 'ä'], envVars: [['A', '1'], ['B=C', '2'], ['', '3'], ['A', '4=5']], cwd: '/w' };

  const features = { tellsStatus: true, endsNesting: true, sizesMemory: true, controls: ['/proc/sys'], tellTales: ['/proc/keys'], filter: new Uint8Array(8) };
  const place = { root: ['--bind', 'target', '/'], proc: 'covered' } as const;

  it('keeps the environment off the command line, and the order that bubblewrap needs', () => {
    const { args, options } = sandboxWords(command, features, place);
    expect(args).toEqual(['--args', '4', '--', '/usr/bin/cc', '-c', '', '--', 'ä']);
    expect(Buffer.from(options).toString().split('\0')).toEqual([
      '--json-status-fd', '3', '--die-with-parent', '--new-session', '--cap-drop', 'ALL',
      '--unshare-user', '--unshare-cgroup', '--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts',
      '--uid', '1000', '--gid', '1000', '--hostname', 'sandbox', '--disable-userns', '--seccomp', '5',
      '--bind', 'target', '/', '--proc', '/proc', '--size', '4096', '--tmpfs', '/proc/1', '--remount-ro', '/proc/1', '--ro-bind', '/proc/sys', '/proc/sys', '--ro-bind', '/dev/null', '/proc/keys',
      '--size', '65536', '--tmpfs', '/dev', ...['null', 'zero', 'full', 'random', 'urandom'].flatMap((name) => ['--dev-bind', `/dev/${name}`, `/dev/${name}`]),
      '--symlink', '/proc/self/fd', '/dev/fd', ...['stdin', 'stdout', 'stderr'].flatMap((name, fd) => ['--symlink', `/proc/self/fd/${fd}`, `/dev/${name}`]),
      '--perms', '1777', '--size', '16777216', '--tmpfs', '/dev/shm', '--remount-ro', '/dev',
      '--chdir', '/w', '--setenv', 'A', '1', '--setenv', 'A', '4=5', '',
    ]);
  });

  it('leaves out what the machine does not have, and all of /proc where that is wanted', () => {
    const { options } = sandboxWords({ ...command, envVars: [] }, { ...features, sizesMemory: false, filter: undefined, endsNesting: false }, { ...place, proc: 'none' });
    for (const word of ['--size', '--perms', '/dev/shm', '--seccomp', '--disable-userns', '/proc', '/proc/sys', '/proc/keys']) expect(Buffer.from(options).toString().split('\0')).not.toContain(word);
  });

  it.each<[string, Partial<CompileCommand>]>([
    ['a relative working directory', { cwd: 'w' }],
    ['no executable', { executable: '' }],
    ['a zero byte in an argument', { arguments: ['a\0b'] }],
    ['a zero byte in the environment', { envVars: [['A', '\0--bind\0/\0/host']] }],
  ])('refuses %s', (_, part) => {
    expect(() => sandboxWords({ ...command, ...part }, features, place)).toThrowError(expect.objectContaining({ code: 'WIRE_MALFORMED' }));
  });
});

describe('what bubblewrap says', () => {
  it('is read as far as it has come', () => {
    const pid = '{ "child-pid": 4711, "mnt-namespace": 12 }\n';
    expect(parseStatus('')).toEqual({ childPid: undefined, exitCode: undefined });
    expect(parseStatus('{ "child-pid": 47')).toEqual({ childPid: undefined, exitCode: undefined });
    expect(parseStatus(`${pid}{ "exit-code": 0 }\n`)).toEqual({ childPid: 4711, exitCode: 0 });
  });

  it.each([
    ['bubblewrap 0.8.0\n', [0, 8, 0], true], ['bubblewrap 0.3.0', [0, 3, 0], true], ['bubblewrap 0.2.9', [0, 2, 9], false], ['bubblewrap 1.0', [1, 0, 0], true], ['bubblewrap 0.11.1', [0, 11, 1], true],
  ])('%j is a version', (text, version, enough) => {
    expect(parseBubblewrapVersion(text)).toEqual(version);
    expect(isNewEnough(version)).toBe(enough);
  });
});

describe('findSandboxTools', () => {
  const fake = (body: string): string => {
    const path = join(folder, 'bwrap-fake');
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  it('says what is missing or too old', async () => {
    await expect(findSandboxTools(join(folder, 'absent'), searchPath)).rejects.toMatchObject({ code: 'TOOL_MISSING', hint: expect.stringContaining('apt-get install bubblewrap') as unknown });
    await expect(findSandboxTools(fake('echo bubblewrap 0.2.1'), searchPath)).rejects.toMatchObject({ code: 'TOOL_TOO_OLD', message: expect.stringContaining('0.3.0 or newer') as unknown });
    await expect(findSandboxTools(fake('echo hello'), searchPath)).rejects.toMatchObject({ code: 'TOOL_TOO_OLD' });
    await expect(findSandboxTools(fake('exit 3'), searchPath)).rejects.toMatchObject({ code: 'TOOL_MISSING' });
  });

  it('says what to do when the kernel refuses', async () => {
    const tools = await findSandboxTools(fake('case $1 in --version) echo bubblewrap 0.3.1;; --help) echo usage;; *) echo "bwrap: No permissions" >&2; exit 1;; esac'), searchPath);
    expect(tools.tellsStatus).toBe(false);
    await expect(findSandboxMode(tools, folder, { layers: 'auto', firstUser: undefined, uid: 1000 })).rejects.toMatchObject({ code: 'NOT_ROOT', message: expect.stringContaining('No permissions') as unknown, hint: expect.stringContaining('sudo') as unknown });
    expect(existsSync(join(folder, 'probe'))).toBe(false);
  });
});

const ways = [
  ['overlay, own users', { uid: 0, firstUser: 53_200 }, { layers: 'overlay', as: 'root', ownUsers: true }],
  ['overlay in a user namespace', { uid: 1000 }, { layers: 'overlay', as: 'user', ownUsers: false }],
  ['mounts in a user namespace', { uid: 1000, layers: 'binds' }, { layers: 'binds', as: 'user', ownUsers: false }],
] as const satisfies readonly [string, Partial<SandboxOptions>, Partial<SandboxMode>][];

describe.runIf(possible).each(ways)('the sandbox by way of %s', (_, options, mode) => {
  let sandbox: Sandbox;
  let build: string;
  beforeAll(async () => {
    sandbox = await openSandbox({ dir: folder, bwrapPath: undefined, searchPath, log: silentLog, ...options });
  });
  // A folder is mounted once: an overlay that was not flushed at its end cannot be mounted again.
  const prepare = (): void => {
    build = mkdtempSync(join(folder, 'build-'));
    for (const name of ['upper/w', 'work', 'target']) mkdirSync(join(build, name), { recursive: true });
  };

  const run = (script: string, options: Partial<CompileCommand> & { signal?: AbortSignal; timeMs?: number; streamBytes?: number } = {}): Promise<SandboxEnd> => {
    const { signal = new AbortController().signal, timeMs = 20_000, streamBytes = 100_000, ...command } = options;
    prepare();
    if (options.executable === '/bin/no-work') rmSync(join(build, 'work'), { recursive: true });
    return sandbox.run({
      folder: build,
      lower: join(folder, 'toolchains', 'shell'),
      command: { executable: '/bin/sh', arguments: ['-c', script], envVars: [['PATH', '/bin']], cwd: '/w', ...command },
      limits: { timeMs, streamBytes, cpuSeconds: 60, memoryBytes: 1e9, processes: 100, diskBytes: 1e9, files: 1000 },
      signal,
    });
  };
  const stdout = async (script: string, options: Parameters<typeof run>[1] = {}): Promise<string> => Buffer.from((await run(script, options)).stdout).toString();

  it('runs a command in its directory, with that environment and no other', async () => {
    expect(sandbox.mode).toMatchObject(mode);
    const end = await run('echo out; echo err >&2; echo made > made; cat; exit 7');
    expect([end.code, Buffer.from(end.stdout).toString(), Buffer.from(end.stderr).toString()]).toEqual([7, 'out\n', 'err\n']);
    expect(readFileSync(join(build, 'upper/w/made'), 'utf8')).toBe('made\n');
    expect(readdirSync(join(folder, 'toolchains', 'shell'))).not.toContain('w');
    expect((await stdout('env', { envVars: [['PATH', '/bin'], ['A', '1'], ['A', '2']] })).split('\n').sort()).toEqual(['', 'A=2', 'PATH=/bin', 'PWD=/w']);
  });

  it('shows the job nothing of the machine', async () => {
    writeFileSync(join(folder, 'secret'), 'secret');
    expect((await run(`cat ${folder}/secret`)).code).toBe(1);
    expect(await stdout('echo /proc/[0-9]*')).toMatch(/^\/proc\/1 \/proc\/[0-9]+\n$/);
    expect(await stdout('while read -r line; do echo $line; done < /proc/net/dev')).not.toMatch(/eth|ens|docker/);
    expect(await stdout('echo $(cat /proc/self/status)')).toMatch(/CapEff: 0000000000000000/);
  });

  it('lets the job die before the server when memory runs out', async () => {
    expect(await stdout('cat /proc/self/oom_score_adj')).toBe('500\n');
  });

  it.each(['sys/kernel/core_pattern', 'irq/default_smp_affinity'])('does not let the job write /proc/%s, as root or in a namespace of its own', async (name) => {
    // What is written is what stands there already, in case it is written.
    const write = `value=$(cat /proc/${name}) && printf %s "$value" > /proc/${name}`;
    expect((await run(write)).code).not.toBe(0);
    expect((await run(`unshare --user --map-root-user --mount --pid --fork sh -c 'mount -t proc proc /proc && ${write}'`)).code).not.toBe(0);
  });

  it.each<[string, Partial<CompileCommand>]>([
    ['an executable that is not there', { executable: '/bin/absent' }],
    ['a working directory that is not there', { cwd: '/absent' }],
  ])('takes %s for its own failure', async (_, command) => {
    await expect(run(':', command)).rejects.toMatchObject({ code: 'SANDBOX_FAILED' });
  });

  if (mode.layers === 'overlay') it('takes a failed mount for its own failure', async () => {
    await expect(run(':', { executable: '/bin/no-work' })).rejects.toMatchObject({ code: 'SANDBOX_FAILED', message: expect.stringContaining('mount') as unknown });
  });

  it.each([1, 125, 127])('reports a command that exits with %i', async (code) => {
    expect((await run(`echo "bwrap: told you" >&2; exit ${code}`)).code).toBe(code);
  });

  it('does not take a death by signal for an exit', async () => {
    await expect(run('kill -9 $$')).rejects.toMatchObject({ code: 'SANDBOX_FAILED', message: expect.stringContaining('signal 9') as unknown });
  });

  it('does not let the job speak for bubblewrap', async () => {
    const fds = 'for fd in 3 4 5 6 7 8 9; do eval "echo \'{ \\"exit-code\\": 0 }\' >&$fd" 2>/dev/null; done;';
    expect((await run(`${fds} exit 3`)).code).toBe(3);
  });

  it('ends only when the last process of the job has ended', async () => {
    const started = performance.now();
    const end = await run('(while :; do echo x > /w/late; done) >/dev/null 2>&1 & (sleep 60; echo) & echo ready');
    expect(end.code).toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
    rmSync(join(build, 'upper/w/late'), { force: true });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(existsSync(join(build, 'upper/w/late'))).toBe(false);
  });

  const processes = (mark: string): string => execFileSync('/bin/sh', ['-c', `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c "sleep ${mark}" || true`], { encoding: 'utf8' }).trim();

  it('is killed whole when nobody waits any more', async () => {
    const stop = new AbortController();
    const running = run('sleep 3141 & sleep 3142; :', { signal: stop.signal });
    await expect.poll(() => processes('314[12]')).not.toBe('0');
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(processes('314[12]')).toBe('0');
    await expect(run(':', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('is killed whole when its time is up', async () => {
    await expect(run('sleep 2718 & sleep 2718; :', { timeMs: 300 })).rejects.toMatchObject({ code: 'JOB_OVER_TIME' });
    expect(processes('271[8]')).toBe('0');
  });

  it('is killed when it never stops talking', async () => {
    await expect(run('while :; do echo yes; done')).rejects.toMatchObject({ code: 'JOB_OVER_OUTPUT' });
  });
});
