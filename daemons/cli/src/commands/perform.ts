// Knows: which command does which action, and with which exit code it ends. What only some need is loaded for them alone. Refuses to know: the commands' work.
import { runTool } from './build-tools/tools.js';
import { type Action, parseArguments } from './arguments.js';
import type { CommandContext } from './context.js';
import { showRecent, showWhy } from './explain.js';
import { failureText } from './failure-text.js';
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
      return (await import('./dist.js')).distStatus(context);
    case 'dist-auth':
      return (await import('./dist.js')).distAuth(context);
    case 'package-toolchain':
      return (await import('./dist.js')).packToolchain(context, action);
    case 'cargo':
      return (await import('./cargo.js')).runCargo(context, action);
    case 'cargo-init':
      return (await import('./cargo.js')).cargoInit(context);
    case 'cargo-doctor':
      return (await import('./cargo.js')).showCargoDoctor(context);
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
