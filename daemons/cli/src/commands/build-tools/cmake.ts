// Knows: what must be read before cmake is run through us, and running it. Refuses to know: what is to be set, and why; the adapter tells that.
import { join, resolve } from 'node:path';
import { buildJobsAreDecided, buildPlan, buildPreset, cacheEntry, type CmakeCall, cmakeFolder, type CmakeWishes, compilesThroughUs, configurePlan, presetGenerator, readCmake, versionIn } from '@sccache-ts/adapter-cmake';
import { suggestedJobs } from '@sccache-ts/adapter-make';
import { envValue } from '@sccache-ts/core/base';
import { become, runProcess } from '@sccache-ts/core/host';
import type { CommandContext } from '../context.js';
import { launcherOf, programOf } from '../launcher-path.js';
import { capacityOf } from './capacity.js';
import { presetsIn } from './cmake-presets.js';
import { bytesOf, requireFile } from './project-file.js';
import type { Tool } from './tools.js';

/** Values in it may be in any encoding; those that are looked for here are not. */
async function cacheOf(folder: string): Promise<string | undefined> {
  const bytes = await bytesOf(join(folder, 'CMakeCache.txt'));
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

async function versionOf(program: string, { env }: CommandContext): Promise<string | undefined> {
  const { stdout } = await runProcess(program, ['--version'], { env: Object.fromEntries(env), timeoutMs: 10_000 });
  return versionIn(stdout.toString());
}

interface Project {
  readonly source: string;
  /** CMakeCache.txt of the build folder, where that is known and was configured before. */
  readonly cache: string | undefined;
}

/** Which folders a command line means, as CMake finds them. */
async function projectOf({ cwd }: CommandContext, { source, build, folder }: CmakeWishes): Promise<Project> {
  const alone = folder === undefined ? undefined : resolve(cwd, folder);
  const known = alone === undefined ? undefined : await cacheOf(alone);
  const from = known === undefined ? undefined : cacheEntry(known, 'CMAKE_HOME_DIRECTORY');
  return {
    source: source === undefined ? (from ?? alone ?? cwd) : resolve(cwd, source),
    cache: known ?? (await cacheOf(build === undefined ? cwd : resolve(cwd, build))),
  };
}

async function configure(context: CommandContext, program: string, wishes: CmakeWishes & { readonly args: readonly string[] }): Promise<readonly string[]> {
  const { source, cache } = await projectOf(context, wishes);
  // CMake remembers another name for it in the build folder.
  const file = wishes.projectFile ?? (cache === undefined ? undefined : cacheEntry(cache, 'CMAKE_LIST_FILE_NAME')) ?? 'CMakeLists.txt';
  await requireFile({ name: file, folder: source }, context.cwd, 'Name the source folder with -S.');
  const preset = wishes.preset === undefined ? undefined : presetGenerator(await presetsIn(source), wishes.preset);
  const cached = cache === undefined ? undefined : cacheEntry(cache, 'CMAKE_GENERATOR');
  return configurePlan({
    args: wishes.args,
    launcher: launcherOf(context),
    folder: cmakeFolder,
    version: await versionOf(program, context),
    generator: wishes.generator ?? preset ?? cached ?? envValue(context.env, 'CMAKE_GENERATOR'),
    platform: context.around.platform === 'win32' ? 'windows' : 'posix',
  });
}

async function build(context: CommandContext, args: readonly string[], call: CmakeCall & { readonly kind: 'build' }): Promise<readonly string[]> {
  const preset = call.preset === undefined ? undefined : buildPreset(await presetsIn(context.cwd), call.preset);
  const cache = call.folder === undefined ? undefined : await cacheOf(resolve(context.cwd, call.folder));
  if (cache !== undefined && !compilesThroughUs(cache)) {
    context.complain(`sccache: warning: ${call.folder} was configured without sccache-ts, so nothing is cached: run \`sccache-ts cmake ${call.folder}\` once\n`);
  }
  const given = { env: context.env, jobsGiven: call.jobs || preset?.jobs === true };
  if (buildJobsAreDecided(given)) return args;
  const capacity = await capacityOf(context);
  return buildPlan({
    args,
    ...given,
    generator: preset?.generator ?? (cache === undefined ? undefined : cacheEntry(cache, 'CMAKE_GENERATOR')),
    jobs: suggestedJobs(capacity),
    offered: capacity.offered,
  });
}

/** `sccache-ts cmake …` */
export const runCmake: Tool = async (context, args) => {
  const call = readCmake(args);
  if (call.kind === 'own-folder') return context.print(`${cmakeFolder}\n`);
  const path = programOf(context, 'cmake', 'Put the folder of cmake into PATH.');
  switch (call.kind) {
    case 'configure':
      return become({ path, args: await configure(context, path, { ...call, args }) });
    case 'build':
      return become({ path, args: await build(context, args, call) });
    case 'other':
      return become({ path, args });
  }
};
