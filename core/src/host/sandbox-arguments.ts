// Knows: the words that put a command into bubblewrap's sandbox. Refuses to know: processes and mounts.
import { Fault } from '../base/index.js';
import type { CompileCommand } from '../wire/index.js';

/** File descriptors of the sandbox's process beside the three usual ones. */
export const statusFd = 3;
export const optionsFd = 4;

/** All namespaces of its own, no network, no capabilities, gone when we are. */
const isolation = [
  '--die-with-parent', '--cap-drop', 'ALL',
  '--unshare-user', '--unshare-cgroup', '--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts',
] as const;

/** What the bubblewrap and the kernel at hand offer. */
export interface SandboxFeatures {
  /** Whether bubblewrap can say how the command ended, apart from how it ended itself (`--json-status-fd`). */
  readonly tellsStatus: boolean;
  /** Whether jobs can be kept from making user namespaces of their own (`--disable-userns`). */
  readonly endsNesting: boolean;
  /** Those of `controls` that this kernel has. */
  readonly controls: readonly string[];
}

/**
 * Where the kernel takes orders. A job started by root is still root to the files in there, capabilities or not: it could
 * write the machine's core_pattern and have a program of its own run outside. Bubblewrap covers them only when it finds
 * the folders themselves writable, which is not how they are protected.
 */
export const controls = ['/proc/acpi', '/proc/asound', '/proc/bus', '/proc/driver', '/proc/fs', '/proc/irq', '/proc/mtrr', '/proc/scsi', '/proc/sys', '/proc/sysrq-trigger'];

/** @param root as `--bind` operand. Proc and dev come after it, or it would hide them; the controls after proc. */
function rootOptions(root: readonly string[], features: SandboxFeatures): string[] {
  const nesting = features.endsNesting ? ['--disable-userns'] : [];
  const covered = features.controls.flatMap((path) => ['--ro-bind', path, path]);
  return [...isolation, ...nesting, ...root, '--proc', '/proc', '--dev', '/dev', ...covered];
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
 * The sandbox's root is the folder `target` of the working directory that bubblewrap is started in.
 * @throws Fault WIRE_MALFORMED when the command cannot be one
 */
export function sandboxWords(command: CompileCommand, features: SandboxFeatures): SandboxWords {
  check(command);
  const environment = command.envVars.filter(([name]) => settable(name)).flatMap(([name, value]) => ['--setenv', name, value]);
  // Without --json-status-fd the other descriptor at least tells the first process, whose end has to be awaited.
  const status = [features.tellsStatus ? '--json-status-fd' : '--info-fd', String(statusFd)];
  const options = [...status, ...rootOptions(['--bind', 'target', '/'], features), '--chdir', command.cwd, ...environment];
  return {
    args: ['--args', String(optionsFd), '--', command.executable, ...command.arguments],
    options: Buffer.from(options.map((word) => `${word}\0`).join('')),
  };
}

/** The same namespaces around the machine's own root, to see whether the kernel grants them. */
export const probeWords = (program: string, features: SandboxFeatures): readonly string[] => [
  ...rootOptions(['--ro-bind', '/', '/'], features), '--', program, '-c', ':',
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
