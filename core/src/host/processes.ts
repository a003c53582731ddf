// Knows: how to run a program to its end with bounds on time and output, and how to end it with all its descendants.
// Refuses to know: what is run. Not for compiles: those are the launcher's children or the sandbox's.
import { spawn } from 'node:child_process';
import { Fault } from '../base/index.js';

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

/**
 * Runs a program in a process group of its own. A non-zero exit is a result, not a fault.
 * @throws Fault TOOL_MISSING (cannot be started), PROCESS_TIMEOUT, PROCESS_FAILED (output too long), CANCELLED
 */
export function runProcess(program: string, args: readonly string[], options: ProcessOptions): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const limit = options.maxOutput ?? 16 * 1024 * 1024;
    if (options.signal?.aborted === true) {
      reject(new Fault('CANCELLED', `${program}: cancelled before it was started`));
      return;
    }
    const child = spawn(program, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let fault: Fault | undefined;
    const stop = (why: Fault): void => {
      fault ??= why;
      killGroup(child.pid);
    };
    const timer = setTimeout(() => {
      stop(new Fault('PROCESS_TIMEOUT', `${program}: still running after ${options.timeoutMs} ms, killed`));
    }, options.timeoutMs);
    const onAbort = (): void => stop(new Fault('CANCELLED', `${program}: cancelled, killed`));
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const gather = (stream: NodeJS.ReadableStream, name: string): Buffer[] => {
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on('data', (chunk: Buffer) => {
        size += chunk.byteLength;
        if (size > limit) stop(new Fault('PROCESS_FAILED', `${program}: wrote more than ${limit} bytes to ${name}, killed`));
        else chunks.push(chunk);
      });
      return chunks;
    };
    const stdout = gather(child.stdout, 'standard output');
    const stderr = gather(child.stderr, 'standard error');
    child.stdin.on('error', () => {
      // The child may end without reading its input; its exit tells the story.
    });
    child.stdin.end(options.input);
    const settle = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
    };
    child.on('error', (cause: NodeJS.ErrnoException) => {
      settle();
      reject(new Fault('TOOL_MISSING', `${program}: cannot be started: ${cause.code ?? cause.message}`, { cause }));
    });
    child.on('close', (code, signal) => {
      settle();
      if (fault !== undefined) reject(fault);
      else resolve({ code: code ?? undefined, signal: signal ?? undefined, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) });
    });
  });
}

/** Kills a process group started with `detached`. A group that is gone already is what we wanted. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause;
  }
}
