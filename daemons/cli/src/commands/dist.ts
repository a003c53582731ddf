// Knows: the commands that concern distribution. Refuses to know: schedulers and archives.
import { basename, isAbsolute, resolve } from 'node:path';
import { Fault } from '@sccache-ts/core/base';
import { speaksCl } from '@sccache-ts/core/engine';
import { createCompilerProbe, createCrateProbe, createFileDigests, findCompiler, type PackageRequest, packageToolchain, realPathOf } from '@sccache-ts/core/host';
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

async function packable(compiler: string, { cwd, env }: CommandContext): Promise<Pick<PackageRequest, 'compiler' | 'kind' | 'sysroot'>> {
  const digests = createFileDigests(Date.now);
  if (!/^rustc\b/.test(basename(compiler))) return { compiler, kind: (await createCompilerProbe({ digests }).survey({ compiler, cwd, env, manner: speaksCl({ compiler, args: [] }) ? 'cl' : 'gnu' })).facts.kind };
  const { sysroot } = await createCrateProbe({ digests }).survey({ compiler, cwd, env, wrapped: undefined });
  // The name may be rustup's, which compiles nothing itself.
  return { compiler: `${sysroot}/bin/rustc`, kind: 'rustc', sysroot };
}

/** @throws Fault COMPILER_NOT_FOUND, COMPILER_UNSUPPORTED, TOOLCHAIN_UNPACKABLE */
export async function packToolchain(context: CommandContext, wanted: { readonly compiler: string; readonly out: string }): Promise<void> {
  await settingsOf(context);
  const env = Object.fromEntries(context.env);
  const found = findCompiler(wanted.compiler, { path: env['PATH'], cwd: context.cwd, own: [realPathOf(context.script)] });
  if (found === undefined) throw new Fault('COMPILER_NOT_FOUND', `${wanted.compiler}: cannot find binary path`);
  const compiler = isAbsolute(found) ? found : resolve(context.cwd, found);
  await packageToolchain({ ...(await packable(compiler, context)), env, out: resolve(context.cwd, wanted.out) });
}
