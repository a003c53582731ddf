import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlGroups, groupSettings, parseControllers, parseOwnGroup, useControlGroups, wasStarved } from './control-groups.js';
import type { SandboxLimits } from './sandbox-limits.js';

const limits: SandboxLimits = { timeMs: 1, streamBytes: 1, cpuSeconds: 1, memoryBytes: 1 << 28, processes: 5, diskBytes: 1, files: 1 };

describe('control groups in words', () => {
  it('speak both versions', () => {
    const settings = Object.fromEntries(groupSettings(limits));
    expect(settings).toMatchObject({ 'memory.max': '268435456', 'memory.swap.max': '0', 'memory.limit_in_bytes': '268435456', 'pids.max': '37' });
  });

  it.each([
    ['0::/system.slice/sccache.service\n', '/system.slice/sccache.service'], ['9:name=systemd:/\n4:memory:/x\n0::/\n', '/'], ['4:memory:/x\n', undefined], ['', undefined],
  ])('%j is our own group %s', (text, group) => {
    expect(parseOwnGroup(text)).toBe(group);
  });

  it.each([
    [['low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\n'], true], [['oom_kill_disable 0\nunder_oom 0\noom_kill 0\n'], false], [['oom_kill_disable 1\nunder_oom 0\noom_kill 22\n'], true], [[], false],
  ])('%j: the kernel had to kill: %s', (texts, starved) => {
    expect(wasStarved(texts)).toBe(starved);
  });

  it.each([['cpu memory pids\n', ['cpu', 'memory', 'pids']], ['\n', []]])('%j are the controllers %j', (text, names) => {
    expect(parseControllers(text)).toEqual(names);
  });

  it('refuses folders that are none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'groups-'));
    expect(() => useControlGroups([folder])).toThrowError(expect.objectContaining({ code: 'SETTINGS_INVALID' }));
    rmSync(folder, { recursive: true });
  });
});

/** Processes here are in the root group of this controller, so that a group of our own takes nobody's away. */
const controller = '/sys/fs/cgroup/pids';
const possible = process.getuid?.() === 0 && existsSync(join(controller, 'cgroup.procs')) && /^[0-9]+:pids:\/$/m.test(readFileSync('/proc/self/cgroup', 'utf8'));
if (!possible) console.warn(`skipped: real control groups: needs root and ${controller} of version 1`);

describe.runIf(possible)('real control groups', () => {
  const own = join(controller, `sccache-ts-test-${process.pid}`);
  let groups: ControlGroups;
  beforeAll(() => {
    mkdirSync(own);
    groups = useControlGroups([own]);
  });
  afterAll(() => rmdirSync(own));

  it('hold as many processes as they may, and are gone afterwards', async () => {
    const group = groups.open(limits);
    const [folder = ''] = group.folders;
    const script = 'echo 0 > "$0/cgroup.procs"; i=0; while [ $i -lt 100 ]; do sleep 2 & i=$((i+1)); done; wait';
    const child = spawn('/bin/sh', ['-c', script, folder], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const inGroup = (): string => readFileSync(join(folder, 'pids.current'), 'utf8').trim();
    // The shell itself ends at the first child that it cannot have.
    await expect.poll(inGroup, { timeout: 10_000, interval: 10 }).toMatch(/^3[67]$/);
    await ended;
    await expect.poll(inGroup, { timeout: 10_000 }).toBe('0');
    expect(readFileSync(join(folder, 'pids.events'), 'utf8')).toMatch(/^max [1-9]/);
    expect(await group.close()).toBeUndefined();
    expect(readdirSync(own, { withFileTypes: true }).filter((it) => it.isDirectory())).toEqual([]);
  });
});
