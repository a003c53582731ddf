// Knows: which ways there are to make a root for a job, in which order they are tried, what each guarantees, and how to find out
// what this machine allows. Refuses to know: what runs inside.
import { existsSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, isFault } from '../base/index.js';
import { type JobDisk, openJobDisk } from './job-disk.js';
import { giveTree } from './job-users.js';
import { runProcess } from './processes.js';
import { emptyFolder, removeTree } from './remove-tree.js';
import { probeWords, type ProcView } from './sandbox-arguments.js';
import { bindsAt, mountWords, overlayAt, type SandboxMode } from './sandbox-mount.js';
import type { SandboxTools } from './sandbox-tools.js';

/** Which ways are tried. */
export interface ModeWishes {
  /** `auto`: an overlay where there is one. */
  readonly layers: 'auto' | SandboxMode['layers'];
  /** User ids for jobs from here on; undefined: none, jobs run as the server does. */
  readonly firstUser: number | undefined;
  /** Whether jobs have disks of their own. Default `watched`: they have not. */
  readonly disk?: 'watched' | 'memory';
  /** What this process is: 0 for root. */
  readonly uid: number;
  /** What jobs are to see of `/proc`; default `covered`. */
  readonly proc?: ProcView;
}

/** Top folders that hold nothing that a sandbox is made of. */
const places = ['/mnt', '/srv', '/media', '/opt', '/sys'];

/**
 * Whole files only, no links from one layer to another: we read the upper folder ourselves. `volatile` spares every job a
 * flush of the whole disk at its end; kernels before 5.10 do not know it.
 */
const plain = ['redirect_dir=nofollow', 'metacopy=off', 'index=off'];
const overlayOptions: Readonly<Record<SandboxMode['as'], readonly (readonly string[])[]>> = {
  root: [[...plain, 'volatile'], plain, []],
  user: [['userxattr', ...plain, 'volatile'], ['userxattr']],
};

/** In the order in which they are tried: what keeps jobs farthest from the machine comes first. */
export function candidateModes(wishes: ModeWishes, place: string): readonly SandboxMode[] {
  const overlays = (as: SandboxMode['as'], ownUsers: boolean): readonly SandboxMode[] => overlayOptions[as].map((options) => ({ layers: 'overlay', as, ownUsers, options, place }));
  const binds = (as: SandboxMode['as'], ownUsers: boolean): SandboxMode => ({ layers: 'binds', as, ownUsers, options: [], place });
  const withOwn = wishes.firstUser === undefined ? [] : [...overlays('root', true), binds('root', true)];
  const all = wishes.uid === 0 ? [...withOwn, ...overlays('root', false), ...overlays('user', false), binds('root', false)] : [...overlays('user', false), binds('user', false)];
  return all.filter(({ layers }) => wishes.layers === 'auto' || layers === wishes.layers);
}

/** Where disks of jobs are mounted, each seen by its own job only. */
export const diskPlace = (dir: string): string => join(dir, 'memory');

interface Trial {
  readonly folder: string;
  readonly user: number | undefined;
  readonly disk: JobDisk | undefined;
  readonly proc: ProcView;
}

/** The folder must be there, but for that its content does not matter. */
async function attemptIn(tools: SandboxTools, mode: SandboxMode, { folder, user, disk, proc }: Trial): Promise<string | undefined> {
  await removeTree(folder);
  for (const name of ['lower', 'upper', 'work', 'target']) await mkdir(join(folder, name), { recursive: true });
  const path = disk?.path ?? folder;
  if (user !== undefined) await giveTree(join(path, 'upper'), user);
  const job = { folder: path, inside: disk?.inside, lower: join(folder, 'lower'), groups: [], limits: [], user };
  const at = mode.layers === 'overlay' ? overlayAt(mode) : bindsAt(mode, job).upper;
  const [program = '', ...args] = [...mountWords(tools, mode, job), tools.bwrap, ...probeWords(tools.sh, tools, { at, proc })];
  const { code, stderr } = await runProcess(program, args, { cwd: folder, env: {}, timeoutMs: 20_000 });
  return code === 0 ? undefined : stderr.toString().trim().slice(0, 300) || `exit ${code}`;
}

const triedDisk = { diskBytes: 1024 ** 2, files: 100 };

/** @returns why not, if it does not work */
async function attempt(tools: SandboxTools, mode: SandboxMode, { dir, wishes }: { dir: string; wishes: ModeWishes }): Promise<string | undefined> {
  const trial = { folder: join(dir, 'probe'), user: mode.ownUsers ? wishes.firstUser : undefined, proc: wishes.proc ?? 'covered' };
  if (wishes.disk !== 'memory' || tools.enter === undefined) return attemptIn(tools, mode, { ...trial, disk: undefined });
  try {
    const disk = await openJobDisk({ program: tools.enter, as: mode.as, at: diskPlace(dir), size: triedDisk });
    return await attemptIn(tools, mode, { ...trial, disk }).finally(disk.close);
  } catch (thrown) {
    if (!isFault(thrown, 'SANDBOX_FAILED')) throw thrown;
    return thrown.message;
  }
}

const overlayMagic = 0x794c7630;
const userNamespaces =
  'Start it as root (sudo), or let ordinary users make namespaces: `sysctl -w kernel.unprivileged_userns_clone=1` (Debian), `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu).';
const inContainer = '`--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined` (podman: `unmask=ALL` instead of the last)';

/** Where parts of /proc are covered, as in containers, nobody but the machine's root mounts a /proc that is not. */
const procHint = (said: string): string => (/mount proc/.test(said) ? ' Or set sandbox_proc = "none", with which gcc works, and clang and rustc do not.' : '');

async function explain(dir: string, wishes: ModeWishes, refusals: readonly string[]): Promise<Fault> {
  const said = refusals.join('; ');
  if (wishes.layers === 'overlay' && (await statfs(dir)).type === overlayMagic) {
    return new Fault('SETTINGS_INVALID', `build_dir ${dir} lies on an overlay file system (as everything in a container does), on which no other can be put: ${said}`, {
      hint: 'Give the container a volume or a tmpfs for it, e.g. `docker run --tmpfs /path:exec`, and set build_dir to that; or leave out layers = "overlay".',
    });
  }
  if (wishes.uid !== 0) return new Fault('NOT_ROOT', `the build server is not root (user id ${wishes.uid}), and this kernel does not let it make sandboxes as it is: ${said}`, { hint: `${userNamespaces} In a container: ${inContainer}.${procHint(said)}` });
  return new Fault('NOT_ROOT', `this process is root but may not mount or make namespaces: ${said}`, {
    hint: `In a container, start it with \`--privileged\`, or at least \`--cap-add SYS_ADMIN\` and ${inContainer}.${procHint(said)}`,
  });
}

/**
 * Tries what this machine allows, mounts and namespaces both.
 * @param dir where builds will lie
 * @throws Fault NOT_ROOT or SETTINGS_INVALID, with what to do about it
 */
export async function findSandboxMode(tools: SandboxTools, dir: string, wishes: ModeWishes): Promise<SandboxMode> {
  if (wishes.disk === 'memory') {
    if (tools.enter === undefined) throw new Fault('SETTINGS_INVALID', 'sandbox_disk = "memory" needs sandbox-enter, which is not there', { hint: 'It is built with the rest on Linux where there is a C++ compiler: `npm run build`.' });
    await emptyFolder(diskPlace(dir));
  }
  const place = places.find((path) => existsSync(path)) ?? '/';
  const refusals: string[] = [];
  try {
    for (const mode of candidateModes(wishes, place)) {
      const refusal = await attempt(tools, mode, { dir, wishes });
      if (refusal === undefined) return mode;
      if (!refusals.includes(refusal)) refusals.push(refusal);
    }
    throw await explain(dir, wishes, refusals);
  } finally {
    await removeTree(join(dir, 'probe'));
  }
}

/** The mode in words, for logs and for whoever asks the server. */
export const spellMode = ({ layers, as, ownUsers }: SandboxMode, disk: ModeWishes['disk'] = 'watched'): string =>
  `${layers === 'overlay' ? 'overlay file system' : 'mounts of folders'}, ${as === 'root' ? 'as root' : 'by user namespaces'}, ${ownUsers ? 'a user id for each job' : 'jobs under the id of the server'}${disk === 'memory' ? ', a disk of fixed size in memory for each job' : ''}`;

/** What does not hold here although it does elsewhere. */
export function weaknesses(mode: SandboxMode, tools: SandboxTools, groupsLimitMemory: boolean): readonly string[] {
  return [
    mode.ownUsers ? undefined : 'to the kernel a job is the user that the server runs as, and processes are counted for all jobs together',
    mode.layers === 'binds' ? 'jobs can learn the path of build_dir' : undefined,
    tools.filter === undefined ? 'no filter of system calls for this processor or this bubblewrap' : undefined,
    tools.endsNesting ? undefined : 'new user namespaces are forbidden by the filter of system calls alone: bubblewrap is older than 0.8, or may not write /proc/sys',
    groupsLimitMemory ? undefined : 'memory is limited for each process, and for a whole job by looking every 100 ms',
  ].filter((sentence): sentence is string => sentence !== undefined);
}
