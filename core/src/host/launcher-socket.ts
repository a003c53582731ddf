// Knows: frames over one connection between launcher and daemon, seen from either end. Refuses to know: what they ask for.
import type { Socket } from 'node:net';
import { Fault } from '../base/index.js';
import { createFrameSplitter } from '../wire/index.js';

/** Answers a frame by its bytes alone; undefined: it has to be listened to. @param payload without its length */
export type AnswerAtOnce = (payload: Uint8Array) => Uint8Array | undefined;

const hungUp = new Error('the other side hung up');

/** One end of a connection. A class because it has a lifetime. */
export class FrameSocket<Incoming, Outgoing> {
  readonly #socket: Socket;
  readonly #encode: (message: Outgoing) => Uint8Array;
  readonly #gone = new AbortController();
  readonly #take: (piece: Uint8Array) => void;
  #atOnce: AnswerAtOnce | undefined;
  #onMessage: ((message: Incoming) => void) | undefined;
  #waiting: Incoming[] = [];
  #fault: unknown;

  constructor(socket: Socket, codec: { decode: (payload: Uint8Array) => Incoming; encode: (message: Outgoing) => Uint8Array }) {
    this.#socket = socket;
    this.#encode = codec.encode;
    const splitter = createFrameSplitter();
    this.#take = (piece) => {
      try {
        for (const payload of splitter.push(piece)) {
          const answer = this.#atOnce?.(payload);
          if (answer === undefined) this.#deliver(codec.decode(payload));
          else socket.end(answer);
        }
      } catch (thrown) {
        this.#fault ??= thrown;
        socket.destroy();
      }
    };
    socket.on('data', this.#take);
    socket.on('error', (cause) => {
      this.#fault ??= cause;
    });
    // A reason made beforehand: to make one each time costs as much as a hit's file look-ups.
    socket.on('close', () => this.#gone.abort(hungUp));
  }

  /** From now on frames are shown to this first; one that it answers is the last. */
  answerAtOnce(answer: AnswerAtOnce): void {
    this.#atOnce = answer;
  }

  /** Bytes that were read from the socket before. */
  takeFirst(piece: Uint8Array): void {
    this.#take(piece);
  }

  /** Aborted when the other side is gone or spoke nonsense. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Why it is gone, if it did not simply hang up. */
  get fault(): unknown {
    return this.#fault;
  }

  #deliver(message: Incoming): void {
    if (this.#onMessage === undefined) this.#waiting.push(message);
    else this.#onMessage(message);
  }

  /** From now on messages go to `take`, first those that came before. What it throws ends the connection. */
  onMessage(take: (message: Incoming) => void): void {
    this.#onMessage = take;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) take(message);
  }

  /** The next message. @throws Fault LAUNCHER_GONE when none comes before the end, or within `timeoutMs` */
  next(timeoutMs: number): Promise<Incoming> {
    return new Promise((resolve, reject) => {
      const end = (): void => settle(() => reject(new Fault('LAUNCHER_GONE', 'the connection ended before an answer', { cause: this.#fault })));
      const timer = setTimeout(() => settle(() => reject(new Fault('LAUNCHER_GONE', `no answer in ${timeoutMs} ms`))), timeoutMs);
      const settle = (deed: () => void): void => {
        clearTimeout(timer);
        this.gone.removeEventListener('abort', end);
        this.#onMessage = undefined;
        deed();
      };
      const first = this.#waiting.shift();
      if (first !== undefined) return settle(() => resolve(first));
      if (this.gone.aborted) return end();
      this.gone.addEventListener('abort', end);
      this.#onMessage = (message) => settle(() => resolve(message));
    });
  }

  /** Queues messages in one write. After the end it does nothing: the other side will not miss them. */
  send(...messages: readonly Outgoing[]): void {
    if (this.#socket.destroyed || !this.#socket.writable) return;
    const frames = messages.map(this.#encode);
    this.#socket.write(frames.length === 1 ? (frames[0] ?? new Uint8Array()) : Buffer.concat(frames));
  }

  /** Bytes that the other side has not taken yet. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** Sends what is queued, then hangs up. */
  end(): void {
    this.#socket.end();
  }

  /** Hangs up now. */
  drop(): void {
    this.#socket.destroy();
  }

  /** Resolves when the other side has taken most of what was sent, or is gone. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#socket.writableNeedDrain || this.#socket.destroyed) return resolve();
      const done = (): void => {
        this.#socket.off('drain', done);
        this.gone.removeEventListener('abort', done);
        resolve();
      };
      this.#socket.on('drain', done);
      this.gone.addEventListener('abort', done);
    });
  }
}
