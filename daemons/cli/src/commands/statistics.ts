// Knows: showing and zeroing statistics. Refuses to know: how they are laid out.
import { statisticsText, statisticsWithoutDaemon, type StatisticsInfo } from '@sccache-ts/client';
import type { StatisticsFormat } from './arguments.js';
import { type CommandContext, settingsOf } from './context.js';
import { askDaemon, reachDaemon, reachOrStartDaemon } from './daemon.js';

export interface Shown {
  readonly advanced: boolean;
  readonly format: StatisticsFormat;
}

/** JSON ends without a newline, as sccache's does. */
export function statisticsOutput(info: StatisticsInfo, { advanced, format }: Shown): string {
  return format === 'json' ? JSON.stringify(info) : statisticsText(info, advanced);
}

/** Starts no daemon: without one there is nothing to tell but settings. */
export async function showStatistics(context: CommandContext, shown: Shown): Promise<void> {
  const settings = await settingsOf(context);
  const daemon = await reachDaemon(context);
  const info =
    daemon === undefined ? statisticsWithoutDaemon(settings, context.build) : ((await askDaemon(daemon, context, 'stats')) as StatisticsInfo);
  context.print(statisticsOutput(info, shown));
}

export async function zeroStatistics(context: CommandContext): Promise<void> {
  const daemon = await reachOrStartDaemon(context, await settingsOf(context));
  await askDaemon(daemon, context, 'zero');
  context.complain('Statistics zeroed.\n');
}
