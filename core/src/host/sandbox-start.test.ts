import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { findEnter } from './sandbox-enter.js';
import { type SandboxStarter, startAtOnce, startBefore } from './sandbox-start.js';

const program = await findEnter();
if (program === undefined) console.warn('skipped: processes that wait for jobs: sandbox-enter is not built');

/** Ends like that of a sandbox: all its pipes are read to the end. */
async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const code = new Promise<number | null>((resolve) => child.on('close', resolve));
  for (const fd of [4, 5]) child.stdio[fd]?.destroy();
  const [out, err] = await Promise.all([1, 2, 3].map((fd) => text(child.stdio[fd] as Readable)));
  return { code: await code, out: out ?? '', err: err ?? '' };
}

const folder = realpathSync(tmpdir());
// One that is started at once may get here before its priority is set.
const nice = 'sleep 0.3; cut -d" " -f19 /proc/self/stat';
const run = (starter: SandboxStarter, script: string) => ended(starter.start([program ?? '', 'run', '/bin/sh', '-c', script], folder));

const ways = [['at once', () => startAtOnce], ['before', () => startBefore(program ?? '', 2)]] as const;
describe.runIf(program !== undefined).each(ways)('a process started %s', (_, make) => {
  it('runs where it is told, with no environment, at a lower priority, and with the pipes of a sandbox', async () => {
    const starter = make();
    for (const round of [1, 2, 3, 4]) {
      const told = await run(starter, `pwd; env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= -e ^OLDPWD=; ${nice}; exit ${round}`);
      expect(told).toEqual({ code: round, out: `${folder}\n10\n`, err: '' });
    }
    starter.close();
  });

  it('tells of what cannot be run', async () => {
    const starter = make();
    expect(await ended(starter.start([program ?? '', 'run', '/absent'], folder))).toMatchObject({ code: 125, err: expect.stringContaining('/absent') as unknown });
    starter.close();
  });
});

describe.runIf(program !== undefined)('processes that wait', () => {
  const commandOf = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
    } catch {
      // It ended while we looked.
      return '';
    }
  };
  const parentOf = (pid: string): string | undefined => {
    try {
      return /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    } catch {
      return undefined;
    }
  };
  const waiting = (): string[] => readdirSync('/proc').filter((pid) => /^[0-9]+$/.test(pid) && commandOf(pid).includes('\0hear\0') && parentOf(pid) === String(process.pid));

  it('are there, come again, and are gone in the end; one that has died is passed over', async () => {
    const starter = startBefore(program ?? '', 2);
    await expect.poll(() => waiting().length).toBe(2);
    const [one = ''] = waiting();
    const told = await Promise.all([1, 2, 3].map((round) => run(starter, `echo ${round}`)));
    expect(told.map(({ out }) => out)).toEqual(['1\n', '2\n', '3\n']);
    await expect.poll(() => waiting().length).toBe(2);
    expect(waiting()).not.toContain(one);
    for (const pid of waiting()) process.kill(Number(pid), 'SIGKILL');
    await expect.poll(() => waiting().length).toBe(0);
    // Node may not have heard of it; then the job that finds a dead one fails, and its client goes home.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await run(starter, 'echo alive')).toMatchObject({ code: 0, out: 'alive\n' });
    starter.close();
    await expect.poll(() => waiting().length).toBe(0);
  });
});
