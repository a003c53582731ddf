import { appendFile, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../base/index.js';
import { sizeOnDisk, temporaryFolder, usesPath } from './disk-layout.js';
import { createUses } from './disk-uses.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'disk-uses-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const [a, b, c] = [digestOf('a'), digestOf('b'), digestOf('c')];
const roomy = 1024 ** 3;

describe('uses', () => {
  it('are told to others once they are written, each only once', async () => {
    const mine = createUses(dir, roomy);
    const theirs = createUses(dir, roomy);
    mine.note(a, 1000);
    mine.note(b, 2000.4);
    mine.note(a, 3000);
    expect(await theirs.all()).toEqual([]);
    await mine.flush();
    expect(await theirs.news()).toEqual([[a, 3000], [b, 2000]]);
    expect(await theirs.news()).toEqual([]);
    mine.note(c, 4000);
    await mine.flush();
    expect(await theirs.news()).toEqual([[c, 4000]]);
    expect(await theirs.all()).toEqual([[a, 3000], [b, 2000], [c, 4000]]);
  });

  it('of entries that are gone are not written', async () => {
    const uses = createUses(dir, roomy);
    uses.note(a, 1);
    uses.note(b, 2);
    uses.forget(a);
    await uses.flush();
    expect(await readFile(usesPath(dir), 'utf8')).toBe(`${b} 2\n`);
  });

  it('are known before they are written', async () => {
    const uses = createUses(dir, roomy);
    uses.note(a, 1);
    expect(await uses.all()).toEqual([[a, 1]]);
  });

  it('leave aside what does not look like one', async () => {
    await appendFile(usesPath(dir), `${a} 1\nrubbish\n${b} -1\n${b}  2\n${b} 1e3\n\u0000\u0000\n${'A'.repeat(64)} 3\n${b} 4\n${c} 5`);
    const uses = createUses(dir, roomy);
    expect(await uses.all()).toEqual([[a, 1], [b, 4]]);
    // The rest of a line that was being written.
    await appendFile(usesPath(dir), '6\n');
    expect(await uses.news()).toEqual([[c, 56]]);
  });

  it('take only so much of a small storage: the latest are kept', async () => {
    await mkdir(temporaryFolder(dir));
    const uses = createUses(dir, 64 * 1000);
    const reader = createUses(dir, roomy);
    for (let at = 0; at < 40; at++) {
      uses.note(digestOf(`${at}`), 1_700_000_000_000 + at);
      await uses.flush();
      expect((await stat(usesPath(dir))).size).toBeLessThanOrEqual(1000);
      expect(uses.sizeOnDisk).toBe(sizeOnDisk(await stat(usesPath(dir))));
      expect((await reader.news()).at(-1)).toEqual([digestOf(`${at}`), 1_700_000_000_000 + at]);
    }
  });

  it('do no harm where nothing can be written', async () => {
    const uses = createUses(join(dir, 'no', 'such'), roomy);
    uses.note(a, 1);
    await uses.flush();
    expect(await uses.all()).toEqual([]);
    expect(uses.sizeOnDisk).toBe(0);
  });
});
