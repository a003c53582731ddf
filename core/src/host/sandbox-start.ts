// Knows: how the first process of a sandbox is started: when it is needed, or before, waiting for its words, since a start takes longer the larger
// this process is. Refuses to know: what the words mean, and how it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import type { Writable } from 'node:stream';
import { filterFd, optionsFd, statusFd } from './sandbox-arguments.js';

export interface SandboxStarter {
  /** With pipes at the descriptors of a sandbox. @param words the program and its arguments */
  start(words: readonly string[], cwd: string): ChildProcess;
  /** Ends those that wait. */
  close(): void;
}

/** Lower than ours: whatever a job does, the server must come to look at it, and answer. */
const lowered = 10;
const lowest = 19;

/** What it starts has its priority. */
function giveWay(pid: number): void {
  try {
    setPriority(pid, Math.min(lowest, getPriority() + lowered));
  } catch (thrown) {
    // It has ended already.
    if ((thrown as { info?: { code?: string } }).info?.code !== 'ESRCH') throw thrown;
  }
}

function begin(words: readonly string[], cwd: string, lastFd: number): ChildProcess {
  const [program = '', ...args] = words;
  const pipes = Array.from({ length: lastFd }, () => 'pipe' as const);
  const child = spawn(program, args, { cwd, env: {}, detached: true, stdio: ['ignore', ...pipes] });
  if (child.pid !== undefined) giveWay(child.pid);
  return child;
}

const lastPipe = Math.max(statusFd, optionsFd, filterFd);

export const startAtOnce: SandboxStarter = { start: (words, cwd) => begin(words, cwd, lastPipe), close: () => undefined };

/** What the sandbox's process is told over a descriptor. */
export function tell(child: ChildProcess, fd: number, bytes: Uint8Array): void {
  const pipe = child.stdio[fd] as Writable;
  pipe.on('error', () => {
    // It may end without reading: a mount that failed. Its exit tells the story.
  });
  pipe.end(bytes);
}

const wordsFd = lastPipe + 1;
const soonMs = 25;

/** @param program sandbox-enter, with which all words begin. @param count how many wait while no job runs */
export function startBefore(program: string, count: number): SandboxStarter {
  const waiting: ChildProcess[] = [];
  let [running, over] = [0, false];

  function wait(): ChildProcess {
    const child = begin([program, 'hear', String(wordsFd)], '/', wordsFd);
    // Whoever starts it hears of that by its end.
    child.on('error', () => undefined);
    return child;
  }

  const refill = (): void => {
    while (!over && waiting.length + running < count) waiting.push(wait());
  };

  /** Not just now: somebody waits for what has ended. */
  function refillSoon(): void {
    running -= 1;
    setTimeout(refill, soonMs).unref();
  }

  refill();
  return {
    start(words, cwd) {
      const ready = waiting.shift();
      const child = ready?.pid !== undefined && ready.exitCode === null && ready.signalCode === null ? ready : wait();
      running += 1;
      child.once('close', refillSoon);
      if (child.pid !== undefined) tell(child, wordsFd, Buffer.from(['in', cwd, ...words.slice(1)].map((word) => `${word}\0`).join('')));
      return child;
    },
    close() {
      over = true;
      for (const child of waiting.splice(0)) {
        for (const stream of child.stdio) stream?.destroy();
        child.kill('SIGKILL');
      }
    },
  };
}
