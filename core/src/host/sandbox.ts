// Knows: how one command runs in a sandbox on top of a toolchain, and what its end means.
// Refuses to know: where inputs come from and outputs go, and the fleet.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../base/index.js';
import { Fault } from '../base/index.js';
import type { CompileCommand } from '../wire/index.js';
import { type ControlGroups, type JobGroup, ownControlGroup, useControlGroups } from './control-groups.js';
import { type JobDisk, type JobDiskOptions, openJobDisk } from './job-disk.js';
import { createJobUsers, giveTree, type JobUsers } from './job-users.js';
import { layerOnDisk } from './root-view-disk.js';
import { type ProcView, sandboxWords } from './sandbox-arguments.js';
import { planBinds } from './sandbox-binds.js';
import { whenNotCrowded } from './sandbox-crowded.js';
import { type HardLimits, limitOptions, parseHardLimits, type SandboxLimits } from './sandbox-limits.js';
import { diskPlace, findSandboxMode, type ModeWishes, spellMode, weaknesses } from './sandbox-mode.js';
import { bindsAt, mountWords, overlayAt, type SandboxMode } from './sandbox-mount.js';
import { runSandboxProcess, type SandboxProcessEnd } from './sandbox-process.js';
import { type SandboxStarter, startAtOnce, startBefore } from './sandbox-start.js';
import { findSandboxTools, type SandboxTools } from './sandbox-tools.js';
import { createSandboxWatch, type SandboxWatch, tasksOf } from './sandbox-watch.js';

export type { ProcView } from './sandbox-arguments.js';
export type { SandboxMode } from './sandbox-mount.js';

export interface SandboxJob {
  /** Holds `upper` (with the inputs), and `work` and `target`, both empty. On the same file system as nothing else matters. */
  readonly folder: string;
  /** When the folder is one. */
  readonly disk?: JobDisk | undefined;
  /** The toolchain, unpacked. */
  readonly lower: string;
  readonly command: CompileCommand;
  readonly limits: SandboxLimits;
  /** Aborted: the whole sandbox is killed. */
  readonly signal: AbortSignal;
}

/** The command ran and ended by itself. */
export interface SandboxEnd {
  /** 0 to 128. */
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

export interface Sandbox {
  readonly mode: SandboxMode;
  /** The mode in words, and what does not hold here although it does elsewhere. */
  readonly description: string;
  readonly weaknesses: readonly string[];
  /**
   * Returns when no process of the job is left.
   * @throws Fault SANDBOX_FAILED when the command could not be started or was ended by a signal, JOB_OVER_TIME and the other
   * limits, CANCELLED, WIRE_MALFORMED (no possible command)
   */
  run(job: SandboxJob): Promise<SandboxEnd>;
  /** For when no job runs any more. */
  close(): void;
  /** A disk for one job; undefined where `disk` is `watched`. */
  readonly openDisk: ((size: JobDiskOptions['size']) => Promise<JobDisk>) | undefined;
}

export interface SandboxOptions {
  /** Where builds will lie. */
  readonly dir: string;
  readonly bwrapPath: string | undefined;
  /** Whether to mount as root (0) or as an ordinary user does; by default what this process is. */
  readonly uid?: number;
  readonly layers?: ModeWishes['layers'];
  /** Where root runs each job under a user id of its own: the first of these. Undefined: it does not. */
  readonly firstUser?: number | undefined;
  readonly proc?: ProcView;
  /** Folders of control groups; `auto`: the one that this process was given for itself, if any. Default `off`. */
  readonly groups?: 'auto' | 'off' | readonly string[];
  /** Where jobs' files are: in their folders, and what they take is looked at; or each in a file system of its own, in memory. Default `watched`. */
  readonly disk?: ModeWishes['disk'];
  /** How many processes wait for jobs while none runs. Default 0. */
  readonly waiting?: number;
  /** The PATH in which programs are looked for. */
  readonly searchPath: string;
  readonly log: Log;
}

/** Above it, a code says which signal ended the command: out of memory, a crash. None of them is the source's fault for sure. */
const highestCode = 128;

function failure(end: SandboxProcessEnd): Fault {
  const said = end.stderr.toString('utf8', 0, 2000).trim().split('\n').slice(-3).join(' / ');
  return new Fault('SANDBOX_FAILED', `the sandbox did not run the command (exit ${end.code}): ${said.slice(0, 500)}`);
}

/** Versions that cannot tell are read by their manner of speaking. */
function codeWithoutStatus(end: SandboxProcessEnd): number {
  if (end.code === undefined || end.childPid === undefined) throw failure(end);
  if (end.code === 1 && /^bwrap: /m.test(end.stderr.toString())) throw failure(end);
  return end.code;
}

function meaning(end: SandboxProcessEnd, tools: SandboxTools): SandboxEnd {
  const code = tools.tellsStatus ? end.exitCode : codeWithoutStatus(end);
  if (code === undefined) throw failure(end);
  if (code > highestCode) throw new Fault('SANDBOX_FAILED', `the command was ended by signal ${code - highestCode}`);
  return { code, stdout: end.stdout, stderr: end.stderr };
}

interface Parts {
  readonly tools: SandboxTools;
  readonly mode: SandboxMode;
  readonly proc: ProcView;
  readonly watch: SandboxWatch;
  readonly starter: SandboxStarter;
  readonly hard: HardLimits;
  /** What this process's own user has running beside jobs, if that is not root. */
  readonly othersTasks: number | undefined;
  readonly users: JobUsers | undefined;
  readonly groups: ControlGroups | undefined;
}

/** Options that make the root; what has to be there before is made. */
async function rootOf({ mode }: Parts, job: SandboxJob): Promise<readonly string[]> {
  if (mode.layers === 'overlay') return ['--bind', overlayAt(mode), '/'];
  const upper = join(job.folder, 'upper');
  const lower = { ...layerOnDisk(job.lower), names: (segments: readonly string[]) => readdirSync(join(job.lower, ...segments)) };
  const { options, directories } = planBinds(layerOnDisk(upper), lower, bindsAt(mode, { ...job, inside: job.disk?.inside }));
  for (const { segments, mode: bits } of directories) {
    const path = join(upper, ...segments);
    mkdirSync(path);
    await chmod(path, bits | 0o700);
  }
  return options;
}

async function runIn(parts: Parts, job: SandboxJob, entered: { user: number | undefined; group: JobGroup | undefined }): Promise<SandboxProcessEnd> {
  const { tools, mode, proc, watch, hard } = parts;
  const { user, group } = entered;
  const { args, options } = sandboxWords(job.command, tools, { root: await rootOf(parts, job), proc });
  const upper = join(job.folder, 'upper');
  if (user !== undefined) await giveTree(upper, user);
  // A disk of its own limits the size of files by itself, and tells the compiler so instead of ending it. What a process has asked for but never
  // touched counts to its own limit, and not to that of its group: where there is a group, it decides.
  const forEach = {
    ...job.limits,
    ...(job.disk === undefined ? {} : { diskBytes: Infinity }),
    ...(parts.groups?.limitsMemory === true ? { memoryBytes: Infinity } : {}),
  };
  const limits = limitOptions(forEach, hard, user === undefined ? parts.othersTasks : 0);
  const attempt = (): Promise<SandboxProcessEnd> => runSandboxProcess({
    starter: parts.starter,
    words: [...mountWords(tools, mode, { folder: job.folder, inside: job.disk?.inside, lower: job.lower, groups: group?.folders ?? [], limits, user }), tools.bwrap, ...args],
    // Inside a disk it goes where the job's own mounts are.
    cwd: job.disk === undefined ? job.folder : '/',
    options,
    filter: tools.filter,
    folder: upper,
    disk: job.disk?.look,
    watch,
    limits: job.limits,
    starved: () => group?.starved(),
    signal: job.signal,
  });
  const alone = user !== undefined || parts.othersTasks === undefined;
  return parts.tools.tellsStatus && !alone ? whenNotCrowded(attempt) : attempt();
}

async function run(parts: Parts, job: SandboxJob): Promise<SandboxEnd> {
  const user = parts.users?.take();
  try {
    const group = parts.groups?.open(job.limits);
    let starved: Fault | undefined;
    let end: SandboxProcessEnd;
    try {
      end = await runIn(parts, job, { user: user?.id, group });
    } finally {
      starved = await group?.close();
    }
    if (starved !== undefined) throw starved;
    return meaning(end, parts.tools);
  } finally {
    user?.free();
  }
}

function groupsFor(wanted: SandboxOptions['groups']): ControlGroups | undefined {
  if (wanted === undefined || wanted === 'off') return undefined;
  if (wanted !== 'auto') return useControlGroups(wanted);
  const own = ownControlGroup();
  return own === undefined ? undefined : useControlGroups([own]);
}

/** Where `/proc/sys` cannot be written, as in containers, bubblewrap cannot end the making of user namespaces; the filter of system calls does it alone. */
async function findWay(tools: SandboxTools, dir: string, wishes: ModeWishes): Promise<{ readonly tools: SandboxTools; readonly mode: SandboxMode }> {
  try {
    return { tools, mode: await findSandboxMode(tools, dir, wishes) };
  } catch (thrown) {
    if (!tools.endsNesting || tools.filter === undefined) throw thrown;
    const nesting = { ...tools, endsNesting: false };
    const mode = await findSandboxMode(nesting, dir, wishes).catch(() => {
      throw thrown;
    });
    return { tools: nesting, mode };
  }
}

function disksFor({ tools: { enter }, mode }: Parts, dir: string): Sandbox['openDisk'] {
  if (enter === undefined) return undefined;
  return (size) => openJobDisk({ program: enter, as: mode.as, at: diskPlace(dir), size });
}

/**
 * Finds the programs and tries what the kernel allows.
 * @throws Fault TOOL_MISSING, TOOL_TOO_OLD, NOT_ROOT, SETTINGS_INVALID
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const ownUid = process.geteuid?.() ?? 0;
  const { dir, log, firstUser, layers = 'auto', proc = 'covered', disk = 'watched', waiting = 0, uid = ownUid } = options;
  const { tools, mode } = await findWay(await findSandboxTools(options.bwrapPath, options.searchPath), dir, { layers, firstUser, uid, disk, proc });
  const groups = groupsFor(options.groups);
  const weak = weaknesses(mode, tools, groups?.limitsMemory === true);
  log.info(`sandboxes by ${tools.bwrap}: ${spellMode(mode, disk)}`, { options: mode.options.join(','), groups: groups?.folders.join(' ') ?? 'none' });
  for (const sentence of weak) log.info(`sandboxes: ${sentence}`);
  const parts: Parts = {
    tools, mode, proc, groups,
    watch: createSandboxWatch((thrown) => log.warn(`looking at jobs: ${String(thrown)}`)),
    starter: tools.enter === undefined || waiting === 0 ? startAtOnce : startBefore(tools.enter, waiting),
    hard: parseHardLimits(readFileSync('/proc/self/limits', 'utf8')),
    othersTasks: ownUid === 0 ? undefined : tasksOf(ownUid),
    users: mode.ownUsers && firstUser !== undefined ? createJobUsers(firstUser) : undefined,
  };
  return { mode, description: spellMode(mode, disk), weaknesses: weak, run: (job) => run(parts, job), close: parts.starter.close, openDisk: disk === 'memory' ? disksFor(parts, dir) : undefined };
}
