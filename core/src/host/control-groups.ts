// Knows: how the kernel is told a job's limits by control groups, of version 2 or of version 1: which files of a group take them,
// and what a group says afterwards. Refuses to know: where the groups come from beyond "a folder that is ours".
//
// A group of version 2 has the files of all its controllers; version 1 has a folder of its own for each. Which limits are
// set is decided by which files are there, so either is given by naming folders.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Fault } from '../base/index.js';
import { overLimit, type SandboxLimits } from './sandbox-limits.js';

/** Group settings by file, in the order in which they are to be written. */
export function groupSettings(limits: SandboxLimits): readonly (readonly [file: string, value: string])[] {
  const memory = String(limits.memoryBytes);
  return [
    ['memory.max', memory],
    ['memory.swap.max', '0'],
    ['memory.oom.group', '1'],
    ['memory.limit_in_bytes', memory],
    ['memory.memsw.limit_in_bytes', memory],
    ['pids.max', String(limits.processes + sparePids)],
  ];
}

/** For the sandbox's own, and so that the watch can see the limit exceeded. */
const sparePids = 32;

/** Whether the kernel had to kill in this group. @param texts of its event files, as far as there are any */
export const wasStarved = (texts: readonly string[]): boolean => texts.some((text) => /^oom_kill [1-9]/m.test(text));
const eventFiles = ['memory.events', 'memory.oom_control'];

/** Our own group in version 2's hierarchy: `0::/path`. */
export const parseOwnGroup = (text: string): string | undefined => /^0::(\/\S*)$/m.exec(text)?.[1];

export interface JobGroup {
  /** Folders of groups that the job's first process is to enter. */
  readonly folders: readonly string[];
  /** Whether the kernel had to kill a process by now. In version 1 it kills one and lets the others go on, who may wait for it for ever. */
  starved(): Fault | undefined;
  /** The same, after the job; and removes the groups. */
  close(): Promise<Fault | undefined>;
}

export interface ControlGroups {
  /** For the log. */
  readonly folders: readonly string[];
  /** Whether a job's memory is limited by them. */
  readonly limitsMemory: boolean;
  /** @throws Fault SANDBOX_FAILED */
  open(limits: SandboxLimits): JobGroup;
}

/** Version 1 has the file in every group of that controller, version 2 passes the controller on. */
function passesMemory(folder: string): boolean {
  const passed = join(folder, 'cgroup.subtree_control');
  return existsSync(join(folder, 'memory.limit_in_bytes')) || (existsSync(passed) && parseControllers(readFileSync(passed, 'utf8')).includes('memory'));
}

/** A list of controllers as the kernel writes it. */
export const parseControllers = (text: string): readonly string[] => text.split(/\s+/).filter((name) => name !== '');

const usable = /^\/[A-Za-z0-9._/:@-]+$/;

function makeGroup(folder: string, limits: SandboxLimits): void {
  mkdirSync(folder);
  for (const [file, value] of groupSettings(limits)) {
    const path = join(folder, file);
    if (existsSync(path)) writeFileSync(path, value);
  }
}

/** A group can be removed as soon as the last process in it has been reaped. */
async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      rmdirSync(folder);
      return;
    } catch (thrown) {
      if (attempt === 50) throw thrown;
      await wait(20);
    }
  }
}

/**
 * @param folders of groups that are there and ours, each without processes of its own
 * @throws Fault SETTINGS_INVALID when one cannot be used
 */
export function useControlGroups(folders: readonly string[]): ControlGroups {
  for (const folder of folders) {
    if (!usable.test(folder) || !existsSync(join(folder, 'cgroup.procs'))) throw new Fault('SETTINGS_INVALID', `cgroups: ${folder} is no control group`);
  }
  let next = 0;
  const prefix = `job-${process.pid}-`;
  return {
    folders,
    limitsMemory: folders.some(passesMemory),
    open(limits) {
      const name = `${prefix}${next++}`;
      const made = folders.map((folder) => join(folder, name));
      try {
        for (const folder of made) makeGroup(folder, limits);
      } catch (cause) {
        for (const folder of made) if (existsSync(folder)) rmdirSync(folder);
        throw new Fault('SANDBOX_FAILED', `control group ${name}: ${(cause as Error).message}`, { cause });
      }
      const events = made.flatMap((folder) => eventFiles.map((file) => join(folder, file))).filter((path) => existsSync(path));
      const starved = (): Fault | undefined => (wasStarved(events.map((path) => readFileSync(path, 'utf8'))) ? overLimit('memoryBytes', limits) : undefined);
      return {
        folders: made,
        starved,
        async close() {
          const fault = starved();
          for (const folder of made) await removeGroup(folder);
          return fault;
        },
      };
    },
  };
}

const wanted = ['memory', 'pids'];

/**
 * The group of version 2 that this process was given for itself (systemd's `Delegate=yes`), made ready for groups below it:
 * this process moves into one of them, since groups with processes in them cannot pass controllers on.
 * @returns undefined when there is none that is ours alone, or none that limits anything, as where the controllers are version 1's
 */
export function ownControlGroup(mountedAt = '/sys/fs/cgroup'): string | undefined {
  const own = parseOwnGroup(readFileSync('/proc/self/cgroup', 'utf8'));
  if (own === undefined || own === '/' || !existsSync(join(mountedAt, 'cgroup.controllers'))) return undefined;
  const folder = join(mountedAt, own);
  try {
    const offered = parseControllers(readFileSync(join(folder, 'cgroup.controllers'), 'utf8')).filter((name) => wanted.includes(name));
    const inIt = readFileSync(join(folder, 'cgroup.procs'), 'utf8').trim().split('\n');
    if (offered.length === 0 || inIt.some((pid) => pid !== String(process.pid))) return undefined;
    const ourselves = join(folder, 'daemon');
    mkdirSync(ourselves, { recursive: true });
    writeFileSync(join(ourselves, 'cgroup.procs'), String(process.pid));
    writeFileSync(join(folder, 'cgroup.subtree_control'), offered.map((name) => `+${name}`).join(' '));
    return folder;
  } catch {
    // Not ours to change, as in most containers: limits are watched instead.
    return undefined;
  }
}
