import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeShellRoot } from '../../../fixtures/src/kit/shell-root.js';
import { type Fault, silentLog } from '../base/index.js';
import type { JobDisk } from './job-disk.js';
import { createJobFolders } from './job-folders.js';
import { removeTree } from './remove-tree.js';
import { findEnter } from './sandbox-enter.js';
import type { SandboxLimits } from './sandbox-limits.js';
import { openSandbox, type Sandbox, type SandboxEnd, type SandboxMode, type SandboxOptions } from './sandbox.js';

const missing = spawnSync('bwrap', ['--version']).status !== 0 ? 'bubblewrap is not installed' : (await findEnter()) === undefined ? 'sandbox-enter is not built' : undefined;
if (missing !== undefined) console.warn(`skipped: disks of jobs: ${missing}`);
const isRoot = process.geteuid?.() === 0;
if (!isRoot) console.warn('skipped: disks of jobs of a server of root: we are not root');

const ways = ([
  ['overlay, own users', { uid: 0, firstUser: 53_200 }, { layers: 'overlay', as: 'root', ownUsers: true }],
  ['mounts, own users', { uid: 0, firstUser: 53_200, layers: 'binds' }, { layers: 'binds', as: 'root', ownUsers: true }],
  ['overlay in a user namespace', { uid: 1000 }, { layers: 'overlay', as: 'user' }],
  ['mounts in a user namespace', { uid: 1000, layers: 'binds' }, { layers: 'binds', as: 'user' }],
] as const satisfies readonly [string, Partial<SandboxOptions>, Partial<SandboxMode>][]).filter(([, { uid }]) => isRoot || uid !== 0);

const size = { diskBytes: 4 * 1024 ** 2, files: 200 };
/** Others on the machine may mount what they like meanwhile. */
const mountedIn = (folder: string): string[] => readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line.includes(` ${folder}`) || line.includes(' /mnt '));

describe.runIf(missing === undefined).each(ways)('a disk for each job, with %s', (_, options, mode) => {
  let folder: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'disk-'));
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'toolchains'));
    makeShellRoot(join(folder, 'toolchains', 'shell'));
    sandbox = await openSandbox({ dir: folder, bwrapPath: undefined, searchPath: process.env['PATH'] ?? '', log: silentLog, disk: 'memory', ...options });
  });
  afterAll(() => removeTree(folder));
  const commandOf = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
    } catch {
      // It ended while we looked.
      return '';
    }
  };
  const keepers = (): string[] => readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name) && commandOf(name).endsWith(`\0keep\0${folder}/memory\0`));

  const opened = async (): Promise<JobDisk> => {
    const disk = await sandbox.openDisk?.(size);
    if (disk === undefined) throw new Error('no disks');
    mkdirSync(join(disk.path, 'upper/w'));
    return disk;
  };
  const limits: SandboxLimits = { timeMs: 30_000, streamBytes: 100_000, cpuSeconds: 60, memoryBytes: 1e9, processes: 100, ...size };
  const run = (disk: JobDisk, script: string): Promise<SandboxEnd> => sandbox.run({
    folder: disk.path, disk, lower: join(folder, 'toolchains', 'shell'), limits, signal: new AbortController().signal,
    command: { executable: '/bin/sh', arguments: ['-c', script], envVars: [['PATH', '/bin']], cwd: '/w' },
  });

  it('takes what the job makes, and gives it back', async () => {
    expect(sandbox.mode).toMatchObject(mode);
    const disk = await opened();
    writeFileSync(join(disk.path, 'upper/w/in'), 'in');
    const end = await run(disk, 'cat in; echo made > out; exit 3');
    expect([end.code, Buffer.from(end.stdout).toString()]).toEqual([3, 'in']);
    expect(readFileSync(join(disk.path, 'upper/w/out'), 'utf8')).toBe('made\n');
    expect(disk.look().full).toBeUndefined();
    // Nothing of it is in the machine's own folders.
    expect(readdirSync(join(folder, 'memory'))).toEqual([]);
    expect(mountedIn(folder)).toEqual([]);
    await disk.close();
    expect(keepers()).toEqual([]);
  });

  it('never holds more than its size, and a job that wants more is ended at once', async () => {
    const disk = await opened();
    const { blocks, bsize } = statfsSync(disk.path);
    expect(blocks * bsize).toBe(size.diskBytes);
    const started = performance.now();
    await expect(run(disk, 'while :; do dd if=/dev/zero bs=65536 count=1 >> big 2> /dev/null; done')).rejects.toMatchObject({ code: 'JOB_OVER_DISK', message: expect.stringContaining('job_disk') as unknown });
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(disk.look()).toEqual({ usedBytes: size.diskBytes, full: 'diskBytes' });
    await disk.close();
  });

  it('counts files that have no name any more', async () => {
    const disk = await opened();
    const script = 'exec 5> big; rm big; dd if=/dev/zero bs=65536 count=100 >&5';
    // Its own words, unless a look came first.
    const told = await run(disk, script).then(({ stderr }) => Buffer.from(stderr).toString(), (thrown: Fault) => thrown.code);
    expect(told).toMatch(/No space left on device|JOB_OVER_DISK/);
    await disk.close();
  });

  it('holds no more files than it may', async () => {
    const disk = await opened();
    await expect(run(disk, 'i=0; while :; do echo > "f$i"; i=$((i + 1)); done 2> /dev/null')).rejects.toMatchObject({ code: 'JOB_OVER_DISK', message: expect.stringContaining('job_files') as unknown });
    const made = readdirSync(join(disk.path, 'upper/w')).length;
    expect(made).toBeGreaterThan(size.files / 2);
    expect(made).toBeLessThanOrEqual(size.files + 16);
    await disk.close();
  });

  it('is another for each job, and waits ready made', async () => {
    for (const name of ['builds', 'ready']) mkdirSync(join(folder, name));
    const folders = createJobFolders({ builds: join(folder, 'builds'), ready: join(folder, 'ready'), count: 2, openDisk: opened });
    await expect.poll(() => keepers().length).toBe(2);
    const [one, two] = [await folders.take(join(folder, 'toolchains/shell')), await folders.take(join(folder, 'toolchains/shell'))];
    writeFileSync(join(one.upper, 'w/mine'), '');
    expect(existsSync(join(two.upper, 'w/mine'))).toBe(false);
    await one.remove();
    expect(() => readdirSync(one.upper)).toThrow();
    await expect.poll(() => keepers().length).toBe(2);
    await two.remove();
    await folders.close();
    expect(keepers()).toEqual([]);
  });
});
