// Knows: how many compiles can run at once: this machine's processors and what the scheduler offers. Refuses to know: what is made of it.
import { setTimeout as nap } from 'node:timers/promises';
import { suggestedJobs } from '@sccache-ts/adapter-make';
import { usableProcessors } from '@sccache-ts/core/host';
import { type CommandContext, settingsOf } from '../context.js';
import { askDaemon, reachOrStartDaemon } from '../daemon.js';

export interface Capacity {
  readonly local: number;
  /** Cores of all build servers; 0 without a scheduler, or when it does not answer in time. */
  readonly offered: number;
}

/** Nobody waits longer than this for a number that is only advice. */
const patienceMs = 3_000;

interface Status {
  readonly SchedulerStatus?: readonly [url: string, status: { readonly num_cpus?: number }];
}

async function offeredCores(context: CommandContext): Promise<number> {
  const settings = await settingsOf(context);
  if (settings.dist === undefined) return 0;
  const status = (await askDaemon(await reachOrStartDaemon(context, settings), context, 'dist-status')) as Status;
  const cores = status.SchedulerStatus?.[1].num_cpus;
  return typeof cores === 'number' && Number.isInteger(cores) && cores > 0 ? cores : 0;
}

/** Never fails: without an answer it is this machine alone that counts. */
export async function capacityOf(context: CommandContext): Promise<Capacity> {
  // Who cannot be asked offers nothing; the build itself says what is wrong with the settings.
  const offered = await Promise.race([offeredCores(context).catch(() => 0), nap(patienceMs, 0, { ref: false })]);
  return { local: usableProcessors(), offered };
}

/** How many compiles at once keep all of it busy. @param decided somebody has said how many: then nobody is asked, and nothing is suggested */
export async function jobsUnless(decided: boolean, context: CommandContext): Promise<{ readonly jobs?: number }> {
  return decided ? {} : { jobs: suggestedJobs(await capacityOf(context)) };
}
