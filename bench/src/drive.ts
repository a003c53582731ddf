// Knows: how commands are timed to the microsecond, tools taking turns. Refuses to know: which tools.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment, run } from '@sccache-ts/fixtures';
import { parseDriven, specOf } from './driven.js';
import type { Driven, DrivenTool } from './driven.js';
import type { NativePrograms } from './native.js';

export interface Drive {
  readonly cwd: string;
  readonly turns: number;
  /** Runs of each tool in a turn. */
  readonly count: number;
  /** Runs at the same time; default one. */
  readonly width?: number;
  /** Runs are numbered modulo this; default one. */
  readonly numbers?: number;
}

/** @throws Error when any run fails or leaves no outputs, since that measures nothing */
export async function drive(programs: NativePrograms, tools: readonly DrivenTool[], plan: Drive): Promise<readonly Driven[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sts-drive-'));
  try {
    const spec = join(folder, 'spec');
    // Environments hold what is nobody else's business.
    writeFileSync(spec, specOf(tools, plan.cwd), { mode: 0o600 });
    const args = [spec, ...[plan.turns, plan.count, plan.width ?? 1, plan.numbers ?? 1].map(String)];
    const { code, stdout, stderr } = await run(programs.drive, args, { env: cleanEnvironment(), timeoutMs: 3_600_000 });
    if (code !== 0) throw new Error(stderr.toString().trim().slice(-500));
    return parseDriven(stdout.toString(), tools.length);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
