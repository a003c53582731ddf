// Knows: what one job may use, how that is said to the kernel, and which limit a job that uses more has gone over.
// Refuses to know: how the use is measured (sandbox-watch.ts), and control groups. Pure.
import { Fault } from '../base/index.js';

export interface SandboxLimits {
  /** Of wall time, for the command. */
  readonly timeMs: number;
  /** Of standard output and standard error each. */
  readonly streamBytes: number;
  /** Of processor time, of all its processes together. */
  readonly cpuSeconds: number;
  /** Bytes that its processes have for themselves alone, all together. */
  readonly memoryBytes: number;
  /** At once, threads counted one by one. */
  readonly processes: number;
  /** Bytes on the disk, inputs included. */
  readonly diskBytes: number;
  /** Files and folders, inputs included. */
  readonly files: number;
}

/** What a job uses at a moment. */
export interface SandboxUse {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly processes: number;
  readonly diskBytes: number;
  readonly files: number;
}

const over = {
  cpuSeconds: ['JOB_OVER_CPU', 'seconds of processor time', 'job_cpu_seconds'],
  memoryBytes: ['JOB_OVER_MEMORY', 'bytes of memory', 'job_memory'],
  processes: ['JOB_OVER_PROCESSES', 'processes and threads at once', 'job_processes'],
  diskBytes: ['JOB_OVER_DISK', 'bytes on the disk', 'job_disk'],
  files: ['JOB_OVER_DISK', 'files', 'job_files'],
} as const;

export const overLimit = (kind: keyof typeof over, limits: SandboxLimits): Fault => {
  const [code, what, key] = over[kind];
  return new Fault(code, `the job used more than ${limits[kind]} ${what} (${key} on the build server)`);
};

export const overTime = (limits: SandboxLimits): Fault =>
  new Fault('JOB_OVER_TIME', `the job was still running after ${limits.timeMs} ms (job_seconds on the build server)`);

export const overStream = (limits: SandboxLimits): Fault =>
  new Fault('JOB_OVER_OUTPUT', `the job wrote more than ${limits.streamBytes} bytes to one of its streams`);

/** The first limit that is exceeded. */
export function exceeded(use: Partial<SandboxUse>, limits: SandboxLimits): Fault | undefined {
  const kind = (Object.keys(over) as (keyof typeof over)[]).find((it) => (use[it] ?? 0) > limits[it]);
  return kind === undefined ? undefined : overLimit(kind, limits);
}

/** Beyond the limit that is watched, so that the watch sees it exceeded and can say so. */
const spare = { processes: 32, cpuSeconds: 2 } as const;
/** For other jobs of the same user, where all jobs have one. */
const spareForOthers = 512;
/** More than any compiler opens; bounds what the kernel keeps for a job in pipes and sockets. */
const openFiles = 4096;

/** Hard limits of this process by the names of prlimit; undefined: none. */
export type HardLimits = Readonly<Record<'core' | 'fsize' | 'data' | 'cpu' | 'nofile' | 'nproc', number | undefined>>;

/** In `/proc/PID/limits`. */
const rows: Readonly<Record<keyof HardLimits, string>> = {
  core: 'Max core file size', fsize: 'Max file size', data: 'Max data size', cpu: 'Max cpu time', nofile: 'Max open files', nproc: 'Max processes',
};

/** @param text of `/proc/PID/limits` */
export function parseHardLimits(text: string): HardLimits {
  const hard = (row: string): number | undefined => {
    const found = new RegExp(`^${row} +\\S+ +([0-9]+|unlimited)`, 'm').exec(text)?.[1];
    return found === undefined || found === 'unlimited' ? undefined : Number(found);
  };
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, hard(row)])) as HardLimits;
}

/**
 * Options of prlimit. They hold for each process alone, and bound what can happen between two looks of the watch.
 * Limits can only be lowered without a capability, so none is above what there is.
 * @param othersTasks what the job's user has of processes and threads beside the job, since the kernel counts by user: none,
 * so many, or undefined for root, to whom this limit does not apply
 */
export function limitOptions(limits: SandboxLimits, hard: HardLimits, othersTasks: number | undefined): readonly string[] {
  const wanted: Readonly<Record<keyof HardLimits, number | undefined>> = {
    core: 0,
    fsize: limits.diskBytes,
    data: limits.memoryBytes,
    cpu: limits.cpuSeconds + spare.cpuSeconds,
    nofile: openFiles,
    nproc: othersTasks === undefined ? undefined : limits.processes + spare.processes + (othersTasks === 0 ? 0 : othersTasks + spareForOthers),
  };
  return (Object.keys(wanted) as (keyof HardLimits)[]).flatMap((name) => {
    const value = wanted[name];
    if (value === undefined || !Number.isFinite(value)) return [];
    return [`--${name}=${Math.floor(Math.min(value, hard[name] ?? Infinity))}`];
  });
}
