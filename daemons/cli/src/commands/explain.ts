// Knows: telling what became of compiles, and why. Refuses to know: how an explanation is found and laid out.
import { explain, findCompile, type History, readRecords, recentJson, recentText, type RecordsPlace, recordsPlace, whyJson, whyText } from '@sccache-ts/client';
import { Fault } from '@sccache-ts/core/base';
import type { StatisticsFormat } from './arguments.js';
import { type CommandContext, settingsOf } from './context.js';
import { askDaemon, reachDaemon } from './daemon.js';

interface Recorded {
  readonly history: History;
  readonly place: RecordsPlace;
}

/** Starts no daemon; one that runs is asked to write down what it still remembers, and where. */
async function recorded(context: CommandContext): Promise<Recorded> {
  const settings = await settingsOf(context);
  const daemon = await reachDaemon(context);
  const place = daemon === undefined ? recordsPlace(settings.records) : ((await askDaemon(daemon, context, 'records-flush')) as RecordsPlace);
  return { history: await readRecords(place), place };
}

function nothing(what: string, { path, on }: RecordsPlace): Fault {
  const hint = on ? `records are kept in ${path}` : 'nothing is recorded when records.size is 0, nor beside a cache that is only read';
  return new Fault('NOT_RECORDED', what, { hint });
}

/** @param file a source or an output; undefined: the last compile of all. @throws Fault NOT_RECORDED, USAGE */
export async function showWhy(context: CommandContext, { file, format }: { readonly file: string | undefined; readonly format: StatisticsFormat }): Promise<void> {
  const { history, place } = await recorded(context);
  const [last] = history.records;
  const found = file !== undefined ? findCompile(history, file, context.cwd) : last === undefined ? undefined : { kind: 'found' as const, record: last };
  if (found?.kind === 'several') throw new Fault('USAGE', `${file ?? ''} may be one of ${found.sources.slice(0, 10).join(', ')}: give its path`);
  if (found?.kind !== 'found') throw nothing(file === undefined ? 'no compile is recorded yet' : `no compile of ${file} is recorded`, place);
  const explanation = explain(found.record, history);
  context.print(format === 'json' ? `${JSON.stringify(whyJson(explanation))}\n` : whyText(explanation));
}

/** Prints the last compiles, the newest first; none is no failure. */
export async function showRecent(context: CommandContext, { count, format }: { readonly count: number; readonly format: StatisticsFormat }): Promise<void> {
  const { history } = await recorded(context);
  const explanations = history.records.slice(0, count).map((record) => explain(record, history));
  context.print(format === 'json' ? `${JSON.stringify(recentJson(explanations, history.skipped))}\n` : recentText(explanations));
  if (history.skipped > 0 && format === 'text') context.complain(`sccache: ${history.skipped} damaged lines of the log were left out\n`);
}
