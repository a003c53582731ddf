import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../base/index.js';
import type { SandboxLimits } from './sandbox-limits.js';
import { createSandboxWatch, familyOf, parseOwnMemory, parseProcess } from './sandbox-watch.js';

describe('what /proc says', () => {
  it('is read past names that look like more of it', () => {
    const text = '77 (a) b) R 12 77 77 0 -1 4194304 1 2 3 4 150 50 25 75 20 0 9 0 100 1000 20\n';
    expect(parseProcess(77, text)).toEqual({ pid: 77, parent: 12, cpuSeconds: 3, threads: 9 });
  });

  it('counts memory that is a process\'s own', () => {
    expect(parseOwnMemory('Name:\tcc1\nVmRSS:\t  900 kB\nRssAnon:\t  100 kB\nRssFile:\t  700 kB\nRssShmem:\t  20 kB\n')).toBe(120 * 1024);
    expect(parseOwnMemory('')).toBe(0);
  });

  it('makes families', () => {
    const process = (pid: number, parent: number) => ({ pid, parent, cpuSeconds: 0, threads: 1 });
    const all = [process(1, 0), process(10, 1), process(11, 10), process(12, 11), process(20, 1), process(13, 10)];
    expect(familyOf(10, all).map((it) => it.pid)).toEqual([10, 11, 13, 12]);
    expect(familyOf(99, all)).toEqual([]);
  });
});

describe('createSandboxWatch', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'watch-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const limits: SandboxLimits = { timeMs: 1, streamBytes: 1, cpuSeconds: 1000, memoryBytes: 1e12, processes: 1000, diskBytes: 1e12, files: 1000 };

  /** What the watch says of a shell script that must not end by itself. */
  async function watched(script: string, tight: Partial<SandboxLimits>): Promise<Fault> {
    const child = spawn('/bin/sh', ['-c', script], { cwd: folder, detached: true, stdio: 'ignore' });
    const watch = createSandboxWatch((thrown) => console.error(thrown));
    let unwatch = (): void => undefined;
    try {
      return await new Promise((stop) => (unwatch = watch.add({ pid: () => child.pid, folder, limits: { ...limits, ...tight }, stop })));
    } finally {
      unwatch();
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    }
  }

  it.each<[string, string, Partial<SandboxLimits>, string]>([
    ['processes', 'sleep 60 & sleep 60 & sleep 60 & wait', { processes: 3 }, 'JOB_OVER_PROCESSES'],
    ['processor time', 'while :; do :; done', { cpuSeconds: 0.2 }, 'JOB_OVER_CPU'],
    ['memory', 'x=xxxxxxxxxxxxxxxx; while [ ${#x} -lt 30000000 ]; do x=$x$x; done; sleep 60', { memoryBytes: 1e7 }, 'JOB_OVER_MEMORY'],
    ['disk', 'dd if=/dev/zero of=big bs=1024 count=2000; sleep 60', { diskBytes: 1e6 }, 'JOB_OVER_DISK'],
    ['disk without a name', 'exec 5>big; rm big; dd if=/dev/zero bs=1024 count=2000 >&5; sleep 60', { diskBytes: 1e6 }, 'JOB_OVER_DISK'],
    ['files', 'mkdir a a/b; for i in 1 2 3 4 5 6; do : > a/b/$i; done; sleep 60', { files: 7 }, 'JOB_OVER_DISK'],
  ])('sees too much %s', async (_, script, tight, code) => {
    expect(await watched(script, tight)).toMatchObject({ code });
  });

  it('lets a job be that uses what it may, and one that has not begun', async () => {
    writeFileSync(join(folder, 'file'), 'x');
    const watch = createSandboxWatch((thrown) => console.error(thrown));
    const stopped: Fault[] = [];
    const ends = [process.pid, undefined].map((pid) => watch.add({ pid: () => pid, folder, limits, stop: (why) => void stopped.push(why) }));
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (const end of ends) end();
    expect(stopped).toEqual([]);
  });
});
