// Knows: how toolchains are listed for people. Pure. Refuses to know: where they are.

export interface KeptRow {
  readonly compiler: string;
  readonly digest: string;
  readonly size: string;
  readonly age: string;
  readonly made: string;
}

export interface NamedRow {
  readonly compiler: string;
  readonly archive: string;
  readonly archiveCompiler: string;
  readonly state: string;
}

const steps: readonly (readonly [seconds: number, name: string])[] = [[86_400, 'day'], [3_600, 'hour'], [60, 'minute'], [1, 'second']];

/** `3 days`, since the last use. @param ms may be negative where clocks were set back */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [length, name] = steps.find(([step]) => seconds >= step) ?? [1, 'second'];
  const count = Math.floor(seconds / length);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

const heads = { compiler: 'COMPILER', digest: 'DIGEST', size: 'SIZE', age: 'LAST USED', made: 'MADE' } as const satisfies KeptRow;
const columns = Object.keys(heads) as (keyof KeptRow)[];

/** One row a line below a line of heads, sorted by compiler. */
export function tableText(rows: readonly KeptRow[]): string {
  const all = [heads, ...[...rows].sort((a, b) => (a.compiler < b.compiler ? -1 : a.compiler > b.compiler ? 1 : 0))];
  const widths = columns.map((column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) => `${columns.map((column, at) => row[column].padEnd(widths[at] ?? 0)).join('  ').trimEnd()}\n`).join('');
}

/** @param never compilers that stay at home */
export function namedText(rows: readonly NamedRow[], never: readonly string[]): string {
  const lines = rows.map(({ compiler, archive, archiveCompiler, state }) => `${compiler} is ${archiveCompiler} in ${archive} (${state})\n`);
  return [...lines, ...never.map((compiler) => `${compiler} never leaves this machine (no_dist)\n`)].join('');
}
