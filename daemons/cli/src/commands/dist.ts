// Knows: the commands that concern distribution. Refuses to know: schedulers and archives.
import { resolve } from 'node:path';
import { Fault } from '@sccache-ts/core/base';
import { packageToolchain } from '@sccache-ts/core/host';
import { type CommandContext, settingsOf } from './context.js';
import { askDaemon, reachOrStartDaemon } from './daemon.js';

/** One line of JSON in one of sccache's shapes (inventory 1.4). */
export async function distStatus(context: CommandContext): Promise<void> {
  const daemon = await reachOrStartDaemon(context, await settingsOf(context));
  context.print(`${JSON.stringify(await askDaemon(daemon, context, 'dist-status'))}\n`);
}

/** A token needs no login. @throws Fault SETTINGS_INVALID for kinds of login that do not exist yet */
export async function distAuth(context: CommandContext): Promise<void> {
  const auth = (await settingsOf(context)).dist?.auth;
  if (auth?.kind === 'unavailable') throw new Fault('SETTINGS_INVALID', `dist.auth: login kind ${auth.type} is not available yet`);
}

export interface PackWanted {
  readonly compiler: string;
  readonly out: string;
}

/** Bad settings end it, as they end every command. @throws Fault COMPILER_NOT_FOUND, COMPILER_UNSUPPORTED, TOOLCHAIN_UNPACKABLE */
export async function packToolchain(context: CommandContext, wanted: PackWanted): Promise<void> {
  await settingsOf(context);
  return packCompiler(context, wanted);
}

/** For whoever has read the settings. @throws Fault COMPILER_NOT_FOUND, COMPILER_UNSUPPORTED, TOOLCHAIN_UNPACKABLE */
export async function packCompiler(context: CommandContext, wanted: PackWanted): Promise<void> {
  const { packedKind, toolchainSubject } = await import('./toolchain-subject.js');
  const subject = await toolchainSubject(wanted.compiler, context);
  const sysroot = subject.kind === 'rustc' ? { sysroot: subject.sysroot } : {};
  await packageToolchain({ compiler: subject.path, kind: packedKind(subject), ...sysroot, env: Object.fromEntries(context.env), out: resolve(context.cwd, wanted.out) });
}
