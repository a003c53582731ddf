// Knows: the options of the command line and which of them go together. Refuses to know: what they do.
import { Fault } from '@sccache-ts/core/base';
import { isToolName, type ToolName } from './own-words.js';
import { setUpAction } from './set-up-arguments.js';
import { toolchainAction, type ToolchainAction } from './toolchain-arguments.js';

export type StatisticsFormat = 'text' | 'json';

/** What was asked for; exactly one thing. */
export type Action =
  | { readonly kind: 'show-stats'; readonly advanced: boolean; readonly format: StatisticsFormat }
  | { readonly kind: 'start-server' | 'stop-server' | 'zero-stats' | 'dist-status' | 'dist-auth' }
  /** `file` undefined: the last compile. */
  | { readonly kind: 'why'; readonly file: string | undefined; readonly format: StatisticsFormat }
  | { readonly kind: 'recent'; readonly count: number; readonly format: StatisticsFormat }
  | { readonly kind: 'package-toolchain'; readonly compiler: string; readonly out: string }
  /** `byCargo`: cargo itself has called us, and another one in PATH may not be meant. */
  | { readonly kind: 'cargo'; readonly args: readonly string[]; readonly byCargo: boolean }
  | { readonly kind: 'cargo-init' | 'cargo-doctor' }
  /** A build tool with its own arguments. */
  | { readonly kind: 'tool'; readonly name: ToolName; readonly args: readonly string[] }
  | { readonly kind: 'init'; readonly write: boolean }
  | { readonly kind: 'doctor' }
  | ToolchainAction
  /** Help or version: text for standard output. */
  | { readonly kind: 'say'; readonly text: string };

interface Options {
  readonly showStats?: true;
  readonly showAdvStats?: true;
  readonly startServer?: true;
  readonly stopServer?: true;
  readonly zeroStats?: true;
  readonly distAuth?: true;
  readonly distStatus?: true;
  readonly packageToolchain?: readonly string[];
  readonly why?: string;
  readonly whyLast?: true;
  readonly recent?: string | true;
  readonly cargoInit?: true;
  readonly cargoDoctor?: true;
  readonly statsFormat: string;
}

const flags = {
  showStats: '--show-stats',
  showAdvStats: '--show-adv-stats',
  startServer: '--start-server',
  stopServer: '--stop-server',
  zeroStats: '--zero-stats',
  distAuth: '--dist-auth',
  distStatus: '--dist-status',
  packageToolchain: '--package-toolchain <EXE> <OUT>',
  why: '--why <FILE>',
  whyLast: '--why-last',
  recent: '--recent [N]',
  cargoInit: '--cargo-init',
  cargoDoctor: '--cargo-doctor',
} as const;

const usageLine = `Usage: sccache-ts [OPTIONS] <${Object.values(flags).join('|')}|CMD>`;

const usage = (problem: string): Fault => new Fault('USAGE', problem, { hint: `${usageLine}\n\nFor more information, try '--help'.` });

const usualRecent = 20;

function recentCount(given: string | true | undefined): number {
  if (given === true || given === undefined) return usualRecent;
  if (/^[1-9]\d{0,5}$/.test(given)) return Number(given);
  throw usage(`invalid value '${given}' for '${flags.recent}': a number of compiles is wanted`);
}

function actionOf(options: Options): Action {
  const given = (Object.keys(flags) as (keyof typeof flags)[]).filter((name) => options[name] !== undefined);
  const [only, second] = given;
  if (only === undefined) throw usage('nothing to do: give a compiler with its arguments, or one of the options');
  if (second !== undefined) throw usage(`the argument '${flags[only]}' cannot be used with '${flags[second]}'`);
  const format = options.statsFormat;
  if (format !== 'text' && format !== 'json') throw usage(`invalid value '${format}' for '--stats-format <FMT>': text and json are possible`);
  switch (only) {
    case 'showStats':
    case 'showAdvStats':
      return { kind: 'show-stats', advanced: only === 'showAdvStats', format };
    case 'packageToolchain': {
      const [compiler, out, ...more] = options.packageToolchain ?? [];
      if (compiler === undefined || out === undefined || more.length > 0) throw usage(`${flags.packageToolchain} takes two values`);
      return { kind: 'package-toolchain', compiler, out };
    }
    case 'why':
    case 'whyLast':
      return { kind: 'why', file: options.why, format };
    case 'recent':
      return { kind: 'recent', count: recentCount(options.recent), format };
    case 'startServer':
      return { kind: 'start-server' };
    case 'stopServer':
      return { kind: 'stop-server' };
    case 'zeroStats':
      return { kind: 'zero-stats' };
    case 'distAuth':
      return { kind: 'dist-auth' };
    case 'distStatus':
      return { kind: 'dist-status' };
    case 'cargoInit':
      return { kind: 'cargo-init' };
    case 'cargoDoctor':
      return { kind: 'cargo-doctor' };
  }
}

const cargoHelp = `Usage: cargo sccache-ts <init|doctor|COMMAND>

  init       let every cargo in this workspace compile through sccache-ts: .cargo/config.toml
  doctor     tell what in this workspace would not be cached, and why
  COMMAND    run cargo with these words, through sccache-ts
`;

/** What a build tool is to do belongs to it word for word; as a command of cargo's, two words are ours. */
function wordAction(args: readonly string[]): Action | undefined {
  const [name, ...rest] = args;
  if (name === 'cargo') return { kind: 'cargo', args: rest, byCargo: false };
  if (isToolName(name)) return { kind: 'tool', name, args: rest };
  if (name === 'init' || name === 'doctor') return setUpAction(name, rest);
  if (name === 'toolchain') return toolchainAction(rest);
  if (name !== 'cargo-sccache-ts') return undefined;
  const [first, second] = rest;
  if (first === undefined || first === '-h' || first === '--help') return { kind: 'say', text: cargoHelp };
  if (first !== 'init' && first !== 'doctor') return { kind: 'cargo', args: rest, byCargo: true };
  if (second !== undefined) throw new Fault('USAGE', `unexpected argument '${second}'`, { hint: cargoHelp });
  return { kind: first === 'init' ? 'cargo-init' : 'cargo-doctor' };
}

/** @throws Fault USAGE, its hint the usage line */
export async function parseArguments(args: readonly string[], version: string): Promise<Action> {
  const command = wordAction(args);
  if (command !== undefined) return command;
  const { Command, CommanderError } = await import('commander');
  let said = '';
  const program = new Command('sccache-ts')
    .usage('[OPTIONS] <one option below | CMD>')
    .argument('[CMD...]', 'a compiler and its arguments')
    .option('-s, --show-stats', 'show cache statistics')
    .option('--show-adv-stats', 'show cache statistics by language and compiler')
    .option('--start-server', 'start the background daemon')
    .option('--stop-server', 'stop the background daemon')
    .option('-z, --zero-stats', 'zero statistics counters')
    .option('--dist-auth', 'authenticate for distributed compilation')
    .option('--dist-status', 'show the status of distributed compilation')
    .option('--package-toolchain <EXE OUT...>', 'pack the toolchain of a compiler into an archive')
    .option('--why <FILE>', 'explain the last compile of a source, or of an output')
    .option('--why-last', 'explain the last compile')
    .option('--recent [N]', `list the last N compiles, ${usualRecent} unless told`)
    .option('--cargo-init', 'let every cargo in this workspace compile through us: .cargo/config.toml')
    .option('--cargo-doctor', 'tell what in this cargo workspace would not be cached, and why')
    .option('--stats-format <FMT>', 'how statistics and explanations are printed: text or json', 'text')
    .version(`sccache-ts ${version}`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', '\n`sccache-ts cargo|make|cmake|ninja|node-gyp|cmake-js …` runs the build tool with everything set.\n`sccache-ts init [--write]` says what to do in this folder; `sccache-ts doctor` checks everything; `sccache-ts toolchain ls|pack|test`.\nSettings: docs/settings.md\nStorages: the local disk')
    .exitOverride()
    .configureOutput({ writeOut: (text) => (said += text), writeErr: () => undefined });
  try {
    program.parse([...args], { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) return { kind: 'say', text: said };
    throw usage(thrown.message.replace(/^error: /, ''));
  }
  if (program.args.length > 0) throw usage(`unexpected argument '${program.args[0] ?? ''}'`);
  return actionOf(program.opts<Options>());
}
