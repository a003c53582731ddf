// Knows: how a program is run with node's own means, where there is no addon; how a process group is killed.
// Refuses to know: whether there is an addon.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Fault } from '../base/index.js';
import type { ProcessResult, ProgramCall } from './processes.js';
import { spawnWords } from './spawn-program.js';
import { cannotStart, stillRunning, tooMuch, wasCancelled } from './processes-faults.js';

/** After a kill, what a descendant that left the group still holds open is waited for no longer than this. */
const graceMs = 500;

/** @throws Error of node's, for arguments that no program can be given */
function start({ program, args, options }: ProgramCall): ChildProcessWithoutNullStreams {
  const { file, args: words, ...verbatim } = spawnWords(program, args);
  return spawn(file, words, {
    ...verbatim,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env,
    // On Windows a detached program would open a window of its own.
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** As runProcess, when it has not been cancelled yet. */
export function runWithNode(call: ProgramCall): Promise<ProcessResult> {
  const { program, options } = call;
  return new Promise((resolve, reject) => {
    let child: ChildProcessWithoutNullStreams;
    try {
      child = start(call);
    } catch (cause) {
      reject(cannotStart(program, cause as Error));
      return;
    }
    let fault: Fault | undefined;
    const stop = (why: Fault): void => {
      if (fault !== undefined) return;
      fault = why;
      killGroup(child.pid);
      setTimeout(() => [child.stdin, child.stdout, child.stderr].forEach((stream) => stream.destroy()), graceMs).unref();
    };
    const timer = setTimeout(() => stop(stillRunning(program, options.timeoutMs)), Math.min(options.timeoutMs, 2 ** 31 - 1));
    const onAbort = (): void => stop(wasCancelled(program));
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const gather = (stream: NodeJS.ReadableStream, name: string): Buffer[] => {
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on('data', (chunk: Buffer) => {
        size += chunk.byteLength;
        if (size > options.maxOutput) stop(tooMuch(program, options.maxOutput, name));
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
      reject(cannotStart(program, cause));
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
  if (process.platform === 'win32') {
    // There are no groups; this finds children by their parents. That it fails means that they are gone, or that nothing can be done.
    spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).on('error', () => undefined);
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause;
  }
}
