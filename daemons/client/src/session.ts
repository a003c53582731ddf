// Knows: one launcher or command from its first frame to its last. Refuses to know: how a compile is done, and when the daemon ends.
import { causeChain, Fault, isFault, type Log } from '@sccache-ts/core/base';
import type { CompileRequest } from '@sccache-ts/core/compilation';
import type { Answer, Front } from '@sccache-ts/core/engine';
import { type LauncherSocket, seesSameFolder } from '@sccache-ts/core/host';
import type { CommandFrame, CompileFrame, FromLauncher, ToLauncher } from '@sccache-ts/core/wire';
import { frontOf } from './front.js';

/** What a compile came to; the engine's Outcome is one. */
export interface Served {
  readonly answer: Answer;
  /** Called once the answer is out. */
  settle(): Promise<unknown>;
}

export interface SessionServices {
  /** The version of this package; a launcher of another is not served. */
  readonly build: string;
  readonly log: Log;
  readonly compile: (request: CompileRequest, front: Front) => Promise<Served>;
  /** Throws Fault USAGE for a command that does not exist. */
  readonly command: (name: string, argument: unknown) => Promise<unknown>;
  /** A launcher of another version came by. */
  readonly onSkew: (build: string) => void;
  /** `stop` was answered. The session ends when this resolves. */
  readonly onStop: () => Promise<void>;
}

const heartbeatMs = 2000;
const firstFrameMs = 10_000;
/** Long prints are cut, so that no frame nears the limit. */
const printBytes = 4 * 1024 * 1024;

/** Serves one connection; resolves when all is done, what follows the answer included. Never rejects. */
export async function serveLauncher(launcher: LauncherSocket, services: SessionServices): Promise<void> {
  let first: FromLauncher;
  try {
    first = await launcher.next(firstFrameMs);
  } catch {
    // It asked for nothing: a probe, or a launcher that was killed.
    return launcher.drop();
  }
  if (first.kind === 'compile' && first.build === services.build) return serveCompile(launcher, first, services);
  if (first.kind === 'command' && first.build === services.build) return serveCommand(launcher, first, services);
  if (first.kind === 'compile' || first.kind === 'command' || first.kind === 'skewed') {
    services.log.info('a launcher of another version is not served', { build: first.build });
    answerBecome(launcher);
    return services.onSkew(first.build);
  }
  launcher.drop();
}

const answerBecome = (launcher: LauncherSocket): void => answer(launcher, { kind: 'become' });

async function serveCompile(launcher: LauncherSocket, frame: CompileFrame, services: SessionServices): Promise<void> {
  if (!seesSameFolder({ path: frame.cwd, device: frame.cwdDevice, inode: frame.cwdInode })) {
    services.log.info('a launcher in another mount namespace is not served', { cwd: frame.cwd });
    return answerBecome(launcher);
  }
  const served = await compile(launcher, frame, services);
  if (served !== undefined) await settle(served, services.log);
}

/** Never rejects: the answer is out, and what failed after it is said in the log. */
export async function settle(served: Served, log: Log): Promise<void> {
  try {
    await served.settle();
  } catch (thrown) {
    sayWhy(log, 'what follows an answer failed', thrown);
  }
}

async function compile(launcher: LauncherSocket, frame: CompileFrame, services: SessionServices): Promise<Served | undefined> {
  const { front, take } = frontOf(launcher, frame);
  launcher.onMessage(take);
  const heartbeat = setInterval(() => launcher.send({ kind: 'wait' }), heartbeatMs);
  try {
    const { compiler, args, cwd, env } = frame;
    const served = await services.compile({ compiler, args, cwd, env }, front);
    answer(launcher, served.answer);
    return served;
  } catch (thrown) {
    answerBecome(launcher);
    if (!isFault(thrown, 'LAUNCHER_GONE')) sayWhy(services.log, 'a compile was left to the compiler', thrown);
    return undefined;
  } finally {
    clearInterval(heartbeat);
  }
}

function sayWhy(log: Log, what: string, thrown: unknown): void {
  const stack = !isFault(thrown) || thrown.blame === 'bug' ? (thrown as { stack?: string } | undefined)?.stack : undefined;
  log.error(`${what}: ${causeChain(thrown).join(': ')}`, stack === undefined ? {} : { stack });
}

function prints(fd: 1 | 2, bytes: Uint8Array): ToLauncher[] {
  const all: ToLauncher[] = [];
  for (let at = 0; at < bytes.byteLength; at += printBytes) all.push({ kind: 'print', fd, bytes: bytes.subarray(at, at + printBytes) });
  return all;
}

/** What a launcher is told, to the last frame. */
export function framesOf(given: Answer): readonly ToLauncher[] {
  if (given.kind === 'become') return [{ kind: 'become' }];
  const { code, signal } = given.end;
  if (code === undefined && signal === undefined) throw new Fault('IMPOSSIBLE', 'an answer without an end');
  // Windows has longer exit codes, which this frame cannot tell: the compiler then says once more what it says.
  if (code !== undefined && (code < 0 || code > 0xff) && process.platform === 'win32') return [{ kind: 'become' }];
  const last: ToLauncher = code === undefined ? { kind: 'die', signal: signal ?? 0 } : { kind: 'exit', code: code & 0xff };
  const landing: ToLauncher[] = given.land === undefined ? [] : [{ kind: 'land', ...given.land }];
  return [...landing, ...prints(1, given.stdout), ...prints(2, given.stderr), last];
}

function answer(launcher: LauncherSocket, given: Answer): void {
  launcher.send(...framesOf(given));
  launcher.end();
}

async function serveCommand(launcher: LauncherSocket, frame: CommandFrame, services: SessionServices): Promise<void> {
  try {
    const value = await services.command(frame.name, JSON.parse(frame.json));
    launcher.send({ kind: 'reply', json: JSON.stringify({ value: value ?? null }) });
  } catch (thrown) {
    const code = isFault(thrown) ? thrown.code : 'IMPOSSIBLE';
    launcher.send({ kind: 'reply', json: JSON.stringify({ fault: { code, message: causeChain(thrown).join(': ') } }) });
    return launcher.end();
  }
  if (frame.name === 'stop') await services.onStop();
  launcher.end();
}
