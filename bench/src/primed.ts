// Knows: how caches are filled before hits are measured, and how one sees that hits were hits. Refuses to know: figures.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '@sccache-ts/fixtures';
import { programPath } from './compile-command.js';
import type { CompileCommand } from './compile-command.js';
import type { DrivenTool } from './driven.js';
import { bareFront } from './fronts.js';
import type { Front } from './fronts.js';

/** How the timing program is to call a front. */
export function toolOf(front: Front, { command, outputs }: CompileCommand): DrivenTool {
  const [program, ...rest] = [...front.prefix, ...command];
  const path = program === undefined || program.startsWith('/') ? program ?? '' : programPath(program);
  return { command: [path, ...rest], env: front.env, outputs, daemons: front.daemons };
}

async function compile(front: Front, { command }: CompileCommand, cwd: string): Promise<void> {
  const [program = '', ...args] = [...front.prefix, ...command];
  const { code, stderr } = await run(program, args, { cwd, env: front.env });
  if (code !== 0) throw new Error(`exit ${code}: ${stderr.toString().slice(-500)}`);
}

/** Fills a folder with the bare compiler's outputs, for the floor launcher. @returns the folder */
export async function prepareFloor(one: CompileCommand, { cwd, folder }: { readonly cwd: string; readonly folder: string }): Promise<string> {
  mkdirSync(folder, { recursive: true });
  await compile(bareFront, one, cwd);
  for (const output of one.outputs) copyFileSync(join(cwd, output), join(folder, output.split('/').at(-1) ?? ''));
  return folder;
}

/** Results are stored after the answer, so that the very next compile may come too early. */
const patience = { tries: 5, pauseMs: 200 } as const;

async function becomesHit(front: Front, one: CompileCommand, cwd: string): Promise<boolean> {
  for (let attempt = 0; attempt < patience.tries; attempt += 1) {
    const before = (await front.counts?.())?.hits ?? 0;
    await compile(front, one, cwd);
    await new Promise((resolve) => setTimeout(resolve, patience.pauseMs));
    if (((await front.counts?.())?.hits ?? 0) > before) return true;
  }
  return false;
}

export const leaveOut = (front: Pick<Front, 'name'>, why: unknown): void =>
  void process.stdout.write(`${front.name} is left out: ${why instanceof Error ? why.message : String(why)}\n`);

/** Those of the fronts for which the compile has become a hit; the others are named aloud. */
export async function thoseThatHit(fronts: readonly Front[], one: CompileCommand, cwd: string): Promise<readonly Front[]> {
  const working: Front[] = [];
  for (const front of fronts) {
    try {
      if (await becomesHit(front, one, cwd)) working.push(front);
      else leaveOut(front, 'the same compile does not become a hit');
    } catch (thrown) {
      leaveOut(front, thrown);
    }
  }
  return working;
}

/** Does the work, and names those whose hits grew by less than `expected` meanwhile: their figures are none of hits. */
export async function watchingHits<T>(fronts: readonly Front[], expected: number, work: () => Promise<T>): Promise<{ readonly result: T; readonly hitting: ReadonlySet<Front> }> {
  const hitsNow = (): Promise<readonly number[]> => Promise.all(fronts.map(async (front) => (await front.counts?.())?.hits ?? 0));
  const before = await hitsNow();
  const result = await work();
  const after = await hitsNow();
  const hitting = fronts.filter((front, at) => {
    const hits = (after[at] ?? 0) - (before[at] ?? 0);
    if (hits < expected) leaveOut(front, `only ${hits} of ${expected} compiles were hits`);
    return hits >= expected;
  });
  return { result, hitting: new Set(hitting) };
}
