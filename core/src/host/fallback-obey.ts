// Knows: the life of one compile as the daemon orders it, in JavaScript. Refuses to know: compilers, caches, how the daemon was reached.
// core/native/obey.cc is the same for the native launcher, with the same rule: nothing is printed before the daemon has said how it ends,
// so at any moment before that the launcher can still become the compiler; but a child that is shown live decides from its first word on.
import type { ChildProcess } from 'node:child_process';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { ChildEnd, CompileFrame, LandOrder, RunHow, ToLauncher } from '../wire/index.js';
import { become, dieBySignal, type Program, startChild } from './fallback-child.js';
import { land, type Landing } from './land.js';
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
        if (code === 'EPIPE' && process.platform !== 'win32') dieBySignal(constants.signals.SIGPIPE);
        // Where nobody can read it the compiler would not have been heard either; only a full pipe is worth waiting for.
        if (code !== 'EAGAIN') break;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      }
    }
  }
}

export interface ObeyOptions {
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

/** One compile. A class because it has a lifetime: from the request to the end of this process. */
class Obedience {
  readonly #options: ObeyOptions;
  readonly #answer = newStreams();
  #landing: LandOrder | undefined;
  #kept = newStreams();
  #child: ChildProcess | undefined;
  /** What the latest child is. */
  #how: RunHow = 'helper';
  /** A live child has said something. */
  #shown = false;
  #ended: ChildEnd | undefined;
  /** There is no daemon any more. */
  #alone = false;
  #heard = false;
  #silent = false;
  #patience: NodeJS.Timeout | undefined;
  #hungUp: () => void = () => undefined;
  readonly #onGone = (): void => this.#lost();

  constructor(options: ObeyOptions) {
    this.#options = options;
  }

  run(): Promise<void> {
    const { daemon, request, firstMs } = this.#options;
    return new Promise((resolve) => {
      this.#hungUp = resolve;
      this.#waitFor(firstMs);
      daemon.gone.addEventListener('abort', this.#onGone);
      daemon.onMessage((order) => this.#obeyOrder(order));
      if (daemon.gone.aborted) this.#lost();
      else daemon.send(request);
    });
  }

  #waitFor(ms: number): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      this.#silent = true;
      this.#options.onSilence();
      this.#lost();
    }, ms);
  }

  #leaveDaemon(): void {
    const { daemon } = this.#options;
    this.#alone = true;
    clearTimeout(this.#patience);
    daemon.gone.removeEventListener('abort', this.#onGone);
    daemon.onMessage(() => undefined);
    daemon.drop();
  }

  #giveUp(): void {
    this.#leaveDaemon();
    // Of one that still runs the end is waited for.
    if (this.#shown) return this.#ended === undefined ? undefined : this.#conclude(newStreams(), this.#ended);
    const compile = (): void => void become(this.#options.target);
    if (this.#child === undefined) return compile();
    this.#child.removeAllListeners();
    // It must not write any more once the compiler does.
    this.#child.on('exit', compile);
    this.#child.kill('SIGKILL');
  }

  #conclude(streams: Streams, end: ChildEnd): void {
    this.#leaveDaemon();
    printAll(streams);
    if (end.how === 'killed') dieBySignal(end.signal);
    process.exit(end.how === 'exited' ? end.code : 2);
  }

  /** Colours were forced for the cache's sake and would have to be judged by it: then it is simpler to compile once more. */
  #finishAlone(end: ChildEnd): void {
    if (this.#shown) this.#conclude(newStreams(), end);
    else if (end.how === 'not-started' || this.#kept.size > mostKept || hasColours(this.#kept)) this.#giveUp();
    else this.#conclude(this.#kept, end);
  }

  /** The daemon is gone, mute or mad. Only a compile that is already under way for good is worth finishing. */
  #lost(): void {
    if (this.#alone) return;
    this.#leaveDaemon();
    if (!this.#heard && !this.#silent && this.#options.daemon.fault === undefined) this.#hungUp();
    else if (this.#how === 'helper') this.#giveUp();
    else if (this.#ended !== undefined) this.#finishAlone(this.#ended);
  }

  #obeyOrder(order: ToLauncher): void {
    this.#heard = true;
    this.#waitFor(this.#options.silenceMs);
    if (order.kind === 'wait') return;
    if (order.kind === 'become') return this.#giveUp();
    if (order.kind === 'run') return this.#runChild(order);
    if (order.kind === 'print') return keep(this.#answer, order.fd, order.bytes);
    if (order.kind === 'land' && this.#landing === undefined && this.#child === undefined) this.#landing = order;
    else if (order.kind === 'exit') void this.#obeyLast({ how: 'exited', code: order.code });
    else if (order.kind === 'die') void this.#obeyLast({ how: 'killed', signal: order.signal });
    else this.#lost();
  }

  /** Landing waits for the last order, so that nothing but printing and ending can come after it; core/native/obey.cc says more. */
  async #obeyLast(end: ChildEnd): Promise<void> {
    this.#leaveDaemon();
    if (this.#answer.size > mostKept) return this.#giveUp();
    try {
      if (this.#landing !== undefined) await land(landingsOf(this.#landing), process.umask());
    } catch {
      // Whatever was in the way, the compiler meets it too and tells the user in its own words.
      return this.#giveUp();
    }
    this.#conclude(this.#answer, end);
  }

  #runChild(order: Extract<ToLauncher, { kind: 'run' }>): void {
    if (this.#child !== undefined || this.#landing !== undefined || this.#shown) return this.#lost();
    this.#how = order.how;
    this.#kept = newStreams();
    this.#ended = undefined;
    const onPiece = (fd: 1 | 2, bytes: Uint8Array): Promise<void> | undefined => this.#pass(fd, bytes);
    const onEnd = (end: ChildEnd, wallMs: number): void => this.#childEnded(end, wallMs);
    this.#child = runChild({ path: order.program, args: order.args }, { onPiece, onEnd });
  }

  #pass(fd: 1 | 2, bytes: Uint8Array): Promise<void> | undefined {
    const { daemon } = this.#options;
    if (this.#how === 'live') {
      this.#shown = true;
      printAll({ pieces: [{ fd, bytes }], size: bytes.byteLength });
    }
    if (this.#how === 'final') keep(this.#kept, fd, bytes);
    if (this.#alone) return undefined;
    daemon.send({ kind: fd === 1 ? 'stdout' : 'stderr', bytes });
    return daemon.unsent > mostUnsent ? daemon.drained() : undefined;
  }

  #childEnded(end: ChildEnd, wallMs: number): void {
    this.#child = undefined;
    this.#ended = end;
    if (this.#alone) this.#finishAlone(end);
    else this.#options.daemon.send({ kind: 'ran', end, wallMicros: Math.round(wallMs * 1000) });
  }
}

function landingsOf({ source, state, pieces }: LandOrder): readonly Landing[] {
  return pieces.map(({ place, offset, length, executable, writtenInto }) => {
    return { path: place, from: { kind: 'range', path: source, state, offset, length }, executable, writtenInto };
  });
}

/**
 * Sends the request and obeys until the end, which is the end of this process. Resolves only when the daemon hung up without a word: it was
 * about to end, and the next one may be asked.
 */
export function obey(options: ObeyOptions): Promise<void> {
  return new Obedience(options).run();
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
