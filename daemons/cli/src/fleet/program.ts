// Knows: the command line of `sccache-ts-dist`. Refuses to know: what the commands do.
import { createRequire } from 'node:module';
import type * as commanderModule from 'commander';
import type { Command } from 'commander';
import { isFault, logLevels, type LogLevel, parseSchedulerUrl, parseSocketAddress } from '@sccache-ts/core/base';
import { parseServerId } from '@sccache-ts/core/wire';
import { generateKey, generateServerToken, generateSharedToken, type KeySource, keySource, parseBits } from './auth-commands.js';
import { addOperation } from './operation-commands.js';
import { complain, type ExitCode, orComplain, programName } from './complain.js';
import type { JoinOptions } from './join-command.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Commander = typeof commanderModule;

/** A parsed command; commander itself only parses. */
type Deed = () => Promise<ExitCode>;

const { version } = createRequire(import.meta.url)('../../package.json') as { readonly version: string };

const print = async (line: () => Promise<string> | string): Promise<ExitCode> => {
  const text = await orComplain(async () => line());
  if (text === undefined) return 1;
  console.log(text);
  return 0;
};

/** Turns a Fault about an argument into commander's own kind, which names the option. */
const argument = <T>({ InvalidArgumentError }: Commander, parse: (text: string) => T | undefined, expected: string) => (text: string): T => {
  try {
    const value = parse(text);
    if (value !== undefined) return value;
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    throw new InvalidArgumentError(`${thrown.message}. ${thrown.hint ?? ''}`.trim());
  }
  throw new InvalidArgumentError(expected);
};

/** Not by commander's own parsing of options: it shows the value of what it refuses, and this one is a secret. */
function sourceOfKey(command: Command, secretKey: string | undefined, config: string | undefined): KeySource {
  if (config !== undefined) return { kind: 'config', path: config };
  if (secretKey === undefined) return command.error("error: one of '--secret-key <key>' and '--config <file>' is needed");
  try {
    return keySource(secretKey);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return command.error(`error: option '--secret-key <key>': ${thrown.message}. ${thrown.hint ?? ''}`.trim());
  }
}

function addAuth(commander: Commander, parent: Command, set: (deed: Deed) => void): void {
  const { Option } = commander;
  const auth = parent.command('auth').description('Make keys and tokens; each command prints one line').helpCommand(false);
  auth
    .command('generate-jwt-hs256-key')
    .description('Make a key for server_auth type jwt_hs256')
    .action(() => set(() => print(generateKey)));
  auth
    .command('generate-jwt-hs256-server-token')
    .description("Make a build server's token")
    .requiredOption('--server <ip:port>', 'public address of the build server', argument(commander, parseServerId, ''))
    .addOption(new Option('--secret-key <key>', 'the key of server_auth').conflicts('config'))
    .addOption(new Option('--config <file>', 'settings of the scheduler, to take the key from'))
    .action(({ server, secretKey, config }: { server: string; secretKey?: string; config?: string }, command: Command) => {
      const source = sourceOfKey(command, secretKey, config);
      set(() => print(() => generateServerToken(server, source)));
    });
  auth
    .command('generate-shared-token')
    .description('Make a token for client_auth or server_auth type token')
    .option('--bits <n>', 'its length: 64 to 4096, a multiple of 8', argument(commander, parseBits, 'Expected 64 to 4096, a multiple of 8.'), 256)
    .action(({ bits }: { bits: number }) => set(() => print(() => generateSharedToken(bits))));
}

function addDaemons(commander: Commander, parent: Command, { env, set }: { env: Environment; set: (deed: Deed) => void }): void {
  const { Option } = commander;
  const daemon = (name: string, description: string): Command =>
    parent
      .command(name)
      .description(description)
      .requiredOption('--config <file>', 'settings: TOML, or JSON when the name ends in .json')
      .addOption(new Option('--syslog <level>', "log to the system's log up to this level").choices(logLevels));
  interface Given {
    config: string;
    syslog?: LogLevel;
  }
  daemon('scheduler', 'Run a scheduler; in the background unless SCCACHE_NO_DAEMON=1')
    .option('--print-join', 'print a code with which build servers can join for an hour, and end')
    .addOption(new Option('--url <url>', 'with --print-join: how build servers reach the scheduler').argParser(argument(commander, parseSchedulerUrl, 'Expected an address like https://192.168.1.1:10600.')))
    .action((given: Given & { printJoin?: true; url?: string }) =>
      set(async () =>
        given.printJoin === true
          ? (await import('./print-join-command.js')).printJoinCommand(given)
          : (await import('./scheduler-command.js')).schedulerCommand({ ...given, env, version }),
      ),
    );
  daemon('server', 'Run a build server, in the foreground').action((given: Given) =>
    set(async () => (await import('./server-command.js')).serverCommand({ ...given, env, version })),
  );
}

function addJoin(commander: Commander, parent: Command, set: (deed: Deed) => void): void {
  const socket = (text: string): string | undefined => (parseSocketAddress(text)?.port === 0 ? undefined : parseServerId(text));
  parent
    .command('join')
    .description("Set this machine up as a build server of the scheduler that has printed the code")
    .argument('<code>', 'what `scheduler --print-join` has printed; - reads it from standard input')
    .option('--config <file>', 'where the settings are written', '/etc/sccache-ts/server.conf')
    .option('--public-addr <ip:port>', 'how clients and scheduler reach this machine; default its address towards the scheduler, port 10501', argument(commander, socket, 'Expected an IP address and port.'))
    .option('--cache-dir <folder>', 'where archives of toolchains are kept', '/var/cache/sccache-ts-server')
    .option('--build-dir <folder>', 'where jobs run', '/var/lib/sccache-ts-server/build')
    .option('--force', 'replace settings that are there')
    .action((code: string, given: Omit<JoinOptions, 'code'>) => set(async () => (await import('./join-command.js')).joinCommand({ ...given, code })));
}

/** sccache refuses to start under these, so scripts rely on its saying so. */
function refusesIncremental(env: Environment): boolean {
  const name = ['CARGO_INCREMENTAL', 'CARGO_BUILD_INCREMENTAL'].find((it) => env[it] === '1');
  if (name !== undefined) console.error(`${programName}: incremental compilation is prohibited: Unset ${name} to continue.`);
  return name !== undefined;
}

/** @returns the exit code: 0, 1 for settings that cannot be used, 2 for wrong arguments and failures while running */
export async function runDist(argv: readonly string[], env: Environment): Promise<number> {
  const commander = await import('commander');
  const chosen: { deed?: Deed } = {};
  const set = (deed: Deed): void => void (chosen.deed = deed);
  const program = new commander.Command(programName)
    .description('Scheduler and build server of a compile farm, compatible with sccache-dist')
    .version(`${programName} ${version}`, '-V, --version')
    .helpCommand(false)
    // Otherwise a key that begins with -V asks for the version.
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError("For more information, try '--help'.");
  addAuth(commander, program, set);
  addDaemons(commander, program, { env, set });
  addJoin(commander, program, set);
  addOperation(commander, program, { env, version, set });
  try {
    program.parse([...argv]);
    if (chosen.deed === undefined) return 2;
    return refusesIncremental(env) ? 1 : await chosen.deed();
  } catch (thrown) {
    // Commander has told already; its own codes are 0 after help and version.
    if (thrown instanceof commander.CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    complain(thrown);
    return 2;
  }
}
