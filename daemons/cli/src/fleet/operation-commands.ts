// Knows: the command line of what an operator does with daemons that run. Refuses to know: what the commands do.
import type * as commanderModule from 'commander';
import type { Command } from 'commander';
import type { ExitCode } from './complain.js';

export interface OperationCommands {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly set: (deed: () => Promise<ExitCode>) => void;
}

export function addOperation({ Argument, Option }: typeof commanderModule, parent: Command, { env, set }: OperationCommands): void {
  parent
    .command('status')
    .description('Show every build server: its load, toolchains, last error, version')
    .addOption(new Option('--scheduler <url>', "whom to ask; default the one in the client's settings").conflicts('config'))
    .option('--config <file>', "the scheduler's settings, on its own machine")
    .option('--json', 'as one JSON object')
    .action((given: { scheduler?: string; config?: string; json?: boolean }) => set(async () => (await import('./status-command.js')).statusCommand({ ...given, env })));
  const systemd = parent.command('systemd').description('Have systemd run a daemon').helpCommand(false);
  systemd
    .command('install')
    .description('Write a unit file; nothing is started')
    .addArgument(new Argument('<daemon>', 'which daemon').choices(['scheduler', 'server']))
    .requiredOption('--config <file>', 'its settings')
    .option('--user', "for this user's own systemd instead of the machine's")
    .option('--socket', 'have systemd listen for it, so that nobody is refused while it is restarted')
    .option('--print', 'print the unit instead of writing it')
    .option('--force', 'overwrite a unit that was not written by this command')
    .option('--unit-dir <folder>', 'write it there')
    .action((daemon: 'scheduler' | 'server', given: { config: string; user?: boolean; socket?: boolean; print?: boolean; force?: boolean; unitDir?: string }) =>
      set(async () => (await import('./systemd-command.js')).systemdInstall({ ...given, daemon, env })),
    );
}
