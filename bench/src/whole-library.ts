// Knows: the figures of a whole library, built cold and warm. Refuses to know: how tools are started (fronts.ts).
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, run, sourcesOf } from '@sccache-ts/fixtures';
import type { BuildOptions, Library, Site } from '@sccache-ts/fixtures';
import { median, milliseconds, ratio } from './figures.js';
import type { Table } from './figures.js';
import { bareFront, cachingFronts, distributingFronts } from './fronts.js';
import type { Front } from './fronts.js';

const rounds = 3;

export interface WholeLibraryOptions {
  readonly library: Library;
  readonly cwd: string;
  readonly site: Site;
}

async function timed(front: Front, plan: BuildOptions): Promise<number> {
  rmSync(plan.out, { recursive: true, force: true });
  const started = performance.now();
  const built = await build((command, cwd) => {
    const [program = '', ...args] = [...front.prefix, ...command];
    return run(program, args, { cwd, env: front.env });
  }, plan);
  const failed = built.find(({ result }) => result.code !== 0);
  if (failed !== undefined) throw new Error(`${front.name}: ${failed.source}: ${failed.result.stderr.toString().slice(0, 500)}`);
  return performance.now() - started;
}

interface Round {
  readonly bareMs: number;
  readonly coldMs: number;
  /** Undefined where nothing is read from a cache. */
  readonly warmMs: number | undefined;
}

/** Machines have busy minutes: each figure is held against the bare build of its own round, then the median is taken. */
function rowOf(name: string, rounds: readonly Round[]): readonly string[] {
  const over = (pick: (round: Round) => number): string => ratio(median(rounds.map((round) => pick(round) / round.bareMs)), 1);
  const warm = rounds.flatMap(({ warmMs }) => (warmMs === undefined ? [] : [warmMs]));
  const warmCells = warm.length === 0 ? ['–', '–'] : [milliseconds(median(warm)), over((round) => round.warmMs ?? Number.NaN)];
  return [name, milliseconds(median(rounds.map(({ coldMs }) => coldMs))), over(({ coldMs }) => coldMs), ...warmCells];
}

export async function libraryTable(options: WholeLibraryOptions): Promise<Table> {
  const { library, cwd, site } = options;
  const sources = sourcesOf(library, cwd);
  /** Another header in each round, so that caches are cold in it. */
  const planOf = (round: number): BuildOptions => {
    const header = join(site.folder, `round_${round}.h`);
    writeFileSync(header, `extern int round_${round};\n`);
    return { compiler: 'g++', cwd, sources, flags: ['-O2', '-g', ...library.flags, '-include', header], out: join(site.folder, 'out') };
  };
  const caching = await cachingFronts(site);
  const distributing = await distributingFronts(site);
  const results = new Map<Front, Round[]>([bareFront, ...caching, ...distributing].map((front) => [front, []]));
  // Warms up files and daemons, and takes toolchains to the build servers.
  for (const front of results.keys()) await timed(front, { ...planOf(0), sources: sources.slice(0, 2) });
  for (let round = 1; round <= rounds; round += 1) {
    const plan = planOf(round);
    const bareMs = await timed(bareFront, plan);
    for (const [front, taken] of results) {
      const coldMs = front === bareFront ? bareMs : await timed(front, plan);
      taken.push({ bareMs, coldMs, warmMs: caching.includes(front) ? await timed(front, plan) : undefined });
    }
  }
  return {
    title: `A whole library: ${library.name}, ${sources.length} files`,
    note: `\`g++ -O2 -g\`, one compile at a time per processor, medians of ${rounds} rounds in which all take turns. Cold: nothing in the cache. Warm: the same again. The build server shares the machine, so that distribution can only cost here.`,
    head: ['tool', 'cold, ms', 'over bare', 'warm, ms', 'over bare'],
    rows: [...results].map(([front, taken]) => rowOf(distributing.includes(front) ? `${front.name}, one build server on the loopback` : front.name, taken)),
  };
}
