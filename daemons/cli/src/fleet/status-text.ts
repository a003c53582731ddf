// Knows: how the fleet is shown at a terminal. Refuses to know: how it is asked for.
import type { FleetReport, ServerLine } from '@sccache-ts/scheduler';

const units = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

/** `45 s`, `3 min`, `2 h`, `5 d` */
export function spellSeconds(seconds: number): string {
  const unit = units.find(([size]) => seconds >= size);
  return unit === undefined ? `${seconds} s` : `${Math.floor(seconds / unit[0])} ${unit[1]}`;
}

const mebibyte = 1024 ** 2;
const spellBytes = (bytes: number): string => (bytes >= 1024 * mebibyte ? `${(bytes / 1024 / mebibyte).toFixed(1)} GiB` : `${Math.round(bytes / mebibyte)} MiB`);

/** Words of a server that end up at a terminal. */
const plain = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').slice(0, 300);
const orUnknown = (value: string | null): string => (value === null || value === '' ? '?' : plain(value));

const headings = ['Server', 'State', 'Jobs', 'Waiting', 'Done', 'Failed', 'Toolchains', 'Seen', 'Up', 'Mode', 'Version'];

function rowOf(it: ServerLine): readonly string[] {
  const { jobs } = it;
  const toolchains = it.toolchain_bytes === null ? String(it.toolchains.length) : `${it.toolchains.length} (${spellBytes(it.toolchain_bytes)})`;
  return [
    it.server,
    it.state,
    `${jobs.started}/${it.slots}`,
    String(jobs.assigning + jobs.pending + jobs.ready),
    it.jobs_done === null ? '?' : String(it.jobs_done),
    it.jobs_failed === null ? '?' : String(it.jobs_failed),
    toolchains,
    spellSeconds(it.seen_seconds_ago),
    it.up_seconds === null ? '?' : spellSeconds(it.up_seconds),
    orUnknown(it.mode),
    orUnknown(it.version),
  ];
}

function tableOf(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}

/** Lines for people, without the last line break. */
export function statusText(url: string, report: FleetReport): string {
  const { scheduler, servers, lost } = report;
  const head = `Scheduler ${url}, version ${plain(scheduler.version)}, up ${spellSeconds(scheduler.up_seconds)}${scheduler.stopping ? ', being stopped' : ''}`;
  const sum = `${report.num_servers} build servers, ${report.num_cpus} processors, ${report.in_progress} jobs`;
  const errors = servers.flatMap(({ server, last_error: it }) => (it === null ? [] : [`${server}, ${spellSeconds(it.seconds_ago)} ago: ${plain(it.message)}`]));
  const gone = lost.map(({ server, why, seconds_ago: ago }) => `${server}, ${spellSeconds(ago)} ago: ${why === 'left' ? 'was stopped' : 'was not heard of for 90 s'}`);
  return [
    head,
    sum,
    ...(servers.length === 0 ? [] : ['', ...tableOf([headings, ...servers.map(rowOf)])]),
    ...(errors.length === 0 ? [] : ['', 'Last errors:', ...errors.map((line) => `  ${line}`)]),
    ...(gone.length === 0 ? [] : ['', 'Gone within the last hour:', ...gone.map((line) => `  ${line}`)]),
  ].join('\n');
}
