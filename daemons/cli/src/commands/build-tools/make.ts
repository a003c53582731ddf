// Knows: running make with everything set for it. Refuses to know: what is to be set, and why; the adapter tells that.
import { gnuMakeVersion, jobsAreDecided, makePlan, type MakeJobs, type MakePlan, type MakePlanInput } from '@sccache-ts/adapter-make';
import { isFault } from '@sccache-ts/core/base';
import { become, isFaithful, runProcess } from '@sccache-ts/core/host';
import type { CommandContext } from '../context.js';
import { launcherOf, programOf } from '../launcher-path.js';
import { capacityOf } from './capacity.js';
import { masqueradeFolder } from './masquerade.js';
import type { Tool } from './tools.js';

const versionMs = 5_000;

/** Every make since 4.0 reads GNUMAKEFLAGS; one that is not GNU's gets no word of ours. */
async function applyOf(make: string, context: CommandContext): Promise<MakeJobs['apply']> {
  const { stdout } = await runProcess(make, ['--version'], { cwd: context.cwd, env: { ...Object.fromEntries(context.env), MAKEFLAGS: '', GNUMAKEFLAGS: '' }, timeoutMs: versionMs });
  const version = gnuMakeVersion(stdout.toString());
  if (version === undefined) return 'never';
  if (version.major >= 4) return 'environment';
  // Where words are no UTF-8, they go on as they came: in the same number.
  return isFaithful() ? 'argument' : 'never';
}

/** Nobody is asked for a number that is not needed. */
async function jobsFor(make: string, context: CommandContext, args: readonly string[]): Promise<MakeJobs> {
  if (jobsAreDecided({ env: context.env, args })) return { local: 1, offered: 0, apply: 'never' };
  const [apply, capacity] = await Promise.all([applyOf(make, context), capacityOf(context)]);
  return { ...capacity, apply };
}

type Common = Pick<MakePlanInput, 'launcher' | 'env' | 'args' | 'jobs'>;

/** Never redder than without us: where no folder can be had, makefiles that leave CC alone still compile through us. */
async function planFor(context: CommandContext, common: Common): Promise<MakePlan> {
  try {
    return makePlan({ style: 'masquerade', masqueradeDir: await masqueradeFolder(context), ...common });
  } catch (thrown) {
    const noFolder = isFault(thrown, 'STORAGE_FAILED') || isFault(thrown, 'USAGE');
    if (!noFolder) throw thrown;
    context.complain(`sccache: warning: ${thrown.message}: only makefiles that do not set CC and CXX compile through the cache\n`);
    return makePlan({ style: 'variables', ...common });
  }
}

/** This process ends as make does; what is said meanwhile is make's alone. */
export const runMake: Tool = async (context, args) => {
  const make = programOf(context, 'make', 'Install GNU make, or put its folder into PATH.');
  const plan = await planFor(context, { launcher: launcherOf(context), env: context.env, args, jobs: await jobsFor(make, context, args) });
  for (const [name, value] of plan.env) process.env[name] = value;
  // $(MAKE) is what make was called by.
  return become({ path: make, args: plan.args, argv0: 'make' });
};
