// Knows: how a program puts itself into the background, and how the foreground learns whether that worked.
// Refuses to know: what the program does. The client's daemon is started elsewhere (daemon-place): many may try at once there.
//
// Node cannot fork itself, so it starts once more, with a channel on which the new one says `ready` or why not.
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { Fault, type FaultCode, faultCodes } from '../base/index.js';

const marker = 'SCCACHE_TS_BACKGROUND';

type Word =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint?: string };

export interface BackgroundOptions {
  /** The script and its arguments. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where its standard error goes; nowhere when undefined. */
  readonly errorLog?: string;
  readonly timeoutMs: number;
}

function errorLogOf(path: string | undefined): number | 'ignore' {
  if (path === undefined || path === '') return 'ignore';
  try {
    return openSync(path, 'a', 0o600);
  } catch (cause) {
    throw new Fault('SETTINGS_INVALID', `the log file ${path} cannot be opened`, { cause });
  }
}

const isWord = (message: unknown): message is Word => {
  const kind = (message as { kind?: unknown } | null)?.kind;
  return kind === 'ready' || kind === 'failed';
};

function faultOf(word: Extract<Word, { kind: 'failed' }>): Fault {
  const code = word.code in faultCodes ? (word.code as FaultCode) : 'DAEMON_START_FAILED';
  return new Fault(code, word.message, word.hint === undefined ? {} : { hint: word.hint });
}

/**
 * Starts this program again in the background, in a session of its own, and waits until it is ready.
 * @returns its process id
 * @throws Fault with the code and words of the one in the background; DAEMON_START_FAILED when it says nothing
 */
export async function startInBackground(options: BackgroundOptions): Promise<number> {
  const errorLog = errorLogOf(options.errorLog);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, ...options.argv], {
      env: { ...options.env, [marker]: '1' },
      detached: true,
      stdio: ['ignore', 'ignore', errorLog, 'ipc'],
    });
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      // The error that a kill may still cause has nobody to tell.
      child.on('error', () => undefined);
      if (child.connected) child.disconnect();
      child.unref();
      act();
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      settle(() => reject(new Fault('DAEMON_START_FAILED', `not ready after ${options.timeoutMs} ms, killed`)));
    }, options.timeoutMs);
    child.on('error', (cause) => settle(() => reject(new Fault('DAEMON_START_FAILED', `cannot be started: ${cause.message}`, { cause }))));
    child.on('exit', (code, signal) => {
      settle(() => reject(new Fault('DAEMON_START_FAILED', `ended with ${signal ?? `exit code ${code}`} before it was ready`)));
    });
    child.on('message', (message) => {
      if (!isWord(message)) return;
      if (message.kind === 'ready') settle(() => resolve(child.pid ?? 0));
      else settle(() => reject(faultOf(message)));
    });
  });
}

export interface Foreground {
  /** Lets the foreground end well. */
  ready(): void;
  /** Lets the foreground report this; resolves when it has been told. */
  failed(fault: Pick<Fault, 'code' | 'message' | 'hint'>): Promise<void>;
}

/** The process that waits for us; undefined when we were not started by `startInBackground`. */
export function waitingForeground(env: Readonly<Record<string, string | undefined>>): Foreground | undefined {
  const send = process.send?.bind(process);
  if (env[marker] !== '1' || send === undefined) return undefined;
  const tell = (word: Word): Promise<void> =>
    new Promise((resolve) => {
      send(word, () => {
        // An error here means that nobody waits any longer.
        if (process.connected) process.disconnect();
        resolve();
      });
    });
  return {
    ready() {
      void tell({ kind: 'ready' });
    },
    failed: ({ code, message, hint }) => tell({ kind: 'failed', code, message, ...(hint === undefined ? {} : { hint }) }),
  };
}
