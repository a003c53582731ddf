// Knows: one run of the sandbox's process: its streams within bounds, its end, and the end of everything it has started.
// Refuses to know: what the words on its command line mean.
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { Fault } from '../base/index.js';
import { killGroup } from './processes-node.js';
import { filterFd, optionsFd, parseStatus, type SandboxStatus, statusFd } from './sandbox-arguments.js';
import { overStream, overTime, type SandboxLimits } from './sandbox-limits.js';
import { type SandboxStarter, tell } from './sandbox-start.js';
import type { SandboxWatch, WatchedJob } from './sandbox-watch.js';

export interface SandboxRun {
  readonly starter: SandboxStarter;
  readonly words: readonly string[];
  readonly cwd: string;
  /** Written to `optionsFd`. */
  readonly options: Uint8Array;
  /** Written to `filterFd`; undefined: nothing is. */
  readonly filter: Uint8Array | undefined;
  /** Where the job writes. */
  readonly folder: string;
  /** When that is a file system of its own. */
  readonly disk?: WatchedJob['disk'];
  readonly watch: SandboxWatch;
  readonly limits: SandboxLimits;
  /** What the job's control group has to say. */
  starved(): Fault | undefined;
  readonly signal: AbortSignal;
}

export interface SandboxProcessEnd extends SandboxStatus {
  /** Of the process itself; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

const statusBytes = 64 * 1024;
const longestGoodbyeMs = 5_000;

/** True as long as the process, or any process of the namespace that it began, may still be doing something. */
async function alive(pid: number): Promise<boolean> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'latin1');
    // The name before it may hold anything, parentheses too. A zombie has outlived its whole namespace.
    return !/^ [ZX]/.test(text.slice(text.lastIndexOf(')') + 1));
  } catch {
    // No such process: the answer we hoped for.
    return false;
  }
}

/** The files of a job are ours to read only when none of its processes can change them any more. */
async function namespaceGone(pid: number): Promise<void> {
  const deadline = performance.now() + longestGoodbyeMs;
  for (let pause = 1; await alive(pid); pause = Math.min(pause * 1.25, 50)) {
    if (performance.now() > deadline) throw new Fault('SANDBOX_FAILED', `processes of the sandbox are still alive ${longestGoodbyeMs} ms after its end`);
    await wait(pause);
  }
}

/** Gathers a stream; what goes beyond the limit is dropped, after `tooMuch` has been told. */
function gather(stream: Readable, limit: number, tooMuch: () => void): Buffer[] {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes > limit) tooMuch();
    else chunks.push(chunk);
  });
  stream.on('error', tooMuch);
  return chunks;
}

interface Ended {
  readonly code: number | null;
  readonly streams: readonly [stdout: Buffer, stderr: Buffer, status: Buffer];
}

function toTheEnd(run: SandboxRun): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const { limits, signal } = run;
    const child = run.starter.start(run.words, run.cwd);
    let fault: Fault | undefined;
    const stop = (why: Fault): void => {
      fault ??= why;
      killGroup(child.pid);
    };
    const timer = setTimeout(() => stop(overTime(limits)), limits.timeMs);
    let unwatch = (): void => undefined;
    const onAbort = (): void => stop(new Fault('CANCELLED', 'nobody waits for the job any more'));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const settle = (): void => {
      unwatch();
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const tooMuch = (): void => stop(overStream(limits));
    const bytesOf = [[1, limits.streamBytes], [2, limits.streamBytes], [statusFd, statusBytes]] as const;
    child.on('error', (cause) => {
      settle();
      reject(new Fault('SANDBOX_FAILED', `${run.words[0]} cannot be started: ${cause.message}`, { cause }));
    });
    if (child.pid === undefined) return;
    const [stdout, stderr, status] = bytesOf.map(([fd, limit]) => gather(child.stdio[fd] as Readable, limit, tooMuch)) as [Buffer[], Buffer[], Buffer[]];
    tell(child, optionsFd, run.options);
    tell(child, filterFd, run.filter ?? new Uint8Array());
    unwatch = run.watch.add({ pid: () => parseStatus(Buffer.concat(status).toString()).childPid, folder: run.folder, disk: run.disk, limits, starved: run.starved, stop });
    child.on('close', (code) => {
      settle();
      const end: Ended = { code, streams: [Buffer.concat(stdout), Buffer.concat(stderr), Buffer.concat(status)] };
      if (fault === undefined) resolve(end);
      else void namespaceGone(parseStatus(end.streams[2].toString()).childPid ?? 0).catch(() => undefined).then(() => reject(fault));
    });
  });
}

/**
 * Runs the sandbox's process to its end, which is only reached when all its descendants are gone.
 * @throws Fault SANDBOX_FAILED (cannot be started, does not end), JOB_OVER_… (a limit), CANCELLED
 */
export async function runSandboxProcess(run: SandboxRun): Promise<SandboxProcessEnd> {
  const { code, streams: [stdout, stderr, statusText] } = await toTheEnd(run);
  const status = parseStatus(statusText.toString());
  if (status.childPid !== undefined) await namespaceGone(status.childPid);
  return { ...status, code: code ?? undefined, stdout, stderr };
}
