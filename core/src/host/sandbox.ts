// Knows: how one command runs in a sandbox on top of a toolchain, and what its end means.
// Refuses to know: where inputs come from and outputs go, and the fleet.
import type { Log } from '../base/index.js';
import { Fault } from '../base/index.js';
import type { CompileCommand } from '../wire/index.js';
import { findOverlayMode, overlayWords } from './overlay.js';
import { sandboxWords } from './sandbox-arguments.js';
import { runSandboxProcess, type SandboxLimits, type SandboxProcessEnd } from './sandbox-process.js';
import { findSandboxTools, type SandboxTools } from './sandbox-tools.js';

export interface SandboxJob {
  /** Holds `upper` (with the inputs), and `work` and `target`, both empty. On the same file system as nothing else matters. */
  readonly folder: string;
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
  /** `root`, or `user` when it works by user namespaces. */
  readonly kind: 'root' | 'user';
  /**
   * Returns when no process of the job is left.
   * @throws Fault SANDBOX_FAILED when the command could not be started or was ended by a signal, PROCESS_TIMEOUT,
   * PROCESS_FAILED (too much output), CANCELLED, WIRE_MALFORMED (no possible command)
   */
  run(job: SandboxJob): Promise<SandboxEnd>;
}

export interface SandboxOptions {
  /** Where builds will lie. */
  readonly dir: string;
  readonly bwrapPath: string | undefined;
  /** Whether to mount as root (0) or as an ordinary user does; by default what this process is. */
  readonly uid?: number;
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

/**
 * Finds the programs and tries what the kernel allows.
 * @throws Fault TOOL_MISSING, TOOL_TOO_OLD, NOT_ROOT, SETTINGS_INVALID
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const tools = await findSandboxTools(options.bwrapPath, options.searchPath);
  const mode = await findOverlayMode(tools, options.dir, options.uid ?? process.geteuid?.() ?? 0);
  options.log.info(`sandboxes by ${tools.bwrap}`, { as: mode.kind, options: mode.options.join(',') });
  return {
    kind: mode.kind,
    run: async (job) => {
      const { args, options: words } = sandboxWords(job.command, tools);
      const end = await runSandboxProcess({
        words: overlayWords(tools, mode, { folder: job.folder, lower: job.lower, inner: [tools.bwrap, ...args] }),
        cwd: job.folder,
        options: words,
        limits: job.limits,
        signal: job.signal,
      });
      return meaning(end, tools);
    },
  };
}
