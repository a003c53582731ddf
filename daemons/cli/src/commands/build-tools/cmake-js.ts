// Knows: running cmake-js through us, or telling with which variables npm's own runs of it go through us. Refuses to know: what is to be set, and why;
// the plugin tells that.
import { cmakeJsJobsAreDecided, type CmakeJsMore, cmakeJsPlan, cmakeJsVariables } from '@sccache-ts/plugin-cmake-js';
import { become } from '@sccache-ts/core/host';
import { launcherOf } from '../launcher-path.js';
import { jobsUnless } from './capacity.js';
import { findCmakeJs } from './find-tool.js';
import { isForOthers, serveOthers } from './other-command.js';
import { cmakeJsFile, requireFile } from './project-file.js';
import type { Tool } from './tools.js';

/**
 * This process ends as cmake-js does. `--print-env`, or `--` and a command, is for those who call it by themselves, as npm does.
 * @throws Fault USAGE, before anything is fetched, where there is nothing to build
 */
export const runCmakeJs: Tool = async (context, args) => {
  const env = Object.fromEntries(context.env);
  const launcher = launcherOf(context);
  const moreFor = async (given: readonly string[]): Promise<CmakeJsMore> => ({ env, ...(await jobsUnless(cmakeJsJobsAreDecided(given, env), context)) });
  if (isForOthers(args)) return serveOthers(context, args, cmakeJsVariables(launcher, await moreFor([])));
  const path = findCmakeJs(context);
  await requireFile(cmakeJsFile(args), context.cwd, 'Go to the folder of a native package, or name it with -d.');
  const plan = cmakeJsPlan(launcher, args, await moreFor(args));
  for (const [name, value] of Object.entries(plan.env)) process.env[name] = value;
  return become({ path, args: [...args, ...plan.args] });
};
