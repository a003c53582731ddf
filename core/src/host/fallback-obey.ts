// Knows: the life of one compile as the daemon orders it, in JavaScript. Refuses to know: compilers, caches, how the daemon was reached.
// core/native/obey.cc is the same for the native launcher, with the same rule: nothing is printed before the daemon has said how it ends,
// so at any moment before that the launcher can still become the compiler.
import type { ChildProcess } from 'node:child_process';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { ChildEnd, CompileFrame, ToLauncher } from '../wire/index.js';
import { become, dieBySignal, type Program, startChild } from './fallback-child.js';
import type { DaemonSocket } from './launcher-socket-dial.js';

const mostUnsent = 1024 * 1024;
const mostKept = 64 * 1024 * 1024;
/** A grandchild may hold a stream open; nobody waits longer for that one. */
const lastWordsMs = 200;

/** Bytes to print, in order, within a bound. */
interface Streams {
  readonly pieces: { readonly fd: 1 | 2; readonly bytes: Uint8Array }[];
  size: number;
}

const newStreams = (): Streams => ({ pieces: [], size: 0 });

function keep(streams: Streams, fd: 1 | 2, bytes: Uint8Array): void {
  streams.size += bytes.byteLength;
  if (streams.size <= mostKept) streams.pieces.push({ fd, bytes: Uint8Array.from(bytes) });
}

const hasColours = (streams: Streams): boolean => streams.pieces.some(({ bytes }) => bytes.includes(0x1b));

function printAll(streams: Streams): void {
  for (const { fd, bytes } of streams.pieces) {
    for (let at = 0; at < bytes.byteLength; ) {
      try {
        at += writeSync(fd, bytes, at);
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException;
        if (code === 'EPIPE') dieBySignal(constants.signals.SIGPIPE);
        // Where nobody can read it the compiler would not have been heard either; only a full pipe is worth waiting for.
        if (code !== 'EAGAIN') break;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      }
    }
  }
}

export interface Obedience {
  readonly daemon: DaemonSocket;
  readonly request: CompileFrame;
  /** The compiler with the original arguments. */
  readonly target: Program;
  /** For the first frame, then between any two. */
  readonly firstMs: number;
  readonly silenceMs: number;
  /** The daemon said nothing for too long. */
  readonly onSilence: () => void;
}

/**
 * Sends the request and obeys until the end, which is the end of this process. Resolves only when the daemon hung up without a word: it was
 * about to end, and the next one may be asked.
 */
export function obey(options: Obedience): Promise<void> {
  const { daemon, target } = options;
  const answer = newStreams();
  let kept = newStreams();
  let child: ChildProcess | undefined;
  let final = false;
  let ended: ChildEnd | undefined;
  let alone = false;
  let heard = false;
  let silent = false;
  let hungUp: () => void = () => undefined;

  const giveUp = (): void => {
    over();
    if (child === undefined) return void become(target);
    child.removeAllListeners();
    // It must not write any more once the compiler does.
    child.on('exit', () => void become(target));
    child.kill('SIGKILL');
  };
  const conclude = (streams: Streams, end: ChildEnd): void => {
    over();
    printAll(streams);
    if (end.how === 'killed') dieBySignal(end.signal);
    process.exit(end.how === 'exited' ? end.code : 2);
  };
  const finishAlone = (end: ChildEnd): void => {
    if (end.how === 'not-started' || kept.size > mostKept || hasColours(kept)) giveUp();
    else conclude(kept, end);
  };
  const lost = (): void => {
    if (alone) return;
    over();
    if (!heard && daemon.fault === undefined && !silent) hungUp();
    else if (!final) giveUp();
    else if (ended !== undefined) finishAlone(ended);
  };
  const within = (ms: number): NodeJS.Timeout =>
    setTimeout(() => {
      silent = true;
      options.onSilence();
      lost();
    }, ms);
  let patience = within(options.firstMs);
  const over = (): void => {
    alone = true;
    clearTimeout(patience);
    daemon.gone.removeEventListener('abort', lost);
    daemon.onMessage(() => undefined);
    daemon.drop();
  };

  const childEnded = (end: ChildEnd, wallMs: number): void => {
    child = undefined;
    ended = end;
    if (alone) finishAlone(end);
    else daemon.send({ kind: 'ran', end, wallMicros: Math.round(wallMs * 1000) });
  };
  const run = (order: Extract<ToLauncher, { kind: 'run' }>): void => {
    if (child !== undefined) return lost();
    final = order.final;
    kept = newStreams();
    ended = undefined;
    child = runChild({ path: order.program, args: order.args }, {
      onPiece: (fd, bytes) => {
        if (final) keep(kept, fd, bytes);
        if (!alone) daemon.send({ kind: fd === 1 ? 'stdout' : 'stderr', bytes });
        return !alone && daemon.unsent > mostUnsent ? daemon.drained() : undefined;
      },
      onEnd: childEnded,
    });
  };

  daemon.gone.addEventListener('abort', lost);
  daemon.onMessage((order) => {
    heard = true;
    clearTimeout(patience);
    patience = within(options.silenceMs);
    if (order.kind === 'become') giveUp();
    else if (order.kind === 'run') run(order);
    else if (order.kind === 'print') keep(answer, order.fd, order.bytes);
    else if (order.kind === 'exit' || order.kind === 'die') {
      if (answer.size > mostKept) giveUp();
      else conclude(answer, order.kind === 'exit' ? { how: 'exited', code: order.code } : { how: 'killed', signal: order.signal });
    } else if (order.kind !== 'wait') lost();
  });
  return new Promise((resolve) => {
    hungUp = resolve;
    if (daemon.gone.aborted) lost();
    else daemon.send(options.request);
  });
}

interface ChildEvents {
  /** A promise asks for patience: nothing more is read until it resolves. */
  readonly onPiece: (fd: 1 | 2, bytes: Uint8Array) => Promise<void> | undefined;
  readonly onEnd: (end: ChildEnd, wallMs: number) => void;
}

function runChild(program: Program, events: ChildEvents): ChildProcess {
  const from = performance.now();
  const child = startChild(program, 'pipe');
  let told = false;
  const tell = (end: ChildEnd): void => {
    if (!told) events.onEnd(end, performance.now() - from);
    told = true;
  };
  const endOf = (code: number | null, signal: NodeJS.Signals | null): ChildEnd =>
    signal === null ? { how: 'exited', code: code ?? 0 } : { how: 'killed', signal: constants.signals[signal] };
  for (const [fd, stream] of [[1, child.stdout], [2, child.stderr]] as const) {
    stream?.on('data', (bytes: Buffer) => {
      const wait = events.onPiece(fd, bytes);
      if (wait === undefined) return;
      stream.pause();
      void wait.then(() => stream.resume());
    });
  }
  child.on('error', (cause: NodeJS.ErrnoException) => tell({ how: 'not-started', errno: Math.abs(cause.errno ?? 1) }));
  child.on('close', (code, signal) => tell(endOf(code, signal)));
  child.on('exit', (code, signal) => setTimeout(() => tell(endOf(code, signal)), lastWordsMs));
  return child;
}
