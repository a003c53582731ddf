// Knows: which command does which action, and how a failure is told and with which exit code. Refuses to know: the commands' work.
import { causeChain, type Fault, isFault } from '@sccache-ts/core/base';
import { runTool } from './build-tools/tools.js';
import { type Action, parseArguments } from './arguments.js';
import { cargoInit, runCargo, showCargoDoctor } from './cargo.js';
import type { CommandContext } from './context.js';
import { distAuth, distStatus, packToolchain } from './dist.js';
import { showRecent, showWhy } from './explain.js';
import { startServer, stopServer } from './server.js';
import { showStatistics, zeroStatistics } from './statistics.js';

async function perform(action: Action, context: CommandContext): Promise<void> {
  switch (action.kind) {
    case 'say':
      return context.print(action.text);
    case 'show-stats':
      return showStatistics(context, action);
    case 'zero-stats':
      return zeroStatistics(context);
    case 'why':
      return showWhy(context, action);
    case 'recent':
      return showRecent(context, action);
    case 'start-server':
      return startServer(context);
    case 'stop-server':
      return stopServer(context);
    case 'dist-status':
      return distStatus(context);
    case 'dist-auth':
      return distAuth(context);
    case 'package-toolchain':
      return packToolchain(context, action);
    case 'cargo':
      return runCargo(context, action);
    case 'cargo-init':
      return cargoInit(context);
    case 'cargo-doctor':
      return showCargoDoctor(context);
    case 'tool':
      return runTool(context, action);
    case 'init':
      return (await import('./init.js')).initialise(context, action);
    case 'doctor':
      return (await import('./doctor.js')).examine(context);
    case 'toolchain-ls':
      return (await import('./toolchain.js')).listToolchains(context);
    case 'toolchain-test':
      return (await import('./toolchain.js')).testToolchain(context, action);
  }
}

/** sccache's words for a class of failures; the fault's own message is then the cause. */
function headline(fault: Fault): string | undefined {
  switch (fault.code) {
    case 'SETTINGS_SYNTAX':
    case 'SETTINGS_UNKNOWN_KEY':
    case 'SETTINGS_INVALID':
    case 'SETTINGS_UNREADABLE':
      return 'Failed to load config file';
    default:
      return undefined;
  }
}

/** What standard error says of a failure. */
export function failureText(thrown: unknown): string {
  if (isFault(thrown, 'USAGE')) return `error: ${thrown.message}\n${thrown.hint === undefined ? '' : `\n${thrown.hint}\n`}`;
  const own = isFault(thrown) ? headline(thrown) : undefined;
  const [first = 'unknown', ...causes] = [...(own === undefined ? [] : [own]), ...causeChain(thrown)];
  const lines = [`sccache: error: ${first}`, ...causes.map((cause) => `sccache: caused by: ${cause}`)];
  if (isFault(thrown) && thrown.hint !== undefined) lines.push(`sccache: hint: ${thrown.hint}`);
  if (isFault(thrown) ? thrown.blame === 'bug' : thrown instanceof Error) lines.push((thrown as Error).stack ?? '');
  return `${lines.join('\n')}\n`;
}

/** Runs one command line. @returns the exit code: 0, or 2 for every failure (inventory R1-25, R1-27) */
export async function runCommandLine(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    await perform(await parseArguments(args, context.build), context);
    return 0;
  } catch (thrown) {
    context.complain(failureText(thrown));
    return 2;
  }
}
