// Knows: how single hits are measured, to the microsecond, all tools taking turns. Refuses to know: how tools are started
// (fronts.ts), how time is taken (bench/native), and tables (hit-tables.ts).
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Site } from '@sccache-ts/fixtures';
import { drive } from './drive.js';
import type { Driven, DrivenTool } from './driven.js';
import { bareFront, cachingFronts } from './fronts.js';
import type { Front } from './fronts.js';
import { buildNative } from './native.js';
import type { NativePrograms } from './native.js';
import { prepareFloor, thoseThatHit, toolOf, watchingHits } from './primed.js';
import { specimens } from './specimens.js';
import type { Specimen } from './specimens.js';

export interface HitFigures {
  readonly specimen: Specimen;
  /** By name of the tool. */
  readonly rows: ReadonlyMap<string, Driven>;
}

/** Hits one after the other before it is the next tool's turn. */
export const hitsATurn = 20;

interface Bench {
  readonly cwd: string;
  readonly runs: number;
  readonly programs: NativePrograms;
  readonly fronts: readonly Front[];
  readonly prepared: string;
}

async function measureOne(specimen: Specimen, bench: Bench): Promise<HitFigures> {
  const { cwd, runs, programs } = bench;
  const prepared = await prepareFloor(specimen, { cwd, folder: bench.prepared });
  const fronts = await thoseThatHit(bench.fronts, specimen, cwd);
  const floor: DrivenTool = { ...toolOf(bareFront, specimen), command: [programs.floor, prepared, ...specimen.command] };
  const noop: DrivenTool = { ...floor, command: [programs.noop], outputs: [] };
  const names = ['nothing, a static program', 'floor, a static program that copies', ...fronts.map(({ name }) => name)];
  const tools = [noop, floor, ...fronts.map((front) => toolOf(front, specimen))];
  const { result, hitting } = await watchingHits(fronts, runs * hitsATurn, () => drive(programs, tools, { cwd, turns: runs, count: hitsATurn }));
  const [bare] = await drive(programs, [toolOf(bareFront, specimen)], { cwd, turns: Math.min(3, runs), count: 1 });
  const rows = new Map<string, Driven>(bare === undefined ? [] : [[bareFront.name, bare]]);
  for (const [at, driven] of result.entries()) {
    const front = fronts[at - 2];
    if (front === undefined || hitting.has(front)) rows.set(names[at] ?? '', driven);
  }
  return { specimen, rows };
}

/** @param runs turns of `hitsATurn` hits for each tool */
export async function measureHits(site: Site, runs: number): Promise<readonly HitFigures[]> {
  const cwd = join(site.folder, 'build');
  mkdirSync(cwd, { recursive: true });
  const programs = buildNative(join(site.folder, 'native'));
  const fronts = await cachingFronts(site, ['ccache', 'ccache, inode cache']);
  const all: HitFigures[] = [];
  for (const specimen of await specimens()) all.push(await measureOne(specimen, { cwd, runs, programs, fronts, prepared: join(site.folder, 'prepared') }));
  return all;
}
