// Knows: what caching costs a build that finds nothing: empty caches, no daemon yet. Refuses to know: how ninja is run (ninja-build.ts).
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { clientEnvironment, hasTool, launcher, run } from '@sccache-ts/fixtures';
import type { Site } from '@sccache-ts/fixtures';
import { programPath } from './compile-command.js';
import { sccacheCounts } from './counts.js';
import { median, milliseconds } from './figures.js';
import { bareFront, ccacheFront, quiet, sccachePrograms } from './fronts.js';
import type { Front } from './fronts.js';
import { abseilBuild } from './ninja-build.js';
import type { NinjaBuild } from './ninja-build.js';
import type { Part } from './parts.js';
import { leaveOut } from './primed.js';

interface ColdFront extends Front {
  /** Ends what the build has started. */
  readonly end: () => Promise<void>;
}

/** A tool with new folders in each round. */
interface ColdTool {
  readonly name: string;
  readonly open: (folder: string) => ColdFront;
}

const sccacheTool = (name: string, program: string): ColdTool => ({
  name,
  open: (folder) => {
    const env = quiet(clientEnvironment({ folder }));
    const end = async (): Promise<void> => void (await run(program, ['--stop-server'], { env, timeoutMs: 30_000 }));
    return { name, prefix: [program], env, daemons: [], counts: () => sccacheCounts(program, env), end };
  },
});

const ccacheTool: ColdTool = { name: 'ccache', open: (folder) => ({ ...ccacheFront('ccache', folder), prefix: [programPath('ccache')], end: async () => undefined }) };
const bareTool: ColdTool = { name: bareFront.name, open: () => ({ ...bareFront, end: async () => undefined }) };

function tools(): readonly ColdTool[] {
  const peer = sccachePrograms();
  const theirs = peer === undefined ? [] : [sccacheTool('sccache', peer.sccache.startsWith('/') ? peer.sccache : programPath(peer.sccache))];
  return [bareTool, sccacheTool('sccache-ts', launcher()), ...theirs, ...(hasTool('ccache') ? [ccacheTool] : [])];
}

/** One build from nothing. @throws Error when the tool did not meet every file as a miss, since then it was not at work */
async function coldBuild(tool: ColdTool, folder: string, library: NinjaBuild): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const front = tool.open(folder);
  try {
    const wallMs = await library.build(front);
    const misses = (await front.counts?.())?.misses ?? library.files;
    if (misses < library.files) throw new Error(`only ${misses} of ${library.files} compiles were misses`);
    return wallMs;
  } finally {
    await front.end();
  }
}

/** A tool that fails in any round is left out of all. */
async function takeTurns(site: Site, library: NinjaBuild, rounds: number): Promise<ReadonlyMap<string, readonly number[]>> {
  const taken = new Map<string, number[]>(tools().map(({ name }) => [name, []]));
  // The compiler and the sources are read once before anybody's time counts.
  await run(programPath('g++'), ['--version'], { env: bareFront.env });
  for (let round = 0; round < rounds; round += 1) {
    const working = tools().filter(({ name }) => taken.has(name));
    for (const at of working.keys()) {
      const tool = working[(at + round) % working.length];
      if (tool === undefined) continue;
      try {
        taken.get(tool.name)?.push(await coldBuild(tool, join(site.folder, `cold-${round}-${at}`), library));
      } catch (thrown) {
        taken.delete(tool.name);
        leaveOut(tool, thrown);
      }
    }
  }
  return taken;
}

/** Machines have busy minutes: each build is held against the bare one of its round, then the median is taken. */
function percentOver(times: readonly number[] | undefined, bare: readonly number[]): number {
  return median((times ?? []).map((ms, round) => (ms / (bare[round] ?? Number.NaN) - 1) * 100));
}

export async function coldPart(site: Site, { rounds, files }: { readonly rounds: number; readonly files: number }): Promise<Part> {
  const library = await abseilBuild(join(site.folder, 'build'), files);
  const taken = await takeTurns(site, library, rounds);
  const bare = taken.get(bareFront.name) ?? [];
  const over = (name: string): number => percentOver(taken.get(name), bare);
  const rivals = ['ccache', 'sccache'].filter((name) => taken.has(name)).map((name) => ({ name, value: over(name) }));
  const signed = (percent: number): string => `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
  return {
    tables: [
      {
        title: `A whole library with ninja, cold: ${library.name}, ${library.files} files`,
        note:
          `\`g++ -O2 -g -MD -MT -MF\`, one compile at a time per processor, ${rounds} ${rounds === 1 ? 'round' : 'rounds'} in which all take turns, each with an empty cache in a new folder and without a daemon: starting it is part of the build. ` +
          'Over bare: the median of what each round has over its own bare build.',
        head: ['tool', 'median, ms', 'over bare'],
        rows: [...taken].map(([name, times]) => [name, milliseconds(median(times)), name === bareFront.name ? '–' : signed(over(name))]),
      },
    ],
    // Some files are not what the target is about.
    figures: library.whole ? [{ target: 'cold', value: over('sccache-ts'), rivals }] : [],
  };
}
