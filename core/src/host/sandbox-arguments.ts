// Knows: the words that put a command into bubblewrap's sandbox. Refuses to know: processes and mounts.
import { Fault } from '../base/index.js';
import type { CompileCommand } from '../wire/index.js';

/** File descriptors of the sandbox's process beside the three usual ones. */
export const statusFd = 3;
export const optionsFd = 4;
export const filterFd = 5;

/** What a job sees of itself and of the machine, whatever they are. */
const identity = { user: '1000', group: '1000', host: 'sandbox' } as const;

/** All namespaces of its own, no network, no capabilities, a session of its own, gone when we are. */
const isolation = [
  '--die-with-parent', '--new-session', '--cap-drop', 'ALL',
  '--unshare-user', '--unshare-cgroup', '--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts',
  '--uid', identity.user, '--gid', identity.group, '--hostname', identity.host,
] as const;

/** What the bubblewrap and the kernel at hand offer. */
export interface SandboxFeatures {
  /** Whether bubblewrap can say how the command ended, apart from how it ended itself (`--json-status-fd`). */
  readonly tellsStatus: boolean;
  /** Whether jobs can be kept from making user namespaces of their own (`--disable-userns`). */
  readonly endsNesting: boolean;
  /** Whether file systems in memory can be given a size (`--size`). */
  readonly sizesMemory: boolean;
  /** Those of `controls` that this kernel has. */
  readonly controls: readonly string[];
  /** Those of `tellTales` that this kernel has. */
  readonly tellTales: readonly string[];
  /** The filter of system calls; undefined for processors that have none here. */
  readonly filter: Uint8Array | undefined;
}

/** How much of `/proc` a job sees. `covered`: its own processes, and what compilers ask about the machine. */
export type ProcView = 'covered' | 'none';

/**
 * Where the kernel takes orders. A job started by root may still be root to the files in there, capabilities or not: it could
 * write the machine's core_pattern and have a program of its own run outside. Bubblewrap covers them only when it finds
 * the folders themselves writable, which is not how they are protected.
 */
export const controls = ['/proc/acpi', '/proc/asound', '/proc/bus', '/proc/driver', '/proc/fs', '/proc/irq', '/proc/mtrr', '/proc/scsi', '/proc/sys'];

/** Files that tell about the machine what no compiler asks. */
export const tellTales = [
  'cmdline', 'config.gz', 'diskstats', 'interrupts', 'iomem', 'ioports', 'kallsyms', 'kcore', 'key-users', 'keys', 'kmsg', 'latency_stats', 'locks', 'modules', 'partitions',
  'sched_debug', 'slabinfo', 'softirqs', 'swaps', 'sysrq-trigger', 'timer_list', 'vmallocinfo', 'zoneinfo',
].map((name) => `/proc/${name}`);

/** All that a job gets. */
export const devices = ['null', 'zero', 'full', 'random', 'urandom'].map((name) => `/dev/${name}`);
const deviceLinks = [['/proc/self/fd', '/dev/fd'], ['/proc/self/fd/0', '/dev/stdin'], ['/proc/self/fd/1', '/dev/stdout'], ['/proc/self/fd/2', '/dev/stderr']] as const;
const sharedMemory = ['--perms', '1777', '--size', String(16 * 1024 * 1024), '--tmpfs', '/dev/shm'];

/** Made by hand: what bubblewrap makes has terminals, and room for as many files as there is memory. */
function deviceOptions({ sizesMemory }: SandboxFeatures): string[] {
  const bound = devices.flatMap((path) => ['--dev-bind', path, path]);
  const linked = deviceLinks.flatMap(([target, path]) => ['--symlink', target, path]);
  return [...(sizesMemory ? ['--size', '65536'] : []), '--tmpfs', '/dev', ...bound, ...linked, ...(sizesMemory ? sharedMemory : []), '--remount-ro', '/dev'];
}

/**
 * The sandbox's first process belongs to the job's user, and puts the filter on after the job has begun: who opened its
 * memory in time could go on in there without one.
 */
const firstProcess = '/proc/1';

function procOptions(features: SandboxFeatures, view: ProcView): string[] {
  if (view === 'none') return [];
  // Mounted so that devices cannot be opened, which makes the files unreadable.
  const hidden = features.tellTales.flatMap((path) => ['--ro-bind', '/dev/null', path]);
  const covered = [...(features.sizesMemory ? ['--size', '4096'] : []), '--tmpfs', firstProcess, '--remount-ro', firstProcess];
  return ['--proc', '/proc', ...covered, ...features.controls.flatMap((path) => ['--ro-bind', path, path]), ...hidden];
}

/** @param root options that make the root. Proc and dev come after it, or it would hide them; the covers after proc. */
function rootOptions(root: readonly string[], features: SandboxFeatures, proc: ProcView): string[] {
  const nesting = features.endsNesting ? ['--disable-userns'] : [];
  const filter = features.filter === undefined ? [] : ['--seccomp', String(filterFd)];
  return [...isolation, ...nesting, ...filter, ...root, ...procOptions(features, proc), ...deviceOptions(features)];
}

export interface SandboxWords {
  /** For the command line. */
  readonly args: readonly string[];
  /** For `optionsFd`: environments are secrets, and command lines are read by everybody on the machine. */
  readonly options: Uint8Array;
}

function check(command: CompileCommand): void {
  const malformed = (what: string): Fault => new Fault('WIRE_MALFORMED', `run_job: ${what}`);
  if (!command.cwd.startsWith('/')) throw malformed(`the working directory ${JSON.stringify(command.cwd.slice(0, 200))} is not absolute`);
  if (command.executable === '') throw malformed('the executable has no name');
  const words = [command.cwd, command.executable, ...command.arguments, ...command.envVars.flat()];
  if (words.some((word) => word.includes('\0'))) throw malformed('a zero byte in the command');
}

/** Names that setenv would refuse are left out; of duplicates the last one wins, as everywhere. */
const settable = (name: string): boolean => name !== '' && !name.includes('=');

/**
 * @param place what the root is made of, as options, and how much of `/proc` is shown
 * @throws Fault WIRE_MALFORMED when the command cannot be one
 */
export function sandboxWords(command: CompileCommand, features: SandboxFeatures, place: { readonly root: readonly string[]; readonly proc: ProcView }): SandboxWords {
  check(command);
  const environment = command.envVars.filter(([name]) => settable(name)).flatMap(([name, value]) => ['--setenv', name, value]);
  // Without --json-status-fd the other descriptor at least tells the first process, whose end has to be awaited.
  const status = [features.tellsStatus ? '--json-status-fd' : '--info-fd', String(statusFd)];
  const options = [...status, ...rootOptions(place.root, features, place.proc), '--chdir', command.cwd, ...environment];
  return {
    args: ['--args', String(optionsFd), '--', command.executable, ...command.arguments],
    options: Buffer.from(options.map((word) => `${word}\0`).join('')),
  };
}

/**
 * The same namespaces around the machine's own root, to see whether the kernel grants them; without the filter, which
 * needs a descriptor.
 * @param place `at`: where the job's root would be mounted, which must be within reach
 */
export const probeWords = (program: string, features: SandboxFeatures, { at, proc }: { readonly at: string; readonly proc: ProcView }): readonly string[] => [
  ...rootOptions(['--ro-bind', '/', '/', '--bind', at, '/tmp'], { ...features, filter: undefined }, proc), '--', program, '-c', ':',
];

/** What bubblewrap has said so far on `statusFd`. */
export interface SandboxStatus {
  /** The sandbox's first process, as the machine counts. */
  readonly childPid: number | undefined;
  /** How the command ended, 128 + n for signal n; undefined when it has not, or was never started. */
  readonly exitCode: number | undefined;
}

/** Reads the status, complete or not. Words that are not understood are left out: newer versions say more. */
export function parseStatus(text: string): SandboxStatus {
  const numberAfter = (name: string): number | undefined => {
    const found = new RegExp(`"${name}"\\s*:\\s*([0-9]{1,10})[^0-9]`).exec(text);
    return found === null ? undefined : Number(found[1]);
  };
  return { childPid: numberAfter('child-pid'), exitCode: numberAfter('exit-code') };
}
