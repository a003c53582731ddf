// Knows: how a build tool's variables reach what calls that tool by itself, as npm does: printed for a shell, or set for one command.
// Refuses to know: what the variables are for.
import { envValue, Fault, quotedWord } from '@sccache-ts/core/base';
import { become, findCompiler } from '@sccache-ts/core/host';
import type { CommandContext } from '../context.js';

export interface Variables {
  readonly env: Readonly<Record<string, string>>;
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

/** Lines that sh, bash and zsh evaluate. @param pairs names that a shell accepts */
export function exportLines(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs).map(([name, value]) => `export ${name}=${quotedWord(value)}\n`).join('');
}

/** What build tools are never given: `--print-env` alone, or `--` as the first word, and a command after it. */
export const isForOthers = (args: readonly string[]): boolean => args[0] === '--' || (args.length === 1 && args[0] === '--print-env');

/**
 * Does what these arguments ask for; this process ends as the command does, if there is one.
 * @throws Fault USAGE, TOOL_MISSING
 */
export async function serveOthers(context: CommandContext, args: readonly string[], { env, notes }: Variables): Promise<void> {
  for (const note of notes) context.complain(`sccache: ${note}\n`);
  if (args[0] !== '--') return context.print(exportLines(env));
  const [, name, ...rest] = args;
  if (name === undefined) throw new Fault('USAGE', 'no command after --', { hint: 'sccache-ts node-gyp -- npm install' });
  const path = findCompiler(name, { path: envValue(context.env, 'PATH'), cwd: context.cwd, own: [] });
  if (path === undefined) throw new Fault('TOOL_MISSING', `${name}: cannot find binary path`);
  for (const [variable, value] of Object.entries(env)) process.env[variable] = value;
  return become({ path, args: rest });
}
