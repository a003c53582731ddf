// Knows: how a launcher's connection becomes the engine's Front: orders to run children, their streams and ends.
// Refuses to know: what is run, and how a compile is answered.
import { Fault } from '@sccache-ts/core/base';
import type { Command } from '@sccache-ts/core/compilation';
import type { Front, RunOptions, RunResult } from '@sccache-ts/core/engine';
import { fittingCommand, type LauncherSocket } from '@sccache-ts/core/host';
import type { ChildEnd, CompileFrame, FromLauncher } from '@sccache-ts/core/wire';

/** Bytes of one child's streams that are gathered. A compiler that writes more is left alone with its user. */
const mostGathered = 64 * 1024 * 1024;

interface Running {
  readonly options: RunOptions;
  readonly stdout: Uint8Array[];
  readonly stderr: Uint8Array[];
  gathered: number;
  readonly resolve: (result: RunResult) => void;
  readonly reject: (fault: Fault) => void;
}

const programOf = (command: Command): string => command.program;

function endOf(end: ChildEnd): Pick<RunResult, 'code' | 'signal'> | undefined {
  if (end.how === 'exited') return { code: end.code, signal: undefined };
  return end.how === 'killed' ? { code: undefined, signal: end.signal } : undefined;
}

export interface LauncherFront {
  readonly front: Front;
  /** What the launcher says after its request. @throws Fault WIRE_MALFORMED when it is out of place */
  take(message: FromLauncher): void;
}

/** @param launcher its messages must be given to `take` */
export function frontOf(launcher: LauncherSocket, request: Pick<CompileFrame, 'colour' | 'umask'>): LauncherFront {
  let running: Running | undefined;
  const gone = (): void => {
    running?.reject(new Fault('LAUNCHER_GONE', 'the launcher hung up while its child ran', { cause: launcher.fault }));
    running = undefined;
  };
  launcher.gone.addEventListener('abort', gone, { once: true });

  const chunk = (child: Running, kind: 'stdout' | 'stderr', bytes: Uint8Array): void => {
    if (kind === 'stdout' && child.options.onStdout !== undefined) return child.options.onStdout(bytes);
    child.gathered += bytes.byteLength;
    if (child.gathered > mostGathered) {
      running = undefined;
      return child.reject(new Fault('PROCESS_FAILED', `a child wrote more than ${mostGathered} bytes`));
    }
    child[kind].push(bytes);
  };

  const run = (command: Command, options: RunOptions): Promise<RunResult> =>
    new Promise((resolve, reject) => {
      if (launcher.gone.aborted) return reject(new Fault('LAUNCHER_GONE', `the launcher hung up before ${programOf(command)} was run`));
      if (running !== undefined) return reject(new Fault('IMPOSSIBLE', 'a launcher runs one child at a time'));
      running = { options, stdout: [], stderr: [], gathered: 0, resolve, reject };
      launcher.send({ kind: 'run', how: options.how, program: command.program, args: command.args });
    });

  /** Here and not in the launcher, which need not know then how each compiler reads such files. */
  const runFitting = async (command: Command, options: RunOptions): Promise<RunResult> => {
    const { program, args, discard } = await fittingCommand(command.program, command.args);
    try {
      return await run({ program, args }, options);
    } finally {
      await discard();
    }
  };

  return {
    front: { run: process.platform === 'win32' ? runFitting : run, signal: launcher.gone, colour: request.colour, umask: request.umask },
    take(message) {
      const child = running;
      // After a child was given up its last words may still be on their way.
      if (child === undefined && (message.kind === 'stdout' || message.kind === 'stderr' || message.kind === 'ran')) return;
      if (child === undefined) throw new Fault('WIRE_MALFORMED', `a launcher said ${message.kind} where only children's news may come`);
      if (message.kind === 'stdout' || message.kind === 'stderr') return chunk(child, message.kind, message.bytes);
      if (message.kind !== 'ran') throw new Fault('WIRE_MALFORMED', `a launcher said ${message.kind} while its child ran`);
      running = undefined;
      const end = endOf(message.end);
      const wallMs = message.wallMicros / 1000;
      const { stdout, stderr } = child;
      if (end !== undefined) return child.resolve({ ...end, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), wallMs });
      const errno = message.end.how === 'not-started' ? message.end.errno : 0;
      child.reject(new Fault('PROCESS_FAILED', `the launcher could not start a child: errno ${errno}`));
    },
  };
}
