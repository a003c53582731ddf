// Knows: the command line that mounts a job's root, enters its control groups, takes its limits and its user, and then becomes
// bubblewrap, for each way in which that can be done. Refuses to know: which way works here (sandbox-mode.ts), what runs inside.
import { relative } from 'node:path';
import { Fault } from '../base/index.js';
import { devices } from './sandbox-arguments.js';
import { enterWords } from './sandbox-enter.js';
import type { SandboxTools } from './sandbox-tools.js';

/** A way to make roots for jobs. */
export interface SandboxMode {
  /** `overlay`: toolchain and job by an overlay file system. `binds`: the job's folder, and the toolchain's mounted into it. */
  readonly layers: 'overlay' | 'binds';
  /** `root`: mounts are made in a private mount namespace. `user`: in a user namespace in which we are root. */
  readonly as: 'root' | 'user';
  /** Whether every job runs under a user id of its own. */
  readonly ownUsers: boolean;
  /** Of the overlay. */
  readonly options: readonly string[];
  /** A folder of the machine that everybody can reach; things are mounted on it where only we see them. */
  readonly place: string;
}

/** A file system that only a process of ours has mounted. */
export interface InsideDisk {
  /** Where it is mounted. */
  readonly folder: string;
  /** Names of the namespace that has it, and of the user namespace which that belongs to, unless it is the machine's. */
  readonly mounts: string;
  readonly user: string | undefined;
}

export interface MountJob {
  /** Holds `upper`, `work` and `target`; the command is started in it. */
  readonly folder: string;
  /** What the folder is on, when it is a file system of its own; only sandbox-enter comes to it. */
  readonly inside?: InsideDisk | undefined;
  /** The toolchain, unpacked. */
  readonly lower: string;
  readonly groups: readonly string[];
  /** For prlimit. */
  readonly limits: readonly string[];
  /** The user id to run under; undefined: ours. */
  readonly user: number | undefined;
}

/** Exit of the script when a mount or a group failed; bubblewrap and compilers that end so have said something else before. */
export const mountFailed = 125;

/** The job's folder as its own processes reach it. */
const seenAs = ({ folder, inside }: Pick<MountJob, 'folder' | 'inside'>): string => inside?.folder ?? folder;

/** Where bubblewrap finds what was mounted. */
export const overlayAt = (mode: SandboxMode): string => (mode.ownUsers ? mode.place : 'target');
export const bindsAt = (mode: SandboxMode, job: Pick<MountJob, 'folder' | 'inside' | 'lower'>): { upper: string; lower: string } =>
  mode.ownUsers ? { upper: `${mode.place}/upper`, lower: `${mode.place}/lower` } : { upper: `${seenAs(job)}/upper`, lower: job.lower };

/** When the machine's memory runs out it shall be a job that dies, and not the server, whose own score it would have. A kernel that refuses leaves it at that. */
const giveWay = '{ echo 500 > /proc/self/oom_score_adj; } 2>/dev/null';
/**
 * One shell between two execs: no process of its own stays, so that the id we started is bubblewrap's in the end.
 * Its words: the groups; then mount and what it needs; then the command.
 */
const enter = `${giveWay}; for group in $1; do echo 0 > "$group/cgroup.procs" || exit ${mountFailed}; done; shift`;
const scripts = {
  overlay: `${enter}; "$1" -t overlay -o "$2" overlay "$3" || exit ${mountFailed}; shift 3; exec "$@"`,
  bindsByPlace:
    `${enter}; "$1" -t tmpfs -o size=64k,mode=755 tmpfs "$2" && mkdir "$2/upper" "$2/lower" && "$1" --bind upper "$2/upper" && "$1" --bind "$3" "$2/lower" || exit ${mountFailed}; shift 3; exec "$@"`,
  binds: `${enter}; exec "$@"`,
} as const;

const unshareWords = {
  root: ['--mount', '--propagation', 'private'],
  user: ['--user', '--map-root-user', '--mount', '--propagation', 'private'],
} as const;

function relativeName(job: MountJob): string {
  const lower = relative(seenAs(job), job.lower);
  if (!/^[A-Za-z0-9._/-]+$/.test(lower)) throw new Fault('IMPOSSIBLE', `toolchain folder ${job.lower} cannot be named from ${job.folder}`);
  return lower;
}

function limitWords(tools: SandboxTools, job: MountJob): readonly string[] {
  const user = job.user === undefined ? [] : [tools.setpriv, '--reuid', String(job.user), '--regid', String(job.user), '--clear-groups', '--no-new-privs', '--'];
  return [...(job.limits.length === 0 ? [] : [tools.prlimit, ...job.limits, '--']), ...user];
}

/** Paths are relative, so that what stands in them never has to be quoted for the kernel. */
export function mountWords(tools: SandboxTools, mode: SandboxMode, job: MountJob): readonly string[] {
  if (tools.enter !== undefined) return enterWords({ enter: tools.enter, needs: [tools.bwrap, ...devices] }, mode, { ...job, lowerName: () => relativeName(job) });
  if (job.inside !== undefined) throw new Fault('IMPOSSIBLE', 'a job on a disk of its own without sandbox-enter');
  const groups = job.groups.join(' ');
  const rest = limitWords(tools, job);
  const shell = (script: string): readonly string[] => [tools.sh, '-c', script, 'sh', groups];
  if (mode.layers === 'binds') {
    if (!mode.ownUsers) return [...shell(scripts.binds), ...rest];
    return [tools.unshare, ...unshareWords.root, '--', ...shell(scripts.bindsByPlace), tools.mount, mode.place, relativeName(job), ...rest];
  }
  const options = [`lowerdir=${relativeName(job)}`, 'upperdir=upper', 'workdir=work', 'nosuid', 'nodev', ...mode.options].join(',');
  return [tools.unshare, ...unshareWords[mode.as], '--', ...shell(scripts.overlay), tools.mount, options, overlayAt(mode), ...rest];
}
