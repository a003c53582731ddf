// Knows: in which order everything between a compiler and a build server is looked at, and that one line is said of each. Refuses to know: what the
// sentences are (doctor-findings.ts), how a compile is tried (doctor-trial.ts), and build servers (doctor-fleet.ts).
import { basename, join } from 'node:path';
import { type ClientSettings, loadClientSettings, type StatisticsInfo } from '@sccache-ts/client';
import { envValue, Fault } from '@sccache-ts/core/base';
import { findCompiler, freeBytesAt, isProgram, isThere, makeTemporaryFolder, nativeLauncherAt, realPathOf, removeTree, whyUnwritable } from '@sccache-ts/core/host';
import type { CommandContext } from './context.js';
import { askDaemon, reachDaemon, startAndReachDaemon } from './daemon.js';
import {
  cacheFinding, type CompilerFacts, compilerFinding, type Finding, fromThrown, hitFinding, launcherFinding, lineOf, note, ok, skipped, wrong,
} from './doctor-findings.js';
import { examineFleet } from './doctor-fleet.js';
import { launcherStart, makeBare, makeSample, tryCompile, versionRefusal } from './doctor-trial.js';
import { launcherOf, ownPrograms } from './launcher-path.js';

const compilerNames = ['gcc', 'g++', 'clang', 'clang++', 'rustc'] as const;

interface Visit {
  readonly context: CommandContext;
  /** Undefined: they cannot be read. */
  readonly settings: ClientSettings | undefined;
  readonly folder: string;
}

/** As the launcher would find it, and what it would pass by. */
async function compilerFacts(whole: CommandContext, name: string): Promise<CompilerFacts> {
  const { env, cwd, ...context } = whole;
  const path = envValue(env, 'PATH');
  const own = ownPrograms(context);
  const found = findCompiler(name, { path, cwd, own });
  const candidates = (path ?? '').split(':').map((folder) => join(folder === '' ? cwd : folder, name));
  const passed = candidates.slice(0, found === undefined ? undefined : Math.max(0, candidates.indexOf(found))).filter(isProgram);
  const before = passed.map((it) => {
    const leadsTo = realPathOf(it);
    return { path: it, leadsTo, ours: own.includes(leadsTo) || basename(leadsTo).startsWith('sccache-ts') };
  });
  return { name, found, before, refusal: found === undefined ? undefined : await versionRefusal(whole, found) };
}

async function* settingsFindings({ env, around }: CommandContext, keep: (settings: ClientSettings) => void): AsyncGenerator<Finding> {
  try {
    const settings = await loadClientSettings(around);
    keep(settings);
    const files = settings.files.filter(isThere);
    const variables = env.map(([name]) => name).filter((name) => name.startsWith('SCCACHE_')).length;
    const from = files.length === 0 ? 'no settings file is there, so the defaults hold' : `read from ${files.join(', ')}`;
    yield ok('settings')(variables === 0 ? from : `${from}, and ${variables} SCCACHE_ variable${variables === 1 ? '' : 's'}`);
    for (const warning of settings.warnings) yield note('settings')(warning);
  } catch (thrown) {
    yield fromThrown('settings', thrown);
  }
}

function compilerFindings(facts: readonly CompilerFacts[]): readonly Finding[] {
  const found = facts.flatMap((it) => compilerFinding(it) ?? []);
  return found.length > 0 ? found : [wrong('compiler')(`none of ${compilerNames.join(', ')} is in PATH`, 'install one, or put its folder into PATH')];
}

async function launcherFindings(context: CommandContext): Promise<Finding> {
  const launcher = launcherOf(context);
  return launcherFinding({ launcher, native: nativeLauncherAt(launcher) !== undefined, startMs: await launcherStart(context) });
}

/** Undefined: there is none that can be used. */
async function* daemonFindings({ context, settings }: Visit, keep: (info: StatisticsInfo) => void): AsyncGenerator<Finding> {
  if (settings === undefined) return yield skipped('daemon')('without settings none can be started');
  try {
    const running = await reachDaemon(context);
    const info = (await askDaemon(running ?? (await startAndReachDaemon(context, settings)), context, 'stats')) as StatisticsInfo;
    const origin = running === undefined ? 'none ran; one was started' : 'one runs';
    if (info.version !== context.build) {
      return yield wrong('daemon')(`${origin}, of version ${info.version}, and this is ${context.build}`, 'sccache-ts --stop-server; the next compile starts a new one');
    }
    keep(info);
    yield ok('daemon')(`${origin}, of the same version ${info.version}`);
    if (!settings.disk.readOnly && !info.cache_location.includes(JSON.stringify(settings.disk.dir))) {
      yield wrong('daemon')(`it keeps results in ${info.cache_location}, but here the settings name ${settings.disk.dir}`, 'it was started with other variables: sccache-ts --stop-server');
    }
  } catch (thrown) {
    yield fromThrown('daemon', thrown, 'SCCACHE_LOG=debug and SCCACHE_ERROR_LOG=FILE show what it says');
  }
}

async function cacheFindings({ disk }: ClientSettings, info: StatisticsInfo | undefined): Promise<Finding> {
  const { dir, readOnly, maxBytes } = disk;
  return cacheFinding({
    dir, readOnly, maxBytes, usedBytes: info?.cache_size ?? undefined,
    freeBytes: await freeBytesAt(dir), refusal: readOnly ? undefined : await whyUnwritable(dir),
  });
}

async function compileFindings({ context, folder }: Visit, compiler: string | undefined): Promise<Finding> {
  if (compiler === undefined) return skipped('compile')('there is no compiler to try');
  try {
    const sample = await makeSample(folder, compiler);
    const bare = await makeBare(context, sample);
    if (bare.done.code !== 0) return wrong('compile')(`${compiler} cannot compile a file of one line: ${bare.done.stderr.toString().trim()}`, 'mend the compiler first');
    const first = await tryCompile(context, sample, bare);
    return hitFinding(first, await tryCompile(context, sample, bare));
  } catch (thrown) {
    return fromThrown('compile', thrown);
  }
}

async function* examineAll(context: CommandContext, folder: string): AsyncGenerator<Finding> {
  let settings: ClientSettings | undefined;
  let info: StatisticsInfo | undefined;
  yield* settingsFindings(context, (read) => (settings = read));
  const compilers = await Promise.all(compilerNames.map((name) => compilerFacts(context, name)));
  yield* compilerFindings(compilers);
  yield await launcherFindings(context);
  const visit: Visit = { context, settings, folder };
  yield* daemonFindings(visit, (told) => (info = told));
  if (settings === undefined) return;
  yield await cacheFindings(settings, info);
  const compiler = compilers.filter(({ name, refusal }) => name !== 'rustc' && refusal === undefined).map(({ found }) => found).find((it) => it !== undefined);
  yield info === undefined ? skipped('compile')('there is no daemon that could answer') : await compileFindings(visit, compiler);
  yield* examineFleet({ context, settings, compiler, daemon: info !== undefined, folder });
}

/**
 * Looks at everything and says one line of each. Two compiles of a small file go through the cache, and with a scheduler one or a few more; they count
 * in the statistics like any other. A daemon is started when none runs.
 * @throws Fault EXAMINED when something is wrong
 */
export async function examine(context: CommandContext): Promise<void> {
  const folder = await makeTemporaryFolder('sccache-ts-doctor-');
  const bad: string[] = [];
  let count = 0;
  try {
    for await (const finding of examineAll(context, folder)) {
      context.print(lineOf(finding));
      count += 1;
      if (finding.mark === 'wrong') bad.push(finding.subject);
    }
  } finally {
    await removeTree(folder);
  }
  if (bad.length > 0) throw new Fault('EXAMINED', `${bad.length} of ${count} checks found something wrong: ${[...new Set(bad)].join(', ')}`);
  context.print('Nothing is wrong.\n');
}
