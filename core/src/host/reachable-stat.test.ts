import { symlinkSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { reachableStat } from './reachable-stat.js';

it('takes names that lead nowhere for absent files', () => {
  const dir = mkdtempSync(join(tmpdir(), 'stat-'));
  writeFileSync(join(dir, 'file'), 'x');
  symlinkSync('loop', join(dir, 'loop'));
  expect(reachableStat(join(dir, 'file'))?.isFile()).toBe(true);
  for (const name of ['none', 'file/below', 'loop', 'x'.repeat(300)]) expect(reachableStat(join(dir, name)), name).toBeUndefined();
  rmSync(dir, { recursive: true });
});
