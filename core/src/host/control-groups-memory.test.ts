// Memory bombs in real control groups of version 1. Those of version 2 are tried by `npm run test:systemd`, where systemd gives one.
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileHostile } from '../../../fixtures/src/hostile/attacked.js';
import { isRoot, sandboxMissing, toolMissing } from '../../../fixtures/src/kit/needs.js';
import { type TemporaryFolder, temporaryFolder } from '../../../fixtures/src/kit/places.js';
import { silentLog } from '../base/index.js';
import { useControlGroups } from './control-groups.js';
import { openSandbox, type Sandbox } from './sandbox.js';

/** Ours in the hierarchy of a controller, so that groups below it stay within what limits us. */
function ownGroup(controller: string): string | undefined {
  const path = new RegExp(`^[0-9]+:${controller}:(/.*)$`, 'm').exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  const folder = path === undefined ? undefined : join('/sys/fs/cgroup', controller, path);
  return folder !== undefined && existsSync(join(folder, 'cgroup.procs')) ? folder : undefined;
}

const controllers = ['memory', 'pids'];
const above = controllers.map(ownGroup);
const missing =
  (isRoot() ? undefined : 'needs root') ?? sandboxMissing() ?? toolMissing('gcc') ?? (above.includes(undefined) ? 'no control groups of version 1 for memory and pids at /sys/fs/cgroup' : undefined);
if (missing !== undefined) console.warn(`skipped: memory bombs in real control groups: ${missing}`);

const megabyte = 1024 * 1024;
const limits = { timeMs: 20_000, streamBytes: megabyte, cpuSeconds: 20, memoryBytes: 96 * megabyte, processes: 60, diskBytes: 16 * megabyte, files: 1000 };

describe.runIf(missing === undefined)('control groups of version 1', () => {
  const own = above.map((folder) => join(folder ?? '', `sccache-ts-hostile-${process.pid}`));
  let folder: TemporaryFolder;
  let program: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = temporaryFolder('groups');
    chmodSync(folder.path, 0o755);
    program = compileHostile(folder.path);
    mkdirSync(join(folder.path, 'toolchain/bin'), { recursive: true });
    copyFileSync(program, join(folder.path, 'toolchain/bin/hostile'));
    for (const each of own) mkdirSync(each);
    sandbox = await openSandbox({ dir: folder.path, bwrapPath: undefined, searchPath: process.env['PATH'] ?? '', firstUser: 53_200, groups: own, log: silentLog });
  });
  afterAll(() => {
    for (const each of own) if (existsSync(each)) rmdirSync(each);
    folder?.remove();
  });

  const left = (): readonly string[] => own.flatMap((each) => readdirSync(each, { withFileTypes: true })).filter((it) => it.isDirectory()).map(({ name }) => name);
  const end = (words: readonly string[]) => {
    const job = join(folder.path, `job-${words[0]}-${performance.now()}`);
    for (const name of ['upper/tmp', 'work', 'target']) mkdirSync(join(job, name), { recursive: true });
    const command = { executable: '/bin/hostile', arguments: [...words], envVars: [], cwd: '/' };
    return sandbox.run({ folder: job, lower: join(folder.path, 'toolchain'), command, limits, signal: new AbortController().signal });
  };

  it.each(['memory-bomb', 'memory-of-many'])('%s: it is the kernel that ends it, with nobody watching', async (bomb) => {
    const group = useControlGroups(own).open(limits);
    const enter = 'for group in $1; do echo 0 > "$group/cgroup.procs" || exit 125; done; exec "$2" "$3"';
    const child = spawn('/bin/sh', ['-c', enter, 'sh', group.folders.join(' '), program, bomb], { stdio: 'ignore', detached: true });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    const kills = (): string => readFileSync(join(group.folders[0] ?? '', 'memory.oom_control'), 'utf8');
    await expect.poll(kills, { timeout: 20_000, interval: 20 }).toMatch(/^oom_kill [1-9]/m);
    expect(Number(readFileSync(join(group.folders[0] ?? '', 'memory.max_usage_in_bytes'), 'utf8'))).toBeLessThanOrEqual(limits.memoryBytes);
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch (thrown) {
      // It has ended already, as a single process does.
      expect(thrown).toMatchObject({ code: 'ESRCH' });
    }
    await ended;
    expect(await group.close()).toMatchObject({ code: 'JOB_OVER_MEMORY' });
    expect(left()).toEqual([]);
  });

  it.each(['memory-bomb', 'memory-of-many'])('%s in a sandbox is told as such, and leaves no group behind', async (bomb) => {
    await expect(end([bomb])).rejects.toMatchObject({ code: 'JOB_OVER_MEMORY' });
    expect(left()).toEqual([]);
  });

  it('let jobs be that use what they may', async () => {
    expect(await end(['environment'])).toMatchObject({ code: 0 });
    expect(left()).toEqual([]);
  });
});
