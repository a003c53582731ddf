// Knows: what running a program to its end means, and which of its two makings is to be had here.
// Refuses to know: what is run. Not for compiles: those are the launcher's children or the sandbox's.
import { Fault, needsResponseFile } from '../base/index.js';
import { fittingCommand } from './long-command.js';
import { nativeAddon } from './native-addon.js';
import { runWithAddon } from './processes-native.js';
import { runWithNode } from './processes-node.js';

export interface ProcessOptions {
  readonly cwd?: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** After this many milliseconds the process group is killed and Fault PROCESS_TIMEOUT thrown. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Bytes of standard output and of standard error that are kept; more is Fault PROCESS_FAILED. Default 16 MiB each. */
  readonly maxOutput?: number;
  readonly input?: Uint8Array;
}

export interface ProcessResult {
  readonly code: number | undefined;
  /** Name as node gives it, e.g. `SIGSEGV`. */
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly options: ProcessOptions & { readonly maxOutput: number };
}

/**
 * Runs a program in a process group of its own. A non-zero exit is a result, not a fault. Through the addon where there is one, because
 * node's own way stops the event loop for as long as this process is large.
 * @throws Fault TOOL_MISSING (cannot be started), PROCESS_TIMEOUT, PROCESS_FAILED (output too long), CANCELLED
 */
export async function runProcess(program: string, args: readonly string[], options: ProcessOptions): Promise<ProcessResult> {
  if (options.signal?.aborted === true) throw new Fault('CANCELLED', `${program}: cancelled before it was started`);
  if (process.platform === 'win32' && needsResponseFile(program, args)) {
    const fitting = await fittingCommand(program, args);
    return runProcess(fitting.program, fitting.args, options).finally(() => fitting.discard());
  }
  const call = { program, args, options: { maxOutput: 16 * 1024 * 1024, ...options } };
  const addon = nativeAddon();
  return addon === undefined ? runWithNode(call) : runWithAddon(addon, call);
}
