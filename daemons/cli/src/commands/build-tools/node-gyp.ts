// Knows: running node-gyp through us, or telling with which variables npm's own runs of it go through us. Refuses to know: what is to be set, and why;
// the plugin tells that.
import { nodeGypJobsAreDecided, nodeGypPlan, type NodeGypPlan } from '@sccache-ts/plugin-node-gyp';
import { become } from '@sccache-ts/core/host';
import type { CommandContext } from '../context.js';
import { launcherOf } from '../launcher-path.js';
import { jobsUnless } from './capacity.js';
import { findNodeGyp } from './find-tool.js';
import { isForOthers, serveOthers } from './other-command.js';
import { gypFile, requireFile } from './project-file.js';
import type { Tool } from './tools.js';

async function planOf(context: CommandContext, args: readonly string[]): Promise<NodeGypPlan> {
  const given = { env: Object.fromEntries(context.env), args };
  return nodeGypPlan({ launcher: launcherOf(context), ...given, ...(await jobsUnless(nodeGypJobsAreDecided(given), context)) });
}

/**
 * This process ends as node-gyp does. `--print-env`, or `--` and a command, is for those who call it by themselves, as npm does.
 * @throws Fault USAGE, before anything is fetched, where there is nothing to build
 */
export const runNodeGyp: Tool = async (context, args) => {
  if (isForOthers(args)) return serveOthers(context, args, await planOf(context, []));
  const path = findNodeGyp(context);
  await requireFile(gypFile({ args, env: Object.fromEntries(context.env) }), context.cwd, 'Go to the folder of a native package, or name it with -C.');
  const { env, reached, notes } = await planOf(context, args);
  if (!reached) for (const note of notes) context.complain(`sccache: ${note}\n`);
  for (const [name, value] of Object.entries(env)) process.env[name] = value;
  return become({ path, args });
};
