// Knows: the figures of a whole library that ninja builds when all of it is in the cache, above the least that any launcher costs.
// Refuses to know: how tools are started (fronts.ts) and how ninja is run (ninja-build.ts).
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Site } from '@sccache-ts/fixtures';
import { programPath } from './compile-command.js';
import { median, milliseconds, quantile, ratio } from './figures.js';
import { bareFront, cachingFronts } from './fronts.js';
import type { Front } from './fronts.js';
import { buildNative } from './native.js';
import { abseilBuild } from './ninja-build.js';
import type { NinjaBuild } from './ninja-build.js';
import type { Part } from './parts.js';
import { leaveOut, watchingHits } from './primed.js';

const fewestRounds = 5;
const primings = 3;

/** Builds until everything is a hit, or gives the tool up, aloud. */
async function fills(front: Front, library: NinjaBuild): Promise<boolean> {
  try {
    for (let attempt = 0; attempt < primings; attempt += 1) {
      const before = (await front.counts?.())?.hits ?? 0;
      await library.build(front);
      if (((await front.counts?.())?.hits ?? 0) - before >= library.files) return true;
    }
    leaveOut(front, `after ${primings} builds not all compiles are hits`);
  } catch (thrown) {
    leaveOut(front, thrown);
  }
  return false;
}

const absolute = (front: Front): Front => ({ ...front, prefix: front.prefix.map((word) => (word.startsWith('/') ? word : programPath(word))) });

async function floorFront(site: Site, library: NinjaBuild): Promise<Front> {
  const prepared = join(site.folder, 'prepared');
  await library.build({ ...bareFront, keepDependencies: true });
  cpSync(join(library.cwd, library.objects), prepared, { recursive: true });
  return { ...bareFront, name: 'floor', prefix: [buildNative(join(site.folder, 'native')).floor, prepared] };
}

/** Fronts take turns, and each turn begins with another one. */
async function takeTurns(fronts: readonly Front[], library: NinjaBuild, rounds: number): Promise<ReadonlyMap<Front, readonly number[]>> {
  const taken = new Map<Front, number[]>(fronts.map((front) => [front, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const at of fronts.keys()) {
      const front = fronts[(at + round) % fronts.length];
      if (front !== undefined) taken.get(front)?.push(await library.build(front));
    }
  }
  return taken;
}

export async function ninjaPart(site: Site, { runs, files }: { readonly runs: number; readonly files: number }): Promise<Part> {
  const rounds = Math.max(fewestRounds, runs);
  const library = await abseilBuild(join(site.folder, 'build'), files);
  const floor = await floorFront(site, library);
  const filled: Front[] = [];
  for (const front of await cachingFronts(site, ['ccache', 'ccache, inode cache'])) {
    if (await fills(absolute(front), library)) filled.push(absolute(front));
  }
  const { result, hitting } = await watchingHits(filled, rounds * library.files, () => takeTurns([floor, ...filled], library, rounds));
  const floorMs = median(result.get(floor) ?? []);
  const above = (name: string): number => {
    const front = filled.find((one) => one.name === name && hitting.has(one));
    return front === undefined ? Number.NaN : median(result.get(front) ?? []) - floorMs;
  };
  const shown = [...result].filter(([front]) => front === floor || hitting.has(front));
  return {
    tables: [
      {
        title: `A whole library with ninja, all hits: ${library.name}, ${library.files} files`,
        note:
          `\`g++ -O2 -g -MD -MT -MF\` as CMake writes it, one compile at a time per processor, medians of ${rounds} rounds in which all take turns; objects and ninja's own files are removed before each. ` +
          'The floor is the same build through a static launcher that copies the right object and dependency file into place.',
        head: ['tool', 'median, ms', 'p90, ms', 'above the floor, ms', '÷ ccache'],
        rows: shown.map(([front, times]) => {
          const over = front === floor ? Number.NaN : median(times) - floorMs;
          return [front.name, milliseconds(median(times)), milliseconds(quantile(times, 0.9)), milliseconds(over), ratio(over, above('ccache'))];
        }),
      },
    ],
    // Some files are not what the target is about.
    figures: library.whole ? [{ target: 'ninja', value: above('sccache-ts') / above('ccache') }] : [],
  };
}
