// Knows: the words between the bench and the program that times commands, and that this program counts what really happened.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drive } from './drive.js';
import { parseDriven, specOf } from './driven.js';
import { buildNative } from './native.js';
import type { NativePrograms } from './native.js';

const spread = (ns: number): object => ({ p10: ns / 2, median: ns, p90: ns * 2, mean: ns * 3 });
const answer = { runs: 4, elapsed: spread(4e6), wall: spread(1e6), cpu: spread(500_000), daemon: spread(0) };

describe('the list of commands', () => {
  it('has a line for everything', () => {
    const tool = { command: ['/bin/cc', '-c', 'a b.c'], env: { A: 'x=y', SHELL_FUNCTION: '() {\n}' }, outputs: ['a{n}.o'], daemons: [12] };
    expect(specOf([tool], '/tmp')).toBe('dir\t/tmp\ntool\t0\narg\t/bin/cc\narg\t-c\narg\ta b.c\nenv\tA=x=y\noutput\ta{n}.o\npid\t12\n');
  });

  it('refuses line breaks in arguments', () => {
    expect(() => specOf([{ command: ['/bin/echo', 'a\nb'], env: {}, outputs: [], daemons: [] }], '/tmp')).toThrow('line break');
  });
});

describe('the answer', () => {
  it('is in milliseconds', () => {
    expect(parseDriven(JSON.stringify([answer]), 1)).toEqual([
      {
        runs: 4,
        elapsed: { p10: 2, median: 4, p90: 8, mean: 12 },
        wall: { p10: 0.5, median: 1, p90: 2, mean: 3 },
        cpu: { p10: 0.25, median: 0.5, p90: 1, mean: 1.5 },
        daemon: { p10: 0, median: 0, p90: 0, mean: 0 },
      },
    ]);
  });

  it.each([
    ['another number of tools', JSON.stringify([answer]), 2],
    ['no list', '{}', 1],
    ['a figure missing', JSON.stringify([{ ...answer, cpu: {} }]), 1],
    ['no figure', JSON.stringify([{ ...answer, wall: { ...spread(1), median: null } }]), 1],
    ['no JSON', 'drive: oops', 1],
  ])('is refused with %s', (_what, text, count) => {
    expect(() => parseDriven(text, count)).toThrow();
  });
});

describe('the program itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sts-drive-'));
  let programs: NativePrograms;
  beforeAll(() => {
    programs = buildNative(join(folder, 'native'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const shell = (script: string, outputs: readonly string[] = []) => ({ command: ['/bin/sh', '-c', script, 'sh', '{n}'], env: { PATH: '/usr/bin:/bin' }, outputs, daemons: [process.pid] });

  it('numbers runs, keeps several in flight and counts their time', async () => {
    const plan = { cwd: folder, turns: 2, count: 6, width: 3, numbers: 4 };
    const [slept, spun] = await drive(programs, [shell('sleep 0.05; : > made$1', ['made{n}']), { ...shell(''), command: [programs.noop] }], plan);
    expect(slept?.runs).toBe(12);
    expect(slept?.wall.median).toBeGreaterThan(50);
    expect(slept?.elapsed.median).toBeGreaterThan(100);
    expect(slept?.cpu.median).toBeGreaterThan(0);
    expect(spun?.wall.median).toBeLessThan(slept?.wall.median ?? 0);
  });

  it.each([
    ['a failing run', shell('exit 3'), 'ended with'],
    ['a missing output', shell(':', ['never']), 'never'],
    ['a program that is not there', { ...shell(''), command: ['/nowhere/cc'] }, 'cannot be started'],
  ])('refuses %s', async (_what, tool, words) => {
    await expect(drive(programs, [tool], { cwd: folder, turns: 1, count: 1 })).rejects.toThrow(words);
  });
});
