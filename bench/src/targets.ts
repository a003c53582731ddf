// Knows: the figures to reach, and when one is reached. Refuses to know: how figures are taken.
import type { Table } from './figures.js';

interface Target {
  readonly measure: string;
  readonly kind: 'atMost' | 'atLeast';
  readonly bound: number;
  /** What would be better still. */
  readonly aim?: number;
  readonly unit: '×' | '%' | 'MB';
}

/** Ratios are ours ÷ ccache. */
const targets = {
  hitCxx: { measure: 'a C++ hit, wall, ours ÷ ccache', kind: 'atMost', bound: 0.3, aim: 0.15, unit: '×' },
  hitC: { measure: 'a C hit, wall, ours ÷ ccache', kind: 'atMost', bound: 0.4, unit: '×' },
  cpuCxx: { measure: 'processor time of a C++ hit, launcher and daemon, ours ÷ ccache', kind: 'atMost', bound: 0.4, unit: '×' },
  cpuC: { measure: 'processor time of a C hit, launcher and daemon, ours ÷ ccache', kind: 'atMost', bound: 0.4, unit: '×' },
  ninja: { measure: 'a whole library with ninja, all hits, wall above the floor, ours ÷ ccache', kind: 'atMost', bound: 0.35, unit: '×' },
  burst: { measure: '64 launchers at once, all C++ hits: hits per second, ours ÷ ccache', kind: 'atLeast', bound: 1.5, unit: '×' },
  burstC: { measure: '64 launchers at once, all C hits: hits per second, ours ÷ ccache', kind: 'atLeast', bound: 1.5, unit: '×' },
  cold: { measure: 'that library built cold, wall over the bare build', kind: 'atMost', bound: 4, unit: '%' },
  memory: { measure: "the daemon's resident memory after 5,000 distinct compiles", kind: 'atMost', bound: 150, unit: 'MB' },
} as const satisfies Readonly<Record<string, Target>>;

export type TargetName = keyof typeof targets;

export interface Figure {
  readonly target: TargetName;
  readonly value: number;
  /** What other tools had in the same run, where being better than they are is part of the target. */
  readonly rivals?: readonly { readonly name: string; readonly value: number }[];
}

const text = (value: number, unit: Target['unit']): string => {
  if (Number.isNaN(value)) return '–';
  return unit === '×' ? `${Number(value.toPrecision(3))} ×` : unit === '%' ? `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)} %` : `${value.toFixed(0)} MB`;
};

const within = (target: Target, bound: number, value: number): boolean => (target.kind === 'atMost' ? value <= bound : value >= bound);

export function verdict(figure: Figure): string {
  const target: Target = targets[figure.target];
  if (Number.isNaN(figure.value)) return 'not measured';
  const ahead = (figure.rivals ?? []).filter(({ value }) => value <= figure.value);
  const reached = within(target, target.bound, figure.value);
  if (!reached || ahead.length > 0) return ahead.length > 0 ? `not reached; no better than ${ahead.map(({ name }) => name).join(', ')}` : 'not reached';
  return target.aim !== undefined && within(target, target.aim, figure.value) ? 'reached, and the aim' : 'reached';
}

function boundText(target: Target): string {
  const sign = target.kind === 'atMost' ? '≤' : '≥';
  return `${sign} ${text(target.bound, target.unit)}${target.aim === undefined ? '' : `, aim ${text(target.aim, target.unit)}`}`;
}

export const summaryTitle = 'Figures to reach';

/** All targets, also those that this run did not measure. */
export function summaryTable(figures: readonly Figure[]): Table {
  return {
    title: summaryTitle,
    note: 'Computed from the tables below that the same run made; all tools took turns in it. The cold build must also cost less than with ccache and sccache.',
    head: ['measure', 'to reach', 'measured', 'verdict'],
    rows: (Object.keys(targets) as TargetName[]).map((name) => {
      const target: Target = targets[name];
      const figure = figures.find(({ target: one }) => one === name) ?? { target: name, value: Number.NaN };
      const rivals = (figure.rivals ?? []).map((rival) => `${rival.name} ${text(rival.value, target.unit)}`).join(', ');
      return [target.measure, boundText(target) + (name === 'cold' ? ', and below both' : ''), text(figure.value, target.unit) + (rivals === '' ? '' : ` (${rivals})`), verdict(figure)];
    }),
  };
}
