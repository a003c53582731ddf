// Knows: how many hits a second there are when many launchers start at once. Refuses to know: how tools are started (fronts.ts).
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Site } from '@sccache-ts/fixtures';
import { drive } from './drive.js';
import type { Driven } from './driven.js';
import { milliseconds, ratio } from './figures.js';
import { cachingFronts } from './fronts.js';
import type { Front } from './fronts.js';
import { buildNative } from './native.js';
import type { NativePrograms } from './native.js';
import type { Part } from './parts.js';
import { leaveOut, toolOf, watchingHits } from './primed.js';
import { numberedSpecimens } from './specimens.js';
import type { Specimen } from './specimens.js';
import type { Figure } from './targets.js';

const launchers = 64;

interface Bench {
  readonly programs: NativePrograms;
  readonly fronts: readonly Front[];
  readonly cwd: string;
  readonly turns: number;
}

/** Compiles each of the numbered outputs once, so that it is in the cache whatever the key is made of. */
async function primed({ programs, fronts, cwd }: Bench, specimen: Specimen): Promise<readonly Front[]> {
  const working: Front[] = [];
  for (const front of fronts) {
    try {
      await drive(programs, [toolOf(front, specimen)], { cwd, turns: 1, count: launchers, width: availableParallelism(), numbers: launchers });
      working.push(front);
    } catch (thrown) {
      leaveOut(front, thrown);
    }
  }
  return working;
}

async function measure(bench: Bench, specimen: Specimen): Promise<ReadonlyMap<string, Driven>> {
  const { programs, cwd, turns } = bench;
  const fronts = await primed(bench, specimen);
  const work = (): Promise<readonly Driven[]> =>
    drive(programs, fronts.map((front) => toolOf(front, specimen)), { cwd, turns, count: launchers, width: launchers, numbers: launchers });
  const { result, hitting } = await watchingHits(fronts, turns * launchers, work);
  return new Map(fronts.flatMap((front, at) => (hitting.has(front) && result[at] !== undefined ? [[front.name, result[at]] as const] : [])));
}

const hitsPerSecond = (driven: Driven | undefined): number => (launchers * 1000) / (driven?.elapsed.median ?? Number.NaN);

export async function burstPart(site: Site, runs: number): Promise<Part> {
  const cwd = join(site.folder, 'build');
  mkdirSync(cwd, { recursive: true });
  const bench: Bench = { programs: buildNative(join(site.folder, 'native')), fronts: await cachingFronts(site, ['ccache', 'ccache, inode cache']), cwd, turns: runs * 3 };
  const rows: (readonly string[])[] = [];
  const figures: Figure[] = [];
  for (const specimen of await numberedSpecimens()) {
    const measured = await measure(bench, specimen);
    const base = hitsPerSecond(measured.get('ccache'));
    const ours = hitsPerSecond(measured.get('sccache-ts')) / base;
    figures.push({ target: specimen.language === 'C' ? 'burstC' : 'burst', value: ours });
    for (const [name, driven] of measured) {
      rows.push([specimen.name, name, hitsPerSecond(driven).toFixed(0), milliseconds(driven.wall.median), milliseconds(driven.wall.p90), ratio(hitsPerSecond(driven), base)]);
    }
  }
  return {
    tables: [
      {
        title: `${launchers} launchers at once`,
        note: `All hits, each to an object of its own; from the first start to the last end, the median of ${bench.turns} turns. Starting the processes is part of it, for every tool.`,
        head: ['compile', 'tool', 'hits/s', 'one hit: median, ms', 'p90, ms', 'hits/s ÷ ccache'],
        rows,
      },
    ],
    figures,
  };
}
