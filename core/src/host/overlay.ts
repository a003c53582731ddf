// Knows: how a toolchain and a job's own files are laid over each other in a mount namespace that nobody else sees, as root
// and as an ordinary user, and how to find out what this machine allows. Refuses to know: what runs on top.
import { mkdir, statfs } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Fault } from '../base/index.js';
import { runProcess } from './processes.js';
import { removeTree } from './remove-tree.js';
import { probeWords } from './sandbox-arguments.js';
import type { SandboxTools } from './sandbox-tools.js';

/** A way to mount that works here. */
export interface OverlayMode {
  /** `root`: a private mount namespace. `user`: a user namespace in which we are root, and attributes that users may write. */
  readonly kind: 'root' | 'user';
  readonly options: readonly string[];
}

/** Exit of the script when the mount failed; bubblewrap and compilers that end so have said something else before. */
export const mountFailed = 125;

/**
 * One shell between two execs: no process of its own stays, so that the id we started is bubblewrap's in the end.
 * Core dumps of a compiler help nobody on a build server.
 */
const script = `"$1" -t overlay -o "$2" overlay target || exit ${mountFailed}; shift 2; ulimit -c 0; exec "$@"`;

const unshareWords = {
  root: ['--mount', '--propagation', 'private'],
  user: ['--user', '--map-root-user', '--mount', '--propagation', 'private'],
} as const;

/**
 * The command line that mounts and then becomes `inner`. To be started in `folder`, which holds `upper`, `work` and `target`.
 * Paths are relative, so that what stands in them never has to be quoted for the kernel.
 */
export function overlayWords(tools: SandboxTools, mode: OverlayMode, job: { folder: string; lower: string; inner: readonly string[] }): readonly string[] {
  const lower = relative(job.folder, job.lower);
  if (!/^[A-Za-z0-9._/-]+$/.test(lower)) throw new Fault('IMPOSSIBLE', `toolchain folder ${job.lower} cannot be named from ${job.folder}`);
  const options = [`lowerdir=${lower}`, 'upperdir=upper', 'workdir=work', ...mode.options].join(',');
  return [tools.unshare, ...unshareWords[mode.kind], '--', tools.sh, '-c', script, 'sh', tools.mount, options, ...job.inner];
}

/**
 * Whole files only, no links from one layer to another: we read the upper folder ourselves. `volatile` spares every job a
 * flush of the whole disk at its end; kernels before 5.10 do not know it.
 */
const plain = ['redirect_dir=nofollow', 'metacopy=off', 'index=off'];
const candidates: Readonly<Record<OverlayMode['kind'], readonly (readonly string[])[]>> = {
  root: [[...plain, 'volatile'], plain, []],
  user: [['userxattr', ...plain, 'volatile'], ['userxattr']],
};

async function attempt(tools: SandboxTools, mode: OverlayMode, folder: string): Promise<string | undefined> {
  await removeTree(folder);
  for (const name of ['lower', 'upper', 'work', 'target']) await mkdir(join(folder, name), { recursive: true });
  const [program = '', ...args] = overlayWords(tools, mode, { folder, lower: join(folder, 'lower'), inner: [tools.bwrap, ...probeWords(tools.sh, tools)] });
  const { code, stderr } = await runProcess(program, args, { cwd: folder, env: {}, timeoutMs: 20_000 });
  return code === 0 ? undefined : stderr.toString().trim().slice(0, 300) || `exit ${code}`;
}

const overlayMagic = 0x794c7630;
const userNamespaces =
  'Start it as root (sudo), or let ordinary users make namespaces: `sysctl -w kernel.unprivileged_userns_clone=1` (Debian), `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu).';

async function explain(dir: string, uid: number, refusals: readonly string[]): Promise<Fault> {
  const said = refusals.join('; ');
  if ((await statfs(dir)).type === overlayMagic) {
    return new Fault('SETTINGS_INVALID', `build_dir ${dir} lies on an overlay file system (as everything in a container does), on which no other can be put: ${said}`, {
      hint: 'Give the container a volume or a tmpfs for it, e.g. `docker run --tmpfs /path:exec`, and set build_dir to that.',
    });
  }
  if (uid !== 0) return new Fault('NOT_ROOT', `the build server is not root (user id ${uid}), and this kernel does not let it make sandboxes as it is: ${said}`, { hint: userNamespaces });
  return new Fault('NOT_ROOT', `this process is root but may not mount or make namespaces: ${said}`, {
    hint: 'In a container, start it with `--privileged`, or at least `--cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined`.',
  });
}

/**
 * Tries what this machine allows, mount and namespaces both.
 * @param dir where builds will lie
 * @throws Fault NOT_ROOT or SETTINGS_INVALID, with what to do about it
 */
export async function findOverlayMode(tools: SandboxTools, dir: string, uid: number): Promise<OverlayMode> {
  const folder = join(dir, 'probe');
  const refusals: string[] = [];
  try {
    for (const kind of uid === 0 ? (['root', 'user'] as const) : (['user'] as const)) {
      for (const options of candidates[kind]) {
        const mode = { kind, options };
        const refusal = await attempt(tools, mode, folder);
        if (refusal === undefined) return mode;
        if (!refusals.includes(refusal)) refusals.push(refusal);
      }
    }
    throw await explain(dir, uid, refusals);
  } finally {
    await removeTree(folder);
  }
}
