// Knows: where the links are that stand in for the compilers of one PATH. Refuses to know: who puts the folder into PATH.
import { join } from 'node:path';
import { isCompilerName } from '@sccache-ts/adapter-make';
import { loadClientSettings } from '@sccache-ts/client';
import { digestOf, envValue } from '@sccache-ts/core/base';
import { fillLinkFolder, findCompiler, namesInPath } from '@sccache-ts/core/host';
import type { CommandContext } from '../context.js';
import { launcherOf, ownPrograms } from '../launcher-path.js';

/**
 * A folder with a link to the launcher for each compiler that PATH has, and no other: what a build finds there, it would find without us.
 * So each set of names has a folder of its own, below the cache folder; none is ever removed, since a build may have written its name down.
 * @throws Fault STORAGE_FAILED; those of settings files
 */
export async function masqueradeFolder(context: CommandContext): Promise<string> {
  const { cwd, uid } = context;
  const { disk } = await loadClientSettings(context.around);
  const launcher = launcherOf(context);
  const path = envValue(context.env, 'PATH') ?? '/bin:/usr/bin';
  const parent = join(disk.dir, `masquerade-${uid}`);
  // A make within a make has our folder in PATH already.
  const around = path.split(':').filter((folder) => !folder.startsWith(`${parent}/`)).join(':');
  const own = ownPrograms(context);
  const names = namesInPath(around, cwd).filter((name) => isCompilerName(name) && findCompiler(name, { path: around, cwd, own }) !== undefined);
  const folder = join(parent, digestOf([launcher, ...names].join('\n')).slice(0, 16));
  await fillLinkFolder({ folder, names, target: launcher, uid });
  return folder;
}
