// Knows: where the launcher beside this program is, and under which name others may call it. Refuses to know: who wants it.
import { dirname, join } from 'node:path';
import { envValue, Fault } from '@sccache-ts/core/base';
import { findCompiler, nativeLauncherAt, realPathOf } from '@sccache-ts/core/host';
import type { CommandContext } from './context.js';

/** The native one where it was built, else the one in JavaScript. */
export function launcherOf({ script }: Pick<CommandContext, 'script'>): string {
  const bin = join(dirname(dirname(script)), 'bin');
  return nativeLauncherAt(join(bin, 'sccache-ts')) ?? join(bin, 'sccache-ts.js');
}

/** All of this package that stands in for compilers, links resolved. */
export function ownPrograms(context: Pick<CommandContext, 'script'>): readonly string[] {
  const launcher = launcherOf(context);
  return [launcher, join(dirname(launcher), 'sccache-ts.js')].map(realPathOf);
}

/** A name alone holds on every machine that has us in PATH; a path is for those that have not. */
export function namedLauncher(context: CommandContext): string {
  const launcher = launcherOf(context);
  const inPath = findCompiler('sccache-ts', { path: envValue(context.env, 'PATH'), cwd: context.cwd, own: [] });
  return inPath !== undefined && ownPrograms(context).includes(realPathOf(inPath)) ? 'sccache-ts' : launcher;
}

/**
 * A program as PATH has it, without this package's own.
 * @param hint what to do when there is none
 * @throws Fault TOOL_MISSING
 */
export function programOf(context: CommandContext, name: string, hint: string): string {
  const found = findCompiler(name, { path: envValue(context.env, 'PATH'), cwd: context.cwd, own: ownPrograms(context) });
  if (found === undefined) throw new Fault('TOOL_MISSING', `${name}: cannot find binary path`, { hint });
  return found;
}
