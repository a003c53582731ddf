// Knows: the commands that look at toolchains for build servers: which there are, and whether one is whole. Refuses to know: how archives are made and
// compiled with.
import { resolve } from 'node:path';
import { cacheFolder, type DistSettings, pathsOf, type ToolchainSettings } from '@sccache-ts/client';
import { causeChain, Fault, silentLog } from '@sccache-ts/core/base';
import { repackedKey } from '@sccache-ts/core/engine';
import { type TrialReport, tryToolchain } from '@sccache-ts/core/engine/trial';
import { archiveCodingOf, hashFile, listToolchainArchives, openToolchainMap, realPathOf, statOfFile } from '@sccache-ts/core/host';
import { archiveIdFromHash } from '@sccache-ts/core/wire';
import { type CommandContext, settingsOf } from './context.js';
import { sizeText } from './size-text.js';
import { ageText, type KeptRow, namedText, type NamedRow, tableText } from './toolchain-text.js';
import { toolchainSubject } from './toolchain-subject.js';

type Override = Extract<ToolchainSettings, { readonly kind: 'path_override' }>;

/** Where packed toolchains are kept when nobody says where. */
const usualFolder = ({ around }: CommandContext): string => pathsOf(around.platform).join(cacheFolder(around), 'dist-client');

interface Named {
  readonly row: NamedRow;
  /** Undefined when it cannot be read. */
  readonly digest: string | undefined;
}

/** An archive that the settings name, looked at as closely as a compile would. */
async function lookAt(rule: Override): Promise<Named> {
  const about = { compiler: rule.compiler, archive: rule.archive, archiveCompiler: rule.archiveCompiler };
  const stat = statOfFile(rule.archive);
  if (stat === undefined) return { row: { ...about, state: 'missing: there is no such file' }, digest: undefined };
  try {
    const coding = await archiveCodingOf(rule.archive);
    const digest = archiveIdFromHash(await hashFile(rule.archive));
    const size = sizeText(Number(stat.size));
    if (coding === undefined) return { row: { ...about, state: `unusable: ${size}, but no tar that we can read` }, digest };
    return { row: { ...about, state: `${size}, ${coding === 'none' ? 'not compressed' : coding}, ${digest.slice(0, 12)}` }, digest };
  } catch (thrown) {
    return { row: { ...about, state: `cannot be read: ${causeChain(thrown).join(': ')}` }, digest: undefined };
  }
}

/** Which compiler each kept archive was made for, and how. */
async function originsIn(folder: string, named: readonly Named[]): Promise<ReadonlyMap<string, Pick<KeptRow, 'compiler' | 'made'>>> {
  const map = await openToolchainMap(`${folder}/toolchains.json`);
  const origins = new Map<string, Pick<KeptRow, 'compiler' | 'made'>>();
  for (const [key, { archiveId }] of map.entries()) {
    if (key.startsWith(repackedKey(''))) continue;
    origins.set(archiveId, { compiler: key.slice(key.indexOf(' ') + 1), made: 'packed here' });
  }
  for (const [key, { archiveId }] of map.entries()) {
    if (!key.startsWith(repackedKey(''))) continue;
    const from = named.find(({ digest }) => digest !== undefined && repackedKey(digest) === key)?.row;
    origins.set(archiveId, { compiler: from?.compiler ?? '-', made: from === undefined ? 'repacked from an archive that the settings no longer name' : `repacked from ${from.archive}` });
  }
  return origins;
}

/** Prints what is kept and what the settings name. */
export async function listToolchains(context: CommandContext): Promise<void> {
  const { dist } = await settingsOf(context);
  const folder = dist?.cacheDir ?? usualFolder(context);
  const rules = dist?.toolchains ?? [];
  const named = await Promise.all(rules.filter((rule): rule is Override => rule.kind === 'path_override').map(lookAt));
  const origins = await originsIn(folder, named);
  const kept = (await listToolchainArchives(`${folder}/tc`)).map(({ id, bytes, usedMs }): KeptRow => {
    const origin = origins.get(id) ?? { compiler: '-', made: 'for a compiler that is another one now' };
    return { ...origin, digest: id.slice(0, 12), size: sizeText(bytes), age: ageText(Date.now() - usedMs) };
  });
  context.print(kept.length === 0 ? `No toolchain is kept in ${folder} yet.\n` : tableText(kept));
  if (rules.length > 0) context.print(`\nNamed in the settings:\n${namedText(named.map(({ row }) => row), rules.flatMap((rule) => (rule.kind === 'no_dist' ? [rule.compiler] : [])))}`);
  if (dist === undefined) context.print('\nNothing is distributed: the settings have no dist.scheduler_url.\n');
}

/** The name that the settings give the compiler in this very archive. */
function nameInArchive(dist: DistSettings | undefined, archive: string, compiler: string): string | undefined {
  const rules = (dist?.toolchains ?? []).filter((rule): rule is Override => rule.kind === 'path_override' && realPathOf(rule.archive) === realPathOf(archive));
  return (rules.find((rule) => rule.compiler === compiler) ?? rules.find((rule) => realPathOf(rule.compiler) === realPathOf(compiler)))?.archiveCompiler;
}

function tell(report: TrialReport, about: { readonly compiler: string; readonly context: CommandContext }): void {
  const { context, compiler } = about;
  context.print(`${compiler}: ${report.entries} files, ${sizeText(report.bytes)} unpacked, called ${report.executable} in the archive\n`);
  for (const { language, sentence } of report.results) context.print(`${language}: ${sentence}\n`);
}

/**
 * Compiles small programs with a toolchain, as a build server would.
 * @throws Fault TOOLCHAIN_INCOMPLETE when one does not compile; COMPILER_NOT_FOUND, COMPILER_UNSUPPORTED, TOOLCHAIN_UNPACKABLE, TOOL_MISSING, NOT_ROOT
 */
export async function testToolchain(context: CommandContext, wanted: { readonly compiler: string; readonly archive: string | undefined }): Promise<void> {
  const { dist } = await settingsOf(context);
  const subject = await toolchainSubject(wanted.compiler, context);
  const archive = wanted.archive === undefined ? undefined : resolve(context.cwd, wanted.archive);
  const archiveCompiler = archive === undefined ? undefined : nameInArchive(dist, archive, subject.path);
  const report = await tryToolchain({ subject, env: context.env, archive, archiveCompiler, log: silentLog });
  tell(report, { compiler: subject.path, context });
  const bad = report.results.find(({ kind }) => kind === 'failed' || kind === 'differs');
  if (bad !== undefined) throw new Fault('TOOLCHAIN_INCOMPLETE', `${archive ?? `the toolchain of ${subject.path}`}: ${bad.language} ${bad.sentence}`);
  if (report.results.every(({ kind }) => kind === 'untried')) throw new Fault('TOOLCHAIN_INCOMPLETE', `${subject.path}: compiles nothing on this machine, so that nothing can be compared`);
}
