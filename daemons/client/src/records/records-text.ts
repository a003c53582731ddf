// Knows: how `--why` and `--recent` look to a person. Pure. Refuses to know: where records come from.
import { basename } from 'node:path';
import type { StoredRecord } from './record-codec.js';
import { outputOf, sourceOf } from './record-history.js';
import { type Explanation, timeOf } from './why.js';

/** More differences than these say only that it is another compile. */
const mostReasons = 20;

/** Names come from command lines; a terminal is not to obey them. */
const plain = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');

const milliseconds = (ms: number): string => `${ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms`;

/** What was compiled, or the command line where that is not known. */
function subjectOf({ input, command }: StoredRecord): string {
  if (input !== undefined) return input;
  const [program = '', ...words] = command ?? [];
  return [basename(program), ...words].join(' ').slice(0, 80);
}

function told({ verdict, place, wallMs, compileFailed }: StoredRecord): string {
  return [verdict, place, milliseconds(wallMs), ...(compileFailed === true ? ['the compiler failed'] : [])].join(', ');
}

function limited(reasons: readonly string[]): readonly string[] {
  return reasons.length <= mostReasons ? reasons : [...reasons.slice(0, mostReasons), `and ${reasons.length - mostReasons} more differences`];
}

/** Rows of a name and one or more lines. Every line ends in a newline. */
export function whyText({ record, reasons, comparedWith }: Explanation): string {
  const { near, unshared, advice, home, stored, reason, steps = [] } = record;
  const notStored = stored === 'skipped' || stored === 'failed' ? `not stored${reason === undefined ? '' : `: ${reason}`}` : undefined;
  const one = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);
  const rows: readonly (readonly [name: string, lines: readonly string[]])[] = [
    ['Source', [sourceOf(record) ?? subjectOf(record)]],
    ['Output', one(outputOf(record))],
    ['Compiled', [`${timeOf(record)}: ${told(record)}`]],
    ['Why', limited(reasons)],
    ['Nearer', one(near)],
    ['Shared', one(unshared === undefined ? undefined : `not with other base folders: ${unshared}`)],
    ['Compared', comparedWith === undefined ? [] : [`with ${timeOf(comparedWith)}: ${told(comparedWith)}`]],
    ['At home', one(home)],
    ['Advice', one(advice)],
    ['Stored', stored === 'stored' ? ['yes'] : one(notStored)],
    ['Steps', steps.length === 0 ? [] : [steps.map(([step, ms]) => `${step} ${milliseconds(ms)}`).join(', ')]],
  ];
  const lines = rows.flatMap(([name, all]) => all.map((line, at) => `${(at === 0 ? name : '').padEnd(9)} ${plain(line)}\n`));
  return lines.join('');
}

const heads = ['TIME', 'VERDICT', 'PLACE', 'WALL', 'SOURCE', 'REASON'] as const;

/** A table, the newest first. @param explanations the newest first */
export function recentText(explanations: readonly Explanation[]): string {
  if (explanations.length === 0) return 'Nothing is recorded yet.\n';
  const rows = explanations.map(({ record, reasons: [first = '', ...more] }) => {
    const reason = more.length === 0 ? first : `${first} (and ${more.length} more)`;
    return [timeOf(record), record.verdict, record.place, milliseconds(record.wallMs), plain(subjectOf(record)), plain(reason)];
  });
  const table = [[...heads], ...rows];
  const widths = heads.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number): string => (column === 3 ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0));
  return table.map((row) => `${row.map(cell).join('  ').trimEnd()}\n`).join('');
}
