import { mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as nap } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileClock } from './file-clock.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sts-clock-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const clock = createFileClock();
afterAll(() => clock.close());
const stateOf = (path: string) => statSync(path, { bigint: true });
const told = clock.now() === undefined ? `skipped: ${tmpdir()} is no ext4, xfs, btrfs or tmpfs of Linux (${statfsSync(tmpdir()).type.toString(16)})` : undefined;
if (told !== undefined) process.stderr.write(`${told}\n`);

describe.skipIf(told !== undefined)('the clock of file systems', () => {
  it('never takes a later change for an earlier one', () => {
    const path = join(dir, 'later');
    for (let time = 0; time < 300; time++) {
      const moment = clock.now() ?? 0n;
      writeFileSync(path, `${time}`);
      expect(clock.changedBefore(path, stateOf(path), moment)).toBe(false);
    }
  });

  it('nor one in a file that was just looked at', () => {
    const path = join(dir, 'seen');
    writeFileSync(path, '');
    for (let time = 0; time < 300; time++) {
      stateOf(path);
      const moment = clock.now() ?? 0n;
      writeFileSync(path, `${time}`);
      expect(clock.changedBefore(path, stateOf(path), moment)).toBe(false);
    }
  });

  it('tells a change of a little earlier from a later one', async () => {
    const path = join(dir, 'earlier');
    writeFileSync(path, '');
    await nap(12);
    expect(clock.changedBefore(path, stateOf(path), clock.now() ?? 0n)).toBe(true);
  });

  it('proves nothing by whole seconds, nor in other file systems', () => {
    const moment = clock.now() ?? 0n;
    expect(clock.changedBefore(dir, { ctimeNs: 1_700_000_000_000_000_000n }, moment)).toBe(false);
    expect(clock.changedBefore(dir, { ctimeNs: 1_700_000_000_000_000_001n }, moment)).toBe(true);
    expect(clock.changedBefore('/proc/self/maps', { ctimeNs: 1n }, moment)).toBe(false);
    expect(clock.changedBefore(join(dir, 'nothing'), { ctimeNs: 1n }, moment)).toBe(false);
  });
});

it('is not there where times come from elsewhere', () => {
  expect(createFileClock('/proc').now()).toBeUndefined();
  expect(createFileClock(join(dir, 'nothing')).now()).toBeUndefined();
});
