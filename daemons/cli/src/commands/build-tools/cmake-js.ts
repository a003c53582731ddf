// Knows: running cmake-js through us, or telling with which variables npm's own runs of it go through us. Refuses to know: what is to be set, and why;
// the plugin tells that.
import { cmakeJsJobsAreDecided, cmakeJsPlan, cmakeJsVariables } from '@sccache-ts/plugin-cmake-js';
import { become } from '@sccache-ts/core/host';
import { launcherOf } from '../launcher-path.js';
import { jobsUnless } from './capacity.js';
import { findCmakeJs } from './find-tool.js';
import { isForOthers, serveOthers } from './other-command.js';
import type { Tool } from './tools.js';

/** This process ends as cmake-js does. `--print-env`, or `--` and a command, is for those who call it by themselves, as npm does. */
export const runCmakeJs: Tool = async (context, args) => {
  const launcher = launcherOf(context);
  const env = Object.fromEntries(context.env);
  const forOthers = isForOthers(args);
  const more = { env, ...(await jobsUnless(cmakeJsJobsAreDecided(forOthers ? [] : args, env), context)) };
  if (forOthers) return serveOthers(context, args, cmakeJsVariables(launcher, more));
  const path = findCmakeJs(context);
  const plan = cmakeJsPlan(launcher, args, more);
  for (const [name, value] of Object.entries(plan.env)) process.env[name] = value;
  return become({ path, args: [...args, ...plan.args] });
};
