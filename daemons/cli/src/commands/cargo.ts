// Knows: running cargo through us, writing its settings, and telling what would not be cached. Refuses to know: what is to be set, and why; the adapter
// tells that.
import { dirname, join } from 'node:path';
import { cargoConfig, cargoDoctor, cargoPlan } from '@sccache-ts/adapter-cargo';
import { type EnvPairs, envValue, Fault } from '@sccache-ts/core/base';
import { become, findCompiler, makeFolders, realPathOf, writeAtomically } from '@sccache-ts/core/host';
import { cargoConfigs, configIn, readText, workspaceManifest } from './cargo-workspace.js';
import type { CommandContext } from './context.js';
import { launcherOf, namedLauncher } from './launcher-path.js';

const searchOf = ({ env, cwd }: CommandContext, own: readonly string[]) => ({ path: envValue(env, 'PATH'), cwd, own });

export interface CargoCall {
  readonly path: string;
  readonly args: readonly string[];
  /** Variables to set over the environment. */
  readonly env: EnvPairs;
}

/** @throws Fault TOOL_MISSING */
export function cargoCall(context: CommandContext, { args, byCargo }: { readonly args: readonly string[]; readonly byCargo: boolean }): CargoCall {
  // `+toolchain` is for rustup's cargo in PATH, which has told the one that called us.
  const caller = byCargo && args[0]?.startsWith('+') !== true ? envValue(context.env, 'CARGO') : undefined;
  const path = findCompiler(caller ?? 'cargo', searchOf(context, []));
  if (path === undefined) throw new Fault('TOOL_MISSING', 'cargo: cannot find binary path', { hint: 'put the folder of cargo into PATH' });
  return { path, args, env: cargoPlan({ launcher: launcherOf(context), env: context.env, args }).env };
}

/** This process ends as cargo does; what is said meanwhile is cargo's alone. */
export function runCargo(context: CommandContext, asked: { readonly args: readonly string[]; readonly byCargo: boolean }): Promise<never> {
  const { path, args, env } = cargoCall(context, asked);
  for (const [name, value] of env) process.env[name] = value;
  return become({ path, args });
}

/** With exactly these permissions. @throws Fault USAGE */
async function writeAs(mode: number, path: string, text: string): Promise<void> {
  const umask = process.umask();
  try {
    await makeFolders(dirname(path));
    process.umask(0);
    await writeAtomically(path, text, mode);
  } catch (cause) {
    throw new Fault('USAGE', `${path}: cannot be written: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, { cause });
  } finally {
    process.umask(umask);
  }
}

/** @throws Fault USAGE outside of packages, SETTINGS_SYNTAX, SETTINGS_UNREADABLE */
export async function cargoInit(context: CommandContext): Promise<void> {
  const manifest = await workspaceManifest(context.cwd);
  if (manifest === undefined) throw new Fault('USAGE', `${context.cwd}: there is no Cargo.toml here or in a folder above`, { hint: 'Go to a package or workspace first.' });
  const folder = join(dirname(manifest.file), '.cargo');
  const found = await configIn(folder);
  const file = found?.file ?? join(folder, 'config.toml');
  const { text, notes } = cargoConfig({ file, text: found?.text ?? '', launcher: namedLauncher(context) });
  if (text !== (found?.text ?? '')) {
    // Through a link, not in its place.
    await writeAs(found?.mode ?? 0o666 & ~process.umask(), realPathOf(file), text);
  }
  context.print([file, ...(notes.length === 0 ? ['Everything is set already.'] : notes)].map((line) => `${line}\n`).join(''));
}

const marks = { all: 'not cached', some: 'partly', nothing: 'good to know' } as const;

/** One line for each thing that was found. */
export async function showCargoDoctor(context: CommandContext): Promise<void> {
  const manifest = await workspaceManifest(context.cwd);
  const home = envValue(context.env, 'CARGO_HOME') ?? join(context.around.home, '.cargo');
  const [configs, lock] = await Promise.all([
    cargoConfigs(context.cwd, home),
    manifest === undefined ? undefined : readText(join(dirname(manifest.file), 'Cargo.lock')),
  ]);
  const found = cargoDoctor({ launcher: launcherOf(context), env: context.env, manifest, lock, configs });
  const lines = found.map(({ lost, sentence }) => `${marks[lost].padEnd(12)}  ${sentence}\n`);
  context.print(lines.length === 0 ? 'Nothing was found that keeps crates from the cache.\n' : lines.join(''));
}
