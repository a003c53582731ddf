// Knows: how large daemons become by thousands of distinct compiles. Refuses to know: how tools are started (fronts.ts).
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Site } from '@sccache-ts/fixtures';
import { compileCommand, programPath } from './compile-command.js';
import type { CompileCommand } from './compile-command.js';
import { drive } from './drive.js';
import { cachingFronts } from './fronts.js';
import type { Front } from './fronts.js';
import { buildNative } from './native.js';
import type { NativePrograms } from './native.js';
import type { Part } from './parts.js';
import { leaveOut, toolOf } from './primed.js';
import { residentMemory } from './resident-memory.js';
import type { ResidentMemory } from './resident-memory.js';

/** Compiles that the target speaks of. */
const fewest = 5000;
const headers = 300;
/** Headers of source `n`: 20 to 300. */
const headersOf = (source: number): number => 20 + ((source * 37) % (headers - 19));

function writeSources(cwd: string, count: number): void {
  mkdirSync(join(cwd, 'include'), { recursive: true });
  mkdirSync(join(cwd, 'source'));
  mkdirSync(join(cwd, 'object'));
  for (let at = 0; at < headers; at += 1) writeFileSync(join(cwd, `include/part_${at}.h`), `#pragma once\nstruct part_${at} { int value; };\nint part_${at}_of(const struct part_${at} *);\n`);
  for (let at = 0; at < count; at += 1) {
    const first = (at * 13) % headers;
    const included = Array.from({ length: headersOf(at) }, (_, next) => `#include "part_${(first + next) % headers}.h"\n`).join('');
    writeFileSync(join(cwd, `source/${at}.c`), `${included}int distinct_${at}(void) { return ${at}; }\n`);
  }
}

interface Grown {
  readonly idle: ResidentMemory;
  readonly filled: ResidentMemory;
  readonly hit: ResidentMemory;
}

interface Bench {
  readonly programs: NativePrograms;
  readonly cwd: string;
  readonly compiles: number;
}

/** What is stored after the answer is to be stored before we look. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2000));

/** @throws Error when the compiles are not misses first and hits then */
async function grow(front: Front, one: CompileCommand, { programs, cwd, compiles }: Bench): Promise<Grown> {
  const [daemon] = front.daemons;
  if (daemon === undefined) throw new Error('it has no daemon');
  const all = async (): Promise<ResidentMemory> => {
    await drive(programs, [toolOf(front, one)], { cwd, turns: 1, count: compiles, width: availableParallelism(), numbers: compiles });
    await settle();
    return residentMemory(daemon);
  };
  const idle = residentMemory(daemon);
  const before = await front.counts?.();
  const filled = await all();
  const between = await front.counts?.();
  const hit = await all();
  const after = await front.counts?.();
  const [misses, hits] = [(between?.misses ?? 0) - (before?.misses ?? 0), (after?.hits ?? 0) - (between?.hits ?? 0)];
  if (misses < compiles || hits < compiles) throw new Error(`${misses} misses and then ${hits} hits are not ${compiles} each`);
  return { idle, filled, hit };
}

const megabytes = ({ now, highest }: ResidentMemory): readonly string[] => [(now / 1e6).toFixed(0), (highest / 1e6).toFixed(0)];

export async function memoryPart(site: Site, compiles: number): Promise<Part> {
  const cwd = join(site.folder, 'build');
  writeSources(cwd, compiles);
  const bench: Bench = { programs: buildNative(join(site.folder, 'native')), cwd, compiles };
  const one = compileCommand({ compiler: programPath('gcc'), flags: ['-O0', '-Iinclude'], source: 'source/{n}.c', object: 'object/{n}.o', dependencies: true });
  const grown = new Map<string, Grown>();
  for (const front of await cachingFronts(site, [])) {
    try {
      grown.set(front.name, await grow(front, one, bench));
    } catch (thrown) {
      leaveOut(front, thrown);
    }
  }
  const ours = grown.get('sccache-ts');
  return {
    tables: [
      {
        title: 'Memory of the daemon',
        note:
          `${compiles} distinct compiles of small C files with 20 to ${headers} headers each, ${availableParallelism()} at a time, then all of them again as hits. ` +
          'Resident memory of the daemon in MB, two seconds after the last answer, and the highest that it ever was.',
        head: ['tool', 'at the start', 'after the compiles', 'highest', 'after the hits', 'highest'],
        rows: [...grown].map(([name, { idle, filled, hit }]) => [name, megabytes(idle)[0] ?? '', ...megabytes(filled), ...megabytes(hit)]),
      },
    ],
    // Fewer compiles are not what the target is about, nor are the hits; the table tells of both.
    figures: ours === undefined || compiles < fewest ? [] : [{ target: 'memory', value: ours.filled.now / 1e6 }],
  };
}
