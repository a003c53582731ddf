// Knows: how the daemon's parts are joined: socket, sessions, lifecycle. Refuses to know: settings, and how a compile is done.
import { Fault, type Log } from '@sccache-ts/core/base';
import type { CompileRequest } from '@sccache-ts/core/compilation';
import type { Front } from '@sccache-ts/core/engine';
import { type DaemonLock, type DaemonPlace, listenForLaunchers, type LauncherSocket } from '@sccache-ts/core/host';
import { createLifecycle } from './lifecycle.js';
import { createQuickAnswers, type RecallServed } from './quick.js';
import { type Served, serveLauncher } from './session.js';
import { isNewer } from './version.js';

/** Commands by name; each gets the argument as parsed JSON, and what it returns is the reply. */
export type DaemonCommands = Readonly<Record<string, (argument: unknown) => unknown>>;

export interface DaemonParts {
  /** 0: never. */
  readonly idleTimeoutMs: () => number;
  /** Calls back whenever settings have changed. */
  readonly onSettings?: (listener: () => void) => void;
  readonly log: Log;
  readonly compile: (request: CompileRequest, front: Front) => Promise<Served>;
  /** Answers from memory, at once. */
  readonly recall: RecallServed;
  /** `stop` and `status` are the daemon's own; `stop` replies with what `stats` returns. */
  readonly commands: DaemonCommands;
  /** Called when the last session is over; the daemon has ended when this resolves. Never rejects. */
  readonly close?: () => Promise<void>;
}

export interface DaemonOptions extends DaemonParts {
  readonly place: DaemonPlace;
  /** Held by the caller until the daemon lets go of it. */
  readonly lock: DaemonLock | undefined;
  /** Effective user id. */
  readonly uid: number;
  /** The version of this package. */
  readonly build: string;
}

export interface Daemon {
  /** As sccache spells it. */
  readonly address: string;
  /** Takes no more launchers, lets those that are served finish for at most 10 s. */
  stop(): void;
  readonly ended: Promise<void>;
}

const drainMs = 10_000;
/** Somebody may tidy up the folder with our socket; then the next launcher starts another daemon and we only take up room. */
const lookMs = 30_000;

/** Listens and serves. @throws Fault ADDRESS_IN_USE, DAEMON_START_FAILED */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { log, build, commands } = options;
  const launchers = new Set<LauncherSocket>();
  const listener = await listenForLaunchers(options.place, options.uid, {
    onLauncher: (launcher) => void serve(launcher),
    atOnce: (payload) => answerAtOnce(payload),
  });
  const lifecycle = createLifecycle({
    idleTimeoutMs: options.idleTimeoutMs,
    drainMs,
    close() {
      listener.close();
      // Only now, so that the next daemon finds no socket of ours; and already now, so that it need not wait for our last sessions.
      options.lock?.release();
    },
    abandon() {
      for (const launcher of launchers) launcher.drop();
    },
  });
  options.onSettings?.(lifecycle.settingsChanged);
  const command = async (name: string, argument: unknown): Promise<unknown> => {
    if (name === 'status') return { pid: process.pid, build, address: listener.address, sessions: lifecycle.active };
    const deed = name === 'stop' ? (commands['stats'] ?? (() => null)) : Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (deed === undefined) throw new Fault('USAGE', `the daemon knows no command ${name}`);
    return await deed(argument);
  };
  const quick = createQuickAnswers(options.recall, { build, log });
  const answerAtOnce = (payload: Uint8Array): Uint8Array | undefined => {
    const answer = quick(payload);
    // A session all the same, if a short one: the daemon does not idle.
    if (answer !== undefined) lifecycle.enter()();
    return answer;
  };
  const serve = async (launcher: LauncherSocket): Promise<void> => {
    const leave = lifecycle.enter();
    launchers.add(launcher);
    const onStop = async (): Promise<void> => {
      leave();
      lifecycle.stop();
      await ended;
    };
    const onSkew = (other: string): void => {
      if (isNewer(other, build)) lifecycle.retire();
    };
    await serveLauncher(launcher, { build, log, compile: options.compile, command, onSkew, onStop });
    launchers.delete(launcher);
    leave();
  };
  const look = setInterval(() => {
    if (!listener.isReachable()) lifecycle.retire();
  }, lookMs);
  const ended = lifecycle.ended.then(() => {
    clearInterval(look);
    return options.close?.();
  });
  log.info('listening', { address: listener.address, pid: process.pid });
  return { address: listener.address, stop: lifecycle.stop, ended };
}
