import { existsSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nativeAddon } from './native-addon.js';
import { type ProcessOptions, type ProcessResult, runProcess } from './processes.js';

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'processes-')));
const missing = nativeAddon() === undefined ? 'the native addon was not built here' : undefined;

afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const path = process.env['PATH'] ?? '/usr/bin:/bin';
const usual = { env: { PATH: path }, timeoutMs: 20_000 };
const shell = (script: string, options: Partial<ProcessOptions> = {}): Promise<ProcessResult> => runProcess('/bin/sh', ['-c', script], { ...usual, ...options });
const script = (name: string, text: string, mode: number): string => {
  writeFileSync(join(dir, name), text, { mode });
  return join(dir, name);
};

const alive = (pid: number): boolean => {
  try {
    // A zombie that nobody has waited for yet is not alive.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && alive(pid); tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  return !alive(pid);
}

describe.each([true, false])('native: %s', (native) => {
  beforeEach(({ skip }) => {
    skip(native && missing !== undefined, missing);
    vi.stubEnv('SCCACHE_TS_NO_ADDON', native ? '' : '1');
    expect(nativeAddon() !== undefined).toBe(native);
  });

  it('brings back both streams and the exit code', async () => {
    const { code, signal, stdout, stderr } = await shell('printf "a\\0b"; printf oops >&2; exit 7');
    expect([code, signal, stdout.toString('latin1'), stderr.toString()]).toEqual([7, undefined, 'a\0b', 'oops']);
  });

  it.each(['SIGKILL', 'SIGSEGV', 'SIGABRT', 'SIGTERM'] as const)('names %s', async (name) => {
    const { code, signal } = await shell(`ulimit -c 0; kill -${name.slice(3)} $$`);
    expect([code, signal]).toEqual([undefined, name]);
  });

  it('gives the program exactly the arguments, the environment and the folder it was told', async () => {
    const env = { PATH: path, 'ODD NAME': 'a=b', EMPTY: '', GREEK: 'αβγ' };
    const told = await runProcess(process.execPath, ['-e', 'console.log(JSON.stringify([process.argv.slice(1), {...process.env}, process.cwd()]))', '--', '', 'a b', '"', 'é'], { ...usual, env, cwd: dir });
    expect(JSON.parse(told.stdout.toString())).toEqual([['', 'a b', '"', 'é'], env, dir]);
    expect((await runProcess('/usr/bin/env', [], { env: {}, timeoutMs: 20_000 })).stdout.toString()).toBe('');
  });

  it('hands the input over, however large, also to a program that does not read it', async () => {
    const input = Buffer.alloc(3_000_000, 'input ');
    expect((await runProcess('cat', [], { ...usual, input })).stdout.equals(input)).toBe(true);
    expect((await runProcess('cat', [], usual)).stdout.byteLength, 'no input is an empty one').toBe(0);
    expect((await shell('exit 3', { input })).code).toBe(3);
    expect((await shell('exec <&-; sleep 0.1; echo done', { input })).stdout.toString()).toBe('done\n');
  });

  it('looks for the program in the PATH of its environment, as execvp would', async () => {
    const bin = join(dir, 'bin');
    mkdirSync(bin, { recursive: true });
    mkdirSync(join(dir, 'other'), { recursive: true });
    script('bin/tool', '#!/bin/sh\necho mine', 0o755);
    script('other/tool', '#!/bin/sh\necho not executable', 0o644);
    const run = (env: Record<string, string>, cwd?: string): Promise<string> =>
      runProcess('tool', [], { ...usual, env, ...(cwd === undefined ? {} : { cwd }) }).then(({ stdout }) => stdout.toString());
    expect(await run({ PATH: `${dir}/none:${dir}/other:${bin}` })).toBe('mine\n');
    expect(await run({ PATH: '/none:' }, bin), 'an empty part is the folder it runs in').toBe('mine\n');
    expect((await runProcess('./tool', [], { ...usual, cwd: bin })).stdout.toString()).toBe('mine\n');
    expect((await runProcess('cat', [], { env: {}, timeoutMs: 20_000 })).code, 'without a PATH the usual one').toBe(0);
  });

  it('runs a script without a first line as a shell would', async () => {
    const { stdout } = await runProcess(script('plain', 'echo "$0 $1"\n', 0o755), ['x'], usual);
    expect(stdout.toString()).toBe(`${dir}/plain x\n`);
  });

  it.each([
    ['no such program', 'no-such-program', {}, 'ENOENT'],
    ['no such file', '/no/such/file', {}, 'ENOENT'],
    ['an empty name', '', {}, undefined],
    ['not executable', '/etc/passwd', {}, 'EACCES'],
    ['a folder', '/etc', {}, 'EACCES'],
    ['no such folder to run in', '/bin/sh', { cwd: '/no/such/folder' }, 'ENOENT'],
    ['a null byte', '/bin/sh\0x', {}, undefined],
  ])('says why it cannot be started: %s', async (_, program, options, code) => {
    const thrown = await runProcess(program, [], { ...usual, ...options }).catch((fault: unknown) => fault);
    expect(thrown).toMatchObject({ code: 'TOOL_MISSING' });
    if (code !== undefined) expect(thrown).toMatchObject({ message: `${program}: cannot be started: ${code}`, cause: { code } });
  });

  it('says so when arguments are too long for the system', async () => {
    await expect(runProcess('/bin/true', ['x'.repeat(10_000_000)], usual)).rejects.toMatchObject({ code: 'TOOL_MISSING', message: '/bin/true: cannot be started: E2BIG' });
  });

  it('kills the whole group when time is over', async () => {
    const file = join(dir, `pids-${native}`);
    const began = Date.now();
    await expect(shell(`sleep 600 & echo $$ $! > ${file}; wait`, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'PROCESS_TIMEOUT', message: '/bin/sh: still running after 300 ms, killed' });
    expect(Date.now() - began).toBeLessThan(5000);
    const pids = readFileSync(file, 'utf8').trim().split(' ').map(Number);
    expect(pids).toHaveLength(2);
    for (const pid of pids) expect(await gone(pid), `${pid}`).toBe(true);
  });

  it('does not wait for one that has left the group once time is over', async () => {
    const file = join(dir, `left-${native}`);
    const began = Date.now();
    await expect(shell(`setsid sleep 600 & echo $! > ${file}; exit 0`, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'PROCESS_TIMEOUT' });
    expect(Date.now() - began).toBeLessThan(5000);
    process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
  });

  it('waits for what a descendant still writes', async () => {
    expect((await shell('(sleep 0.2; echo late) & exit 4')).stdout.toString()).toBe('late\n');
  });

  it('sees the end of a program that closed its streams long before', async () => {
    expect((await shell('exec >&- 2>&-; sleep 0.2; exit 5')).code).toBe(5);
  });

  it.each([
    ['standard output', ''],
    ['standard error', '>&2'],
  ])('keeps no more of %s than was agreed', async (name, where) => {
    const line = Buffer.alloc(999, 'x').toString();
    expect((await shell(`echo ${line} ${where}`, { maxOutput: 1000 })).code, 'exactly as much').toBe(0);
    await expect(shell(`while :; do echo ${line} ${where}; done`, { maxOutput: 100_000 })).rejects.toMatchObject({
      code: 'PROCESS_FAILED',
      message: `/bin/sh: wrote more than 100000 bytes to ${name}, killed`,
    });
  });

  it('is cancelled before and while it runs, and no longer afterwards', async () => {
    await expect(shell('exit 0', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED', message: '/bin/sh: cancelled before it was started' });
    const file = join(dir, `cancelled-${native}`);
    const stop = new AbortController();
    const running = shell(`echo $$ > ${file}; sleep 600`, { signal: stop.signal });
    while (!existsSync(file) || readFileSync(file, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED', message: '/bin/sh: cancelled, killed' });
    expect(await gone(Number(readFileSync(file, 'utf8')))).toBe(true);
    const late = new AbortController();
    expect((await shell('exit 6', { signal: late.signal })).code).toBe(6);
    late.abort();
    const early = new AbortController();
    const started = shell('sleep 600', { signal: early.signal });
    early.abort();
    await expect(started).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('starts it in a session of its own, with signals as usual and no descriptor but three', async () => {
    const { stdout } = await shell('cat /proc/self/status; ls /proc/self/fd; cut -d" " -f6 /proc/$$/stat; echo $$');
    const text = stdout.toString();
    expect(text).toMatch(/^SigBlk:\s+0+$/m);
    // Bit 31 and above are the real-time signals, which node's own way leaves as they are.
    expect(/^SigIgn:\s+([0-9a-f]+)$/m.exec(text)?.[1]?.slice(-8)).toBe('00000000');
    const [fds, session, pid] = [text.split('\n').filter((line) => /^\d+$/.test(line)).slice(0, -2), ...text.trim().split('\n').slice(-2)];
    // ls has one more open: the folder itself. Node's own way lets through what node was born with above the first sixteen.
    expect(native ? fds : fds.filter((fd) => Number(fd) < 16)).toEqual(['0', '1', '2', '3']);
    expect(session).toBe(pid);
  });

  it('runs many at once', async () => {
    const done = await Promise.all(Array.from({ length: 40 }, (_, at) => shell(`head -c 100000 /dev/zero; echo ${at} >&2; exit ${at}`)));
    expect(done.map(({ code, stdout, stderr }) => [code, stdout.byteLength, Number(stderr)])).toEqual(done.map((_, at) => [at, 100_000, at]));
  });

  it('leaves no descriptor and no zombie behind', async () => {
    const count = (): number => readdirSync('/proc/self/fd').length;
    await shell('exit 0');
    const before = count();
    for (let round = 0; round < 20; round++) {
      await shell('exit 0', { input: Buffer.from('x') });
      await runProcess('/no/such/file', [], usual).catch(() => undefined);
      await shell('sleep 600', { timeoutMs: 1 }).catch(() => undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(count()).toBe(before);
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim();
    expect(children.split(' ').filter((pid) => pid !== '' && /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')))).toEqual([]);
  });
});
