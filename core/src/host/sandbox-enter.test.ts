import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findEnter } from './sandbox-enter.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let program: string;
let folder: string;
const possible = process.platform === 'linux' && spawnSync('g++', ['--version']).status === 0;
if (!possible) console.warn('skipped: sandbox-enter: no Linux, or no g++');
const isRoot = process.geteuid?.() === 0;
if (!isRoot) console.warn('skipped: sandbox-enter as root: we are not root');

const mounts = (): string => readFileSync('/proc/self/mountinfo', 'utf8');

describe.runIf(possible)('sandbox-enter', () => {
  // As it stands in the sources, whatever lies in `prebuilt`.
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'enter-'));
    program = join(folder, 'sandbox-enter');
    execFileSync('g++', ['-std=c++17', '-Wall', '-Wextra', '-Werror', '-fno-exceptions', '-fno-rtti', '-static', '-o', program, ...['enter.cc', 'enter_common.cc', 'enter_mounts.cc'].map((name) => join(root, 'core/native', name))]);
    chmodSync(folder, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const enter = (...words: string[]): { code: number | null; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', cwd: folder, env: {}, input: '' });
    return { code: status, out: stdout, err: stderr };
  };
  const shell = (script: string): string[] => ['run', '/bin/sh', '-c', script];

  it('is found when it says that it speaks our words, and only then', async () => {
    expect(await findEnter([join(folder, 'absent'), program])).toBe(program);
    for (const [name, body] of [['other', 'echo 2'], ['angry', 'exit 1']] as const) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
      expect(await findEnter([join(folder, name)])).toBeUndefined();
    }
  });

  it('sets hard limits, and keeps what was ordered before from being undone', () => {
    const limits = ['limit', 'core=0', 'limit', 'fsize=1048576', 'limit', 'nofile=77', 'limit', 'cpu=9', 'limit', 'nproc=4000', 'limit', 'data=1073741824'];
    expect(enter(...limits, ...shell('ulimit -Hc; ulimit -Hf; ulimit -Hn; ulimit -Sn; ulimit -Ht; ulimit -Hd')).out).toBe('0\n2048\n77\n77\n9\n1048576\n');
  });

  it.each([
    [[], 'nothing to run'],
    [['limit', 'core=0'], 'nothing to run'],
    [['what', 'run', '/bin/true'], 'not understood: what'],
    [['limit', 'run', '/bin/true'], 'no such limit: run'],
    [['limit', 'nofile=', 'run', '/bin/true'], 'no number'],
    [['limit', 'nofile=-1', 'run', '/bin/true'], 'no number: -1'],
    [['limit', 'nofile=12x', 'run', '/bin/true'], 'no number: 12x'],
    [['limit', 'nofile=99999999999999999999999', 'run', '/bin/true'], 'no number'],
    [['user', '0', 'run', '/bin/true'], 'no user for jobs: 0'],
    [['user', 'root', 'run', '/bin/true'], 'no number: root'],
    [['user', '4294967295', 'run', '/bin/true'], 'no user for jobs'],
    [['user', '4294967296', 'run', '/bin/true'], 'no user for jobs'],
    [['user'], 'not understood: user'],
    [['run', '/absent'], 'running /absent: No such file'],
    [['group', '/absent', 'run', '/bin/true'], 'opening /absent/cgroup.procs'],
    [['join', '/absent', '/', 'run', '/bin/true'], 'opening /absent'],
    [['keep'], 'not understood: keep'],
  ])('%j: runs nothing and says why', (words, why) => {
    const { code, err, out } = enter(...words);
    expect([code, out]).toEqual([125, '']);
    expect(err).toContain(why);
  });

  it.each([
    ['run\0/bin/echo\0heard\0\0more\0', 0, 'heard  more\n'],
    ['', 125, 'nothing to run'],
    ['run\0/bin/echo\0hear', 125, 'broke off: hear'],
    ['in\0/absent\0run\0/bin/true\0', 125, 'entering /absent'],
    [`in\0/\0run\0/bin/echo\0${'x'.repeat(20_000)}\0`, 0, 'x'.repeat(20_000)],
  ])('hears %j', (input, code, said) => {
    const { status, stdout, stderr } = spawnSync(program, ['hear', '0'], { encoding: 'utf8', env: {}, input });
    expect(status).toBe(code);
    expect(`${stdout}${stderr}`).toContain(said);
  });

  it.runIf(isRoot)('becomes another user for good, in no group but one', () => {
    const said = enter('user', '53299', ...shell('id -u; id -g; id -G; cat /proc/self/status')).out;
    expect(said.split('\n').slice(0, 3)).toEqual(['53299', '53299', '53299']);
    expect(said).toMatch(/^Uid:\t53299\t53299\t53299\t53299$/m);
    expect(said).toMatch(/^Gid:\t53299\t53299\t53299\t53299$/m);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) expect(said).toMatch(new RegExp(`^${set}:\\t0+$`, 'm'));
    expect(said).toMatch(/^NoNewPrivs:\t1$/m);
  });

  it.runIf(isRoot)('mounts where nobody else sees it, without setuid and devices', () => {
    for (const name of ['lower', 'upper', 'work', 'at', 'small']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'lower/file'), 'below');
    const words = ['own-mounts', 'overlay', 'lowerdir=lower,upperdir=upper,workdir=work', 'at', 'memory', 'size=64k', 'small', 'folder', 'small/deep', 'bind', 'lower', 'small/deep'];
    const { out, err } = enter(...words, ...shell('cat at/file small/deep/file; echo made > at/made; cat /proc/self/mountinfo'));
    expect([out.slice(0, 10), err]).toEqual(['belowbelow', '']);
    expect(out).toMatch(/ \/\S+\/at rw,nosuid,nodev\S* .*- overlay overlay /);
    expect(out).toMatch(/ \/\S+\/small rw,nosuid,nodev\S* .*- tmpfs tmpfs rw,size=64k/);
    expect(readFileSync(join(folder, 'upper/made'), 'utf8')).toBe('made\n');
    expect(mounts()).not.toContain(folder);
    expect(existsSync(join(folder, 'small/deep'))).toBe(false);
  });

  it.runIf(isRoot)('lets go of what the machine unmounts', () => {
    const at = join(folder, 'shared');
    mkdirSync(at);
    // A machine of its own, as far as mounts go, whose mounts are shared as systemd's are.
    const machine = `mount -t tmpfs tmpfs "$1" && mount --make-shared "$1" && mkdir "$1/deep" && mount -t tmpfs tmpfs "$1/deep" &&
      { "$0" own-mounts run /bin/sh -c 'echo here; read x; cat /proc/self/mountinfo' < "$1.fifo" & } && exec 5> "$1.fifo" && sleep 0.3 && umount "$1/deep" && echo >&5 && wait`;
    execFileSync('mkfifo', [`${at}.fifo`]);
    const { stdout, stderr } = spawnSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', machine, program, at], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^here\n/);
    expect(stdout).toContain(` ${at} `);
    expect(stdout).not.toContain(`${at}/deep`);
  });

  it.runIf(isRoot)('sheds mounts that are not needed, with what lies on them, and no others', () => {
    const name = (path: string): string => join(folder, path);
    for (const path of ['one', 'two', 'three', 'three/inner']) mkdirSync(name(path), { recursive: true });
    const mounted = ['one', 'two', 'three'].flatMap((path) => ['memory', 'size=64k', name(path)]);
    const all = ['own-mounts', ...mounted, 'folder', name('three/in'), 'memory', 'size=64k', name('three/in'), 'folder', name('three/in/deep'), 'need', name('two'), 'need', name('three/in/deep'), 'shed'];
    const { out, err } = enter(...all, ...shell('cat /proc/self/mountinfo'));
    const places = out.split('\n').filter((line) => line !== '').map((line) => line.split(' ')[4] ?? '');
    expect(err).toBe('');
    expect(places.filter((path) => path.startsWith(folder))).toEqual([name('two'), name('three'), name('three/in')]);
    for (const path of ['/', '/proc', '/dev']) expect(places.includes(path)).toBe(mounts().includes(` ${path} `));
    expect(places.some((path) => path.startsWith('/sys'))).toBe(false);
    expect(mounts()).toContain('/sys');
  });

  it('ends at the first mount that fails', () => {
    symlinkSync('loop', join(folder, 'loop'));
    const { code, err, out } = enter('own-user', 'memory', 'size=64k', 'loop', ...shell('echo ran'));
    expect([code, out]).toEqual([125, '']);
    expect(err).toMatch(/sandbox-enter: (mounting memory on loop|unshare user): /);
  });

  it('keeps a file system no longer than its input is open', () => {
    mkdirSync(join(folder, 'kept'));
    const { code, out } = enter('own-user', 'memory', 'size=64k,mode=700', join(folder, 'kept'), 'keep', join(folder, 'kept'));
    expect([code, out]).toEqual([0, 'kept\n']);
    expect(existsSync(join(folder, 'kept/upper'))).toBe(false);
  });
});
