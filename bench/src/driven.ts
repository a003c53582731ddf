// Knows: what the program that times commands (bench/native) is told, and what it answers. Refuses to know: how it is run.

export interface DrivenTool {
  /** An absolute path and arguments; `{n}` is the number of the run. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Removed before each run, there after it; `{n}` as above. */
  readonly outputs: readonly string[];
  /** Processes whose processor time belongs to the runs. */
  readonly daemons: readonly number[];
}

/** Milliseconds. */
export interface Spread {
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
  readonly mean: number;
}

export interface Driven {
  readonly runs: number;
  /** By turn: from the first start to the last end. */
  readonly elapsed: Spread;
  /** By run: from start to end. */
  readonly wall: Spread;
  /** By run: processor time of what was started and of all that it waited for. */
  readonly cpu: Spread;
  /** By run: processor time of the daemons. */
  readonly daemon: Spread;
}

/** @throws Error when a value has a line break, which the format cannot carry */
export function specOf(tools: readonly DrivenTool[], cwd: string): string {
  const lines = tools.flatMap(({ command, env, outputs, daemons }, at) => [
    ['tool', String(at)],
    ...command.map((word) => ['arg', word]),
    // A variable with line breaks is some shell's function and means nothing to a compiler.
    ...Object.entries(env).filter(([, value]) => !value.includes('\n')).map(([name, value]) => ['env', `${name}=${value}`]),
    ...outputs.map((path) => ['output', path]),
    ...daemons.map((pid) => ['pid', String(pid)]),
  ]);
  return [['dir', cwd], ...lines]
    .map(([key = '', value = '']) => {
      if (value.includes('\n')) throw new Error(`a line break in ${key}: ${value}`);
      return `${key}\t${value}\n`;
    })
    .join('');
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

function numberIn(record: unknown, name: string): number {
  const value = isRecord(record) ? record[name] : undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`no number ${name} in ${JSON.stringify(record)}`);
  return value;
}

function spreadIn(record: unknown, name: string): Spread {
  const spread = isRecord(record) ? record[name] : undefined;
  const of = (figure: string): number => numberIn(spread, figure) / 1e6;
  return { p10: of('p10'), median: of('median'), p90: of('p90'), mean: of('mean') };
}

/** @throws Error when it is not the answer for `count` tools */
export function parseDriven(text: string, count: number): readonly Driven[] {
  const answer: unknown = JSON.parse(text);
  if (!Array.isArray(answer) || answer.length !== count) throw new Error(`figures of ${count} tools are wanted, not ${text.slice(0, 200)}`);
  return answer.map((one: unknown) => ({
    runs: numberIn(one, 'runs'),
    elapsed: spreadIn(one, 'elapsed'),
    wall: spreadIn(one, 'wall'),
    cpu: spreadIn(one, 'cpu'),
    daemon: spreadIn(one, 'daemon'),
  }));
}
