// Knows: what is told of measured hits, and the figures to reach among it. Refuses to know: how they were measured (hits.ts).
import type { Driven } from './driven.js';
import { milliseconds, ratio } from './figures.js';
import { hitsATurn } from './hits.js';
import type { HitFigures } from './hits.js';
import type { Part } from './parts.js';
import type { Figure, TargetName } from './targets.js';

/** Ours ÷ ccache for the compile that a build system would make. */
function figuresOf(all: readonly HitFigures[], value: (driven: Driven) => number, names: Readonly<Record<'C' | 'C++', TargetName>>): readonly Figure[] {
  return all.flatMap(({ specimen, rows }) => {
    const [ours, ccache] = [rows.get('sccache-ts'), rows.get('ccache')];
    return specimen.asBuilt && ours !== undefined && ccache !== undefined ? [{ target: names[specimen.language], value: value(ours) / value(ccache) }] : [];
  });
}

function rowsOf(all: readonly HitFigures[], value: (driven: Driven) => number, cells: (driven: Driven) => readonly string[]): readonly (readonly string[])[] {
  return all.flatMap(({ specimen, rows }) => {
    const ccache = rows.get('ccache');
    return [...rows].map(([name, driven]) => [specimen.name, name, ...cells(driven), ccache === undefined ? '–' : ratio(value(driven), value(ccache))]);
  });
}

const wall = ({ wall }: Driven): number => wall.median;

export function hitPart(all: readonly HitFigures[], runs: number): Part {
  const table = {
    title: 'Hits of one file',
    note:
      `\`-O2 -g\`, the command as CMake writes it, and without a dependency file; wall time from start to end as a small C program sees it, medians of ${runs * hitsATurn} runs: ` +
      `${runs} turns of ${hitsATurn} for each tool. Outputs are removed before each run. The bare compiler ran ${Math.min(3, runs)} times.`,
    head: ['compile', 'tool', 'p10, ms', 'median, ms', 'p90, ms', 'medians ÷ ccache'],
    rows: rowsOf(all, wall, (driven) => [milliseconds(driven.wall.p10), milliseconds(driven.wall.median), milliseconds(driven.wall.p90)]),
  };
  return { tables: [table], figures: figuresOf(all, wall, { 'C++': 'hitCxx', C: 'hitC' }) };
}

const processor = ({ cpu, daemon }: Driven): number => cpu.median + daemon.median;

export function processorPart(all: readonly HitFigures[]): Part {
  const table = {
    title: 'Processor time of a hit',
    note: 'Of the runs of the table "Hits of one file" or of others like them. The launcher and its children as the kernel tells it at their end, the daemon by its processor clock, which counts all its threads in nanoseconds, until 20 ms after each turn.',
    head: ['compile', 'tool', 'launcher, ms', 'daemon, ms', 'both, ms', '÷ ccache'],
    rows: rowsOf(all, processor, (driven) => [milliseconds(driven.cpu.median), milliseconds(driven.daemon.median), milliseconds(processor(driven))]),
  };
  return { tables: [table], figures: figuresOf(all, processor, { 'C++': 'cpuCxx', C: 'cpuC' }) };
}
