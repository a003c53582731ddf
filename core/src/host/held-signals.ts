// Knows: how a program is run by somebody who has things to put in order before and after it, whatever signals come meanwhile.
// Refuses to know: what the program is, and what is put in order.
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dieBySignal, passedOn, type Program, stdioWith } from './fallback-child.js';
import { spawnWords } from './spawn-program.js';

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** A terminal's Ctrl-C goes to the program as well as to us, and one that gets it twice may end before it has tidied up. Who was sent it alone waits. */
const patienceMs = 500;

/**
 * Runs a program with our descriptors to its end; how it ends is the caller's to tell.
 * @throws Error of node's when it cannot be started
 */
export type Accompany = (program: Program) => Promise<ProgramEnd>;

/** Signals that nobody has answered yet, and whom they go to. */
interface Held {
  readonly heard: NodeJS.Signals[];
  child: ChildProcess | undefined;
}

function accompany(held: Held, program: Program): Promise<ProgramEnd> {
  const [early] = held.heard;
  // Nothing is started any more.
  if (early !== undefined) return Promise.resolve({ code: undefined, signal: early });
  return new Promise((resolve, reject) => {
    const { file, args, ...verbatim } = spawnWords(program.path, program.args);
    const child = spawn(file, args, { stdio: stdioWith('inherit', program.args), ...(file === program.path ? { argv0: program.argv0 ?? program.path } : verbatim) });
    held.child = child;
    child.once('error', (cause) => {
      held.child = undefined;
      reject(cause);
    });
    child.once('close', (code, signal) => {
      held.child = undefined;
      resolve({ code: code ?? undefined, signal: signal ?? undefined });
    });
  });
}

/**
 * Does work that no signal cuts short. What comes while a program runs is passed on to it, if it has not ended by itself a moment later; then its end is
 * the answer. What comes at another time is the end of all this, once the work is done.
 */
export async function holdingSignals(work: (accompany: Accompany) => Promise<ProgramEnd>): Promise<ProgramEnd> {
  const held: Held = { heard: [], child: undefined };
  const hear = (signal: NodeJS.Signals): void => {
    const { child } = held;
    if (child === undefined) held.heard.push(signal);
    else {
      setTimeout(() => {
        // On Windows a kill would leave it no time to remove what it has half written; it has heard of it from the same console.
        if (held.child === child && process.platform !== 'win32') child.kill(signal);
      }, patienceMs).unref();
    }
  };
  for (const signal of passedOn) process.on(signal, hear);
  try {
    const end = await work((program) => accompany(held, program));
    const [late] = held.heard;
    return late === undefined ? end : { code: undefined, signal: late };
  } finally {
    for (const signal of passedOn) process.off(signal, hear);
  }
}

/** Ends as that program ended. */
export function endAs({ code, signal }: ProgramEnd): never {
  return signal === undefined ? process.exit(code ?? 2) : dieBySignal(constants.signals[signal]);
}
