// Knows: the figures of a single compile: hit latency, miss overhead, processor time on the client for a compile away.
// Refuses to know: how tools are started (fronts.ts).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Library, Site } from '@sccache-ts/fixtures';
import { median, milliseconds, ratio } from './figures.js';
import type { Table } from './figures.js';
import { bareFront, cachingFronts, distributingFronts, processorTime } from './fronts.js';
import type { Front } from './fronts.js';
import { sample } from './measure.js';
import type { Sample } from './measure.js';

export interface OneFileOptions {
  readonly library: Library;
  readonly cwd: string;
  readonly runs: number;
  readonly site: Site;
}

/** A header with a declaration of its own: every tool sees other text and misses, also one that ignores unused macros. */
function commandFor(options: OneFileOptions, mark: string): readonly string[] {
  const { library, site } = options;
  const header = join(site.folder, `mark_${mark}.h`);
  writeFileSync(header, `extern int mark_${mark};\n`);
  return ['g++', '-O2', '-g', ...library.flags, '-include', header, '-c', library.specimen, '-o', join(site.folder, 'specimen.o')];
}

/** A tool whose first compile fails is left out, aloud. */
async function thoseThatWork(fronts: readonly Front[], options: OneFileOptions): Promise<readonly Front[]> {
  const working: Front[] = [];
  for (const front of fronts) {
    try {
      await sample(front, commandFor(options, 'first'), { cwd: options.cwd });
      working.push(front);
    } catch (thrown) {
      process.stdout.write(`${front.name} is left out: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    }
  }
  return working;
}

/** Enough that milliseconds, which is what bash tells, are fine enough. */
const hitsATurn = 10;

interface Collected {
  readonly miss: Sample[];
  readonly hit: Sample[];
}

/** Runs take turns, so that a busy minute of the machine is shared by all. */
async function takeTurns(fronts: readonly Front[], options: OneFileOptions): Promise<ReadonlyMap<Front, Collected>> {
  const collected = new Map<Front, Collected>(fronts.map((front) => [front, { miss: [], hit: [] }]));
  for (let turn = -1; turn < options.runs; turn += 1) {
    for (const [front, { miss, hit }] of collected) {
      const command = commandFor(options, `${turn + 1}`);
      const first = await sample(front, command, { cwd: options.cwd });
      const again = front === bareFront ? first : await sample(front, command, { cwd: options.cwd, times: hitsATurn });
      // The first turn warms files and daemons up and is thrown away.
      if (turn < 0) continue;
      miss.push(first);
      hit.push(again);
    }
  }
  return collected;
}

const wall = (samples: readonly Sample[]): number => median(samples.map(({ wallMs }) => wallMs));

export async function cacheTable(options: OneFileOptions): Promise<Table> {
  const collected = await takeTurns([bareFront, ...(await thoseThatWork(await cachingFronts(options.site), options))], options);
  const base = wall(collected.get(bareFront)?.miss ?? []);
  const rows = [...collected].map(([front, { miss, hit }]) =>
    front === bareFront
      ? [front.name, milliseconds(base), '1 ×', '–', '–', '–']
      : [front.name, milliseconds(wall(miss)), ratio(wall(miss), base), milliseconds(wall(miss) - base), milliseconds(wall(hit)), ratio(wall(hit), base)],
  );
  return {
    title: `One file through a cache: ${options.library.specimen}`,
    note: `\`g++ -O2 -g\`, medians of ${options.runs} turns (hits: means of ${hitsATurn} a turn, then the median). A miss is made by including a new one-line header; all tools take turns.`,
    head: ['tool', 'miss, ms', 'over bare', 'overhead, ms', 'hit, ms', 'over bare'],
    rows,
  };
}

export async function awayTable(options: OneFileOptions): Promise<Table> {
  const fronts = await thoseThatWork(await distributingFronts(options.site), options);
  const daemonMs = new Map<Front, number>();
  const samples = new Map<Front, Sample[]>([[bareFront, []], ...fronts.map((front): [Front, Sample[]] => [front, []])]);
  for (let turn = -1; turn < options.runs; turn += 1) {
    for (const [front, taken] of samples) {
      const before = front.daemons.reduce((sum, pid) => sum + processorTime(pid), 0);
      const one = await sample(front, commandFor(options, `away_${turn + 1}`), { cwd: options.cwd });
      if (turn < 0) continue;
      taken.push(one);
      daemonMs.set(front, (daemonMs.get(front) ?? 0) + front.daemons.reduce((sum, pid) => sum + processorTime(pid), 0) - before);
    }
  }
  const base = median((samples.get(bareFront) ?? []).map(({ cpuMs }) => cpuMs));
  const rows = [...samples].map(([front, taken]) => {
    const own = median(taken.map(({ cpuMs }) => cpuMs));
    const daemon = (daemonMs.get(front) ?? 0) / Math.max(1, taken.length);
    return [front.name, milliseconds(wall(taken)), milliseconds(own), milliseconds(daemon), milliseconds(own + daemon), ratio(own + daemon, base)];
  });
  return {
    title: 'One file on a build server: processor time on the client',
    note:
      `The same file, sent to one build server on the loopback, cache written but not read; medians of ${options.runs} turns, the daemon's time as the mean (it is counted in ticks of 10 ms). ` +
      'The wall time holds the compile itself, on the same machine.',
    head: ['tool', 'wall, ms', 'front and children, ms', 'daemon, ms', 'client processor time, ms', 'over bare'],
    rows,
  };
}
