// Knows: the commands that concern distribution. Refuses to know: schedulers and archives.
import { resolve } from 'node:path';
import { isShort, keepToken, loadClientSettings, logIn, readKeptToken } from '@sccache-ts/client';
import { createHttpClient, packageToolchain } from '@sccache-ts/core/host';
import { type CommandContext, settingsOf } from './context.js';
import { askDaemon, reachOrStartDaemon } from './daemon.js';

/** One line of JSON in one of sccache's shapes (inventory 1.4). */
export async function distStatus(context: CommandContext): Promise<void> {
  const daemon = await reachOrStartDaemon(context, await settingsOf(context));
  context.print(`${JSON.stringify(await askDaemon(daemon, context, 'dist-status'))}\n`);
}

/**
 * Logs in, and keeps the token where sccache keeps it; a daemon that runs takes it up by itself. Where the settings hold a token there
 * is nothing to do.
 * @throws Fault LOGIN_FAILED, ADDRESS_IN_USE, SETTINGS_…
 */
export async function distAuth(context: CommandContext): Promise<void> {
  const { auth } = (await loadClientSettings(context.around)).dist ?? {};
  if (auth?.kind !== 'login') return;
  const { print, complain } = context;
  const http = createHttpClient();
  try {
    // Before somebody takes the trouble: what cannot be read could not be written either.
    await readKeptToken(auth.places, auth.flow.authUrl);
    const granted = await logIn(auth.flow, { http, print, complain });
    const { expiresInSeconds } = granted;
    if (expiresInSeconds !== undefined && isShort(expiresInSeconds)) complain('sccache: Token retrieved expires in under two days\n');
    await keepToken(auth.places, auth.flow.authUrl, { ...granted, nowMs: Date.now() });
    print('Saved token\n');
  } finally {
    await http.close();
  }
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
