// Knows: how a process that cannot exec comes as close to it as it can: a child with our descriptors, our signals passed on, its end ours.
// Refuses to know: what the child is. What the native launcher does with execve and vfork stands in core/native/{become,child}.cc.
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { closeSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUtf8 } from 'node:buffer';
import { quotedWord } from '../base/index.js';
import { spawnWords } from './spawn-program.js';

export interface Program {
  readonly path: string;
  readonly args: readonly string[];
  /** Default: `path`. */
  readonly argv0?: string;
}

export const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Descriptors above 2 that the child is told of and so must have: make's jobserver or cargo's, and `/dev/fd/N` among its arguments.
 * Node marks all it inherits as close-on-exec, so each must be handed on by number.
 */
function namedDescriptors(args: readonly string[]): number[] {
  // cargo's own is in a variable of its own.
  const jobservers = ['MAKEFLAGS', 'CARGO_MAKEFLAGS'].flatMap((name) => {
    const flags = process.env[name] ?? '';
    return [...flags.matchAll(/--jobserver-(?:auth|fds)=(\d+),(\d+)/g)].at(-1)?.slice(1) ?? [];
  });
  const paths = args.flatMap((arg) => [...arg.matchAll(/\/(?:dev|proc\/self)\/fd\/(\d+)/g)].map((found) => found[1] ?? ''));
  const numbers = [...jobservers, ...paths].map(Number);
  return [...new Set(numbers)].filter((fd) => fd > 2 && fd < 256 && isOpen(fd));
}

function isOpen(fd: number): boolean {
  try {
    readFileSync(`/proc/self/fdinfo/${fd}`);
    return true;
  } catch {
    // Closed, or no /proc: then there is nothing to hand on that we could be sure of.
    return false;
  }
}

export function stdioWith(streams: 'inherit' | 'pipe', args: readonly string[]): StdioOptions {
  const stdio: ('inherit' | 'pipe' | 'ignore' | number)[] = ['inherit', streams, streams];
  for (const fd of namedDescriptors(args)) {
    while (stdio.length < fd) stdio.push('ignore');
    stdio[fd] = fd;
  }
  return stdio;
}

/** Starts a child; signals that come for us go to it, and are ours again once it has ended. */
export function startChild(program: Program, streams: 'inherit' | 'pipe'): ChildProcess {
  const forward = (signal: NodeJS.Signals): void => {
    // It has heard of it too, from the same console; a kill would leave it no time to remove what it has half written.
    if (process.platform === 'win32') return;
    child.once('close', () => dieBySignal(constants.signals[signal]));
    child.kill(signal);
  };
  // Before there is a child: afterwards a signal might come in between, which would end us alone. It is heard only when this turn is over.
  for (const signal of passedOn) process.on(signal, forward);
  const { file, args, ...verbatim } = spawnWords(program.path, program.args);
  const child = spawn(file, args, { stdio: stdioWith(streams, program.args), ...(file === program.path ? { argv0: program.argv0 ?? program.path } : verbatim) });
  child.once('close', () => {
    for (const signal of passedOn) process.off(signal, forward);
  });
  return child;
}

/** Ends as a child ended that was killed by this signal. */
export function dieBySignal(signal: number): never {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] as NodeJS.Signals | undefined;
  if (name !== undefined) {
    process.removeAllListeners(name);
    process.kill(process.pid, name);
  }
  // A signal that is only delivered between turns, or that node cannot name.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  process.exit(128 + signal);
}

/** True when argv and environment reached us as they are; JavaScript replaces what is not UTF-8. */
export function isFaithful(): boolean {
  try {
    return isUtf8(readFileSync('/proc/self/cmdline')) && isUtf8(readFileSync('/proc/self/environ'));
  } catch {
    // No /proc: trust the strings unless they show the mark of a replacement.
    return ![...process.argv, ...Object.values(process.env)].some((text) => text?.includes('\uFFFD') === true);
  }
}

const quoted = (bytes: Buffer): Buffer => Buffer.from(quotedWord(bytes.toString('latin1')), 'latin1');

function zeroEnded(path: string): Buffer[] {
  const text = readFileSync(path, 'latin1');
  return text.split('\0').slice(0, -1).map((piece) => Buffer.from(piece, 'latin1'));
}

/** Arguments that JavaScript cannot hold go through a shell script of their own bytes, which removes itself first. */
function unfaithful(program: Program): Program {
  const folder = mkdtempSync(join(tmpdir(), 'sccache-ts-'));
  const script = join(folder, 'run');
  const words = zeroEnded('/proc/self/cmdline');
  const args = words.slice(words.length - program.args.length);
  const variables = zeroEnded('/proc/self/environ').filter((entry) => !isUtf8(entry) && /^[A-Za-z_][A-Za-z0-9_]*=/.test(entry.toString('latin1')));
  const lines = [
    Buffer.from(`rm -rf ${quoted(Buffer.from(folder)).toString('latin1')}`, 'latin1'),
    ...variables.map((entry) => {
      const equals = entry.indexOf('=');
      return Buffer.concat([Buffer.from('export '), entry.subarray(0, equals + 1), quoted(entry.subarray(equals + 1))]);
    }),
    Buffer.concat([Buffer.from('exec '), ...[Buffer.from(program.path), ...args].flatMap((word) => [quoted(word), Buffer.from(' ')])]),
  ];
  writeFileSync(script, Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])), { mode: 0o600 });
  return { path: '/bin/sh', args: [script], argv0: 'sh' };
}

/** Where the native launcher waits to be told what it shall become; nothing else that we start may hear of it. */
const orderDescriptor = process.env['SCCACHE_TS_ORDER_FD'];
delete process.env['SCCACHE_TS_ORDER_FD'];
const environmentAtStart: Readonly<Record<string, string | undefined>> = orderDescriptor === undefined ? {} : { ...process.env };

/** core/native/order.cc says how it is spelled. */
function orderFor({ path, args, argv0 }: Program): Buffer {
  const names = [...new Set([...Object.keys(environmentAtStart), ...Object.keys(process.env)])].filter((name) => process.env[name] !== environmentAtStart[name]);
  const changes = names.map((name) => (process.env[name] === undefined ? `u${name}` : `s${name}=${process.env[name]}`));
  return Buffer.from([`p${path}`, ...[argv0 ?? path, ...args].map((word) => `a${word}`), ...changes, 'x'].map((word) => `${word}\0`).join(''));
}

function tellLauncher(program: Program, descriptor: number): never {
  writeFileSync(descriptor, orderFor(program));
  closeSync(descriptor);
  process.exit(0);
}

/**
 * The way out of every doubt: the program runs with our descriptors and its end is ours. Never returns. Where the native launcher waits for us, it
 * becomes the program itself.
 */
export function become(program: Program): Promise<never> {
  return new Promise(() => {
    if (orderDescriptor !== undefined) tellLauncher(isFaithful() ? program : unfaithful(program), Number(orderDescriptor));
    const child = startChild(isFaithful() ? program : unfaithful(program), 'inherit');
    child.on('error', (cause: NodeJS.ErrnoException) => {
      process.stderr.write(`sccache: error: failed to execute compile\nsccache: caused by: ${program.path}: ${cause.message}\n`);
      process.exit(2);
    });
    child.on('close', (code, signal) => (signal === null ? process.exit(code ?? 2) : dieBySignal(constants.signals[signal])));
  });
}
