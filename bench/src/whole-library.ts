// Knows: the figures of a whole library, built cold and warm. Refuses to know: how tools are started (fronts.ts).
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, run, sourcesOf } from '@sccache-ts/fixtures';
import type { BuildOptions, Library, Site } from '@sccache-ts/fixtures';
import { milliseconds, ratio } from './figures.js';
import type { Table } from './figures.js';
import { bareFront, cachingFronts, distributingFronts } from './fronts.js';
import type { Front } from './fronts.js';

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

export async function libraryTable(options: WholeLibraryOptions): Promise<Table> {
  const sources = sourcesOf(options.library, options.cwd);
  const plan: BuildOptions = {
    compiler: 'g++', cwd: options.cwd, sources, flags: ['-O2', '-g', ...options.library.flags], out: join(options.site.folder, 'out'),
  };
  await timed(bareFront, plan);
  const rows: string[][] = [];
  // The machine's speed drifts over minutes, so every tool is held against a bare build just before it.
  for (const front of await cachingFronts(options.site)) {
    const bare = await timed(bareFront, plan);
    const [cold, warm] = [await timed(front, plan), await timed(front, plan)];
    rows.push([front.name, milliseconds(bare), milliseconds(cold), ratio(cold, bare), milliseconds(warm), ratio(warm, bare)]);
  }
  for (const front of await distributingFronts(options.site)) {
    await timed(front, { ...plan, sources: sources.slice(0, 1) });
    const bare = await timed(bareFront, plan);
    const cold = await timed(front, plan);
    rows.push([`${front.name}, one build server on the loopback`, milliseconds(bare), milliseconds(cold), ratio(cold, bare), '–', '–']);
  }
  return {
    title: `A whole library: ${options.library.name}, ${sources.length} files`,
    note:
      '`g++ -O2 -g`, one compile at a time per processor. Bare: the compiler alone, just before. Cold: empty cache. Warm: the same again. ' +
      'The build server has the toolchain already, and it shares the machine, so that distribution can only cost here.',
    head: ['tool', 'bare, ms', 'cold, ms', 'over bare', 'warm, ms', 'over bare'],
    rows,
  };
}
