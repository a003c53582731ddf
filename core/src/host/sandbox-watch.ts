// Knows: what running jobs use of memory, processor, processes and disk, looked at now and then for all of them together.
// Refuses to know: what they may use (sandbox-limits.ts decides), and how they are ended.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../base/index.js';
import type { DiskLook } from './job-disk.js';
import { exceeded, overLimit, type SandboxLimits } from './sandbox-limits.js';

export interface WatchedJob {
  /** The first process of the sandbox, as the machine counts; undefined as long as it is not there. */
  pid(): number | undefined;
  /** Everything that the job writes lies in it. */
  readonly folder: string;
  /** When that is a file system of its own, which is limited by itself: how it is filled. */
  readonly disk?: (() => DiskLook) | undefined;
  readonly limits: SandboxLimits;
  /** What its control group has to say, if it has one that limits memory. */
  starved?(): Fault | undefined;
  /** Called once. */
  stop(why: Fault): void;
}

export interface SandboxWatch {
  /** @returns ends it */
  add(job: WatchedJob): () => void;
}

/** Most compiles are over before the first look. */
const everyMs = 100;
/** Of every so many looks one is at the disk: that takes a walk through the job's folder. */
const diskEvery = 3;

/** In `/proc/PID/stat`, behind the name; the kernel counts time in hundredths of a second for all who ask. */
const field = { parent: 1, cpu: [11, 12, 13, 14], threads: 17 } as const;
const ticksPerSecond = 100;

export interface ProcessLook {
  readonly pid: number;
  readonly parent: number;
  /** Its own, and that of its children that have ended. */
  readonly cpuSeconds: number;
  readonly threads: number;
}

/** @param text of `/proc/PID/stat`; the name in it may hold anything, parentheses too */
export function parseProcess(pid: number, text: string): ProcessLook {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
  const cpu = field.cpu.reduce((sum, at) => sum + (fields[at] ?? 0), 0);
  return { pid, parent: fields[field.parent] ?? 0, cpuSeconds: cpu / ticksPerSecond, threads: fields[field.threads] ?? 1 };
}

/** A process and all below it. */
export function familyOf(pid: number, processes: readonly ProcessLook[]): readonly ProcessLook[] {
  const below = new Map<number, ProcessLook[]>();
  for (const it of processes) below.set(it.parent, [...(below.get(it.parent) ?? []), it]);
  const family = processes.filter((it) => it.pid === pid);
  for (let at = 0; at < family.length; at++) family.push(...(below.get(family[at]?.pid ?? -1) ?? []));
  return family;
}

/** What may end while it is looked at. */
function glance<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    // It ended meanwhile, and uses nothing any more.
    return undefined;
  }
}

function allProcesses(): readonly ProcessLook[] {
  return readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).flatMap((name) => {
    const text = glance(() => readFileSync(`/proc/${name}/stat`, 'latin1'));
    return text === undefined ? [] : [parseProcess(Number(name), text)];
  });
}

/** Processes and threads of a user at this moment. */
export function tasksOf(uid: number): number {
  const own = allProcesses().filter(({ pid }) => glance(() => statSync(`/proc/${pid}`).uid) === uid);
  return own.reduce((sum, { threads }) => sum + threads, 0);
}

/** Bytes. Without pages of programs and libraries, which belong to all who run them. @param text of `/proc/PID/status` */
export function parseOwnMemory(text: string): number {
  const kilobytes = [...text.matchAll(/^Rss(?:Anon|Shmem):\s+([0-9]+) kB$/gm)].map(([, count]) => Number(count));
  return 1024 * kilobytes.reduce((sum, count) => sum + count, 0);
}

const ownMemory = (pid: number): number => parseOwnMemory(glance(() => readFileSync(`/proc/${pid}/status`, 'latin1')) ?? '');

const blockBytes = 512;

/** Files that have no name any more but are still open in these processes. */
function unseenBytes(family: readonly ProcessLook[]): number {
  const known = new Set<string>();
  let bytes = 0;
  for (const { pid } of family) {
    for (const fd of glance(() => readdirSync(`/proc/${pid}/fd`)) ?? []) {
      const stats = glance(() => statSync(`/proc/${pid}/fd/${fd}`));
      if (stats === undefined || !stats.isFile() || stats.nlink > 0 || known.has(`${stats.dev} ${stats.ino}`)) continue;
      known.add(`${stats.dev} ${stats.ino}`);
      bytes += stats.blocks * blockBytes;
    }
  }
  return bytes;
}

/** Walks while the job runs: what vanishes is not counted, links are not followed. Ends early when it has counted enough. */
async function diskUse(folder: string, limits: SandboxLimits): Promise<{ diskBytes: number; files: number }> {
  const use = { diskBytes: 0, files: 0 };
  const todo = [folder];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    try {
      for await (const entry of await opendir(at)) {
        const path = join(at, entry.name);
        use.files += 1;
        if (entry.isDirectory()) todo.push(path);
        else if (entry.isFile()) use.diskBytes += (await lstat(path)).blocks * blockBytes;
        if (use.files > limits.files || use.diskBytes > limits.diskBytes) return use;
      }
    } catch {
      // Removed or renamed meanwhile, or closed to us by its mode: what has been counted so far counts.
    }
  }
  return use;
}

/** One round for all who are watched. */
async function look(jobs: ReadonlySet<WatchedJob>, withDisk: boolean): Promise<void> {
  const processes = allProcesses();
  for (const job of [...jobs]) {
    const pid = job.pid();
    if (pid === undefined) continue;
    const family = familyOf(pid, processes);
    const sum = (of: (it: ProcessLook) => number): number => family.reduce((total, it) => total + of(it), 0);
    const use = { cpuSeconds: sum((it) => it.cpuSeconds), processes: sum((it) => it.threads), memoryBytes: sum((it) => ownMemory(it.pid)) };
    const disk = job.disk?.();
    const all = disk === undefined ? use : { ...use, memoryBytes: use.memoryBytes + disk.usedBytes };
    const why = job.starved?.() ?? exceeded(all, job.limits) ?? (disk !== undefined ? overRoom(disk, job) : withDisk ? await overDisk(job, family) : undefined);
    if (why !== undefined && jobs.has(job)) job.stop(why);
  }
}

const overRoom = ({ full }: DiskLook, { limits }: WatchedJob): Fault | undefined => (full === undefined ? undefined : overLimit(full, limits));

async function overDisk(job: WatchedJob, family: readonly ProcessLook[]): Promise<Fault | undefined> {
  const { diskBytes, files } = await diskUse(job.folder, job.limits);
  return exceeded({ diskBytes: diskBytes + unseenBytes(family), files }, job.limits);
}

/** Looks only while there is somebody to look at. */
export function createSandboxWatch(onFailure: (thrown: unknown) => void): SandboxWatch {
  const jobs = new Set<WatchedJob>();
  let looking = false;

  async function lookOn(): Promise<void> {
    for (let round = 1; jobs.size > 0; round++) {
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      await look(jobs, round % diskEvery === 0).catch(onFailure);
    }
    looking = false;
  }

  return {
    add(job) {
      jobs.add(job);
      if (!looking) {
        looking = true;
        void lookOn();
      }
      return () => void jobs.delete(job);
    },
  };
}
