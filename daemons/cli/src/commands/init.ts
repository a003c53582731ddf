// Knows: what lies in a folder, and what of the advice can be done by writing a file of ours. Refuses to know: build systems; init-advice.ts tells those.
import { join } from 'node:path';
import { Fault } from '@sccache-ts/core/base';
import { isThere, makeFile, namesIn, whyUnwritable } from '@sccache-ts/core/host';
import { cargoInit } from './cargo.js';
import { readText } from './cargo-workspace.js';
import type { CommandContext } from './context.js';
import { type Advice, adviceFor, type FolderFacts, type Writable } from './init-advice.js';
import { presetsNameUs, userPresets } from './init-presets.js';
import { namedLauncher } from './launcher-path.js';

const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;

/** @throws Fault SETTINGS_SYNTAX, SETTINGS_UNREADABLE */
async function dependenciesOf(folder: string): Promise<readonly string[] | undefined> {
  const found = await readText(join(folder, 'package.json'));
  if (found === undefined) return undefined;
  try {
    const manifest = JSON.parse(found.text.replace(/^\uFEFF/, '')) as Partial<Record<(typeof kinds)[number], Readonly<Record<string, unknown>>>>;
    return [...new Set(kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {})))];
  } catch (cause) {
    throw new Fault('SETTINGS_SYNTAX', `${found.file}: not JSON: ${(cause as Error).message}`, { cause, hint: 'npm cannot read it either; mend it first.' });
  }
}

/** @throws Fault SETTINGS_SYNTAX, SETTINGS_UNREADABLE */
async function factsOf(folder: string): Promise<FolderFacts> {
  const names = await namesIn(folder).catch((cause: unknown) => {
    throw new Fault('SETTINGS_UNREADABLE', `${folder}: cannot be read: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, { cause });
  });
  const dependencies = await dependenciesOf(folder);
  const native = (dependencies ?? []).filter((name) => isThere(join(folder, 'node_modules', name, 'binding.gyp')));
  return { names, dependencies, native };
}

const userPresetsName = 'CMakeUserPresets.json';

/** What is said, and what remains to be written before it is true. */
interface Written {
  readonly lines: readonly string[];
  readonly write?: () => Promise<void>;
}

/** Reads, and writes nothing yet. @throws Fault SETTINGS_SYNTAX, SETTINGS_UNREADABLE */
async function presetsFor(context: CommandContext): Promise<Written> {
  const launcher = namedLauncher(context);
  const file = join(context.cwd, userPresetsName);
  const existing = await readText(file);
  if (existing !== undefined) {
    if (presetsNameUs(existing, launcher)) return { lines: [`${file} names the launcher already`] };
    return { lines: [`${file} is yours and was left alone: set CMAKE_C_COMPILER_LAUNCHER and CMAKE_CXX_COMPILER_LAUNCHER to ${launcher} in the cacheVariables of a preset`] };
  }
  const { text, names } = userPresets(launcher, await readText(join(context.cwd, 'CMakePresets.json')));
  return {
    lines: [`${file} was written; it is this machine's, not for version control`, ...names.map((name) => `cmake --preset ${name}`)],
    write: () =>
      makeFile(file, text).catch((cause: unknown) => {
        throw new Fault('USAGE', `${file}: cannot be written: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, { cause });
      }),
  };
}

async function writeCargo(context: CommandContext): Promise<Written> {
  let said = '';
  await cargoInit({ ...context, print: (text) => void (said += text) });
  return { lines: said.trimEnd().split('\n') };
}

/** What is wrong is found before any file is written: with one that is read, and with the folder. @throws Fault USAGE, SETTINGS_SYNTAX, SETTINGS_UNREADABLE */
async function writeAll(context: CommandContext, all: readonly Advice[]): Promise<ReadonlyMap<Writable, readonly string[]>> {
  const wanted = (kind: Writable): boolean => all.some(({ writes }) => writes === kind);
  const presets = wanted('cmake') ? await presetsFor(context) : undefined;
  const refusal = presets?.write === undefined ? undefined : await whyUnwritable(context.cwd);
  if (refusal !== undefined) throw new Fault('USAGE', `${context.cwd}: cannot be written to, so nothing was: ${refusal.replace(/, \w+ '.*$/s, '')}`);
  const cargo = wanted('cargo') ? await writeCargo(context) : undefined;
  await presets?.write?.();
  return new Map([['cmake', presets?.lines ?? []], ['cargo', cargo?.lines ?? []]]);
}

const paragraph = ({ system, found }: Advice, lines: readonly string[]): string => [`${system} (${found.join(', ')})`, ...lines.map((line) => `  ${line}`), ''].join('\n');

/**
 * Says for each build system in this folder what to do; `write`: does it, where a file of ours can do it. What is the user's is never edited but
 * cargo's settings, and there only our own keys.
 * @throws Fault USAGE when there is no build system, SETTINGS_SYNTAX, SETTINGS_UNREADABLE
 */
export async function initialise(context: CommandContext, { write }: { readonly write: boolean }): Promise<void> {
  const all = adviceFor(namedLauncher(context), await factsOf(context.cwd));
  if (all.length === 0) {
    throw new Fault('USAGE', `${context.cwd}: no build system that we know was found here`, { hint: 'Go to the folder of a project first, or put sccache-ts before the compiler: sccache-ts cc -c file.c' });
  }
  const written = write ? await writeAll(context, all) : undefined;
  for (const advice of all) context.print(paragraph(advice, (advice.writes && written?.get(advice.writes)) ?? advice.todo));
}
