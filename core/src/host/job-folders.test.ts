import { existsSync, mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJobFolders, type JobFolders } from './job-folders.js';
import { removeTree } from './remove-tree.js';

describe('createJobFolders', () => {
  let folder: string;
  let folders: JobFolders;
  const waiting = (): string[] => readdirSync(join(folder, 'ready'));
  const taken = (): string[] => readdirSync(join(folder, 'builds'));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'folders-'));
    for (const name of ['builds', 'ready', 'toolchain']) mkdirSync(join(folder, name));
    folders = createJobFolders({ builds: join(folder, 'builds'), ready: join(folder, 'ready'), count: 2, openDisk: undefined });
  });
  afterEach(() => removeTree(folder));

  it('has some ready, which nobody else may enter, and makes others when jobs have gone', async () => {
    await expect.poll(() => waiting().length).toBe(2);
    const one = await folders.take(join(folder, 'toolchain'));
    expect(statSync(one.path).mode & 0o777).toBe(0o700);
    expect(readdirSync(one.path).sort()).toEqual(['target', 'upper', 'work']);
    expect([waiting().length, taken().length]).toEqual([1, 1]);
    writeFileSync(join(one.upper, 'left'), '');
    await one.remove();
    expect(taken()).toEqual([]);
    await expect.poll(() => waiting().length).toBe(2);
    const all = await Promise.all([1, 2, 3].map(() => folders.take(join(folder, 'toolchain'))));
    expect(new Set(all.map(({ path }) => path)).size).toBe(3);
    for (const { upper } of all) expect(readdirSync(upper)).toEqual([]);
    await Promise.all(all.map((it) => it.remove()));
    await expect.poll(() => waiting().length).toBe(2);
    await folders.close();
    expect(existsSync(join(folder, 'ready'))).toBe(false);
  });

  it('hands on what the disk says, and goes on when it is well again', async () => {
    for (const each of [1, 2]) await folders.take(join(folder, `toolchain-${each}`));
    await removeTree(join(folder, 'ready'));
    await expect(folders.take(join(folder, 'toolchain'))).rejects.toMatchObject({ code: 'ENOENT' });
    mkdirSync(join(folder, 'ready'));
    const it = await folders.take(join(folder, 'toolchain'));
    expect(existsSync(it.upper)).toBe(true);
    await it.remove();
  });

  it('opens disks where that is how it is done, and lets nobody wait for those that cannot be had', async () => {
    let [open, fail] = [0, false];
    const openDisk = () => {
      if (fail) return Promise.reject(new Error('no memory'));
      open += 1;
      return Promise.resolve({ path: `/disk-${open}`, inside: { folder: '', mounts: '', user: undefined }, look: () => ({ usedBytes: 0, full: undefined }), close: () => Promise.resolve(void (open -= 1)) });
    };
    const disks = createJobFolders({ builds: join(folder, 'builds'), ready: join(folder, 'ready'), count: 1, openDisk });
    const one = await disks.take('/toolchain');
    expect([one.upper, one.disk?.path]).toEqual(['/disk-1/upper', '/disk-1']);
    fail = true;
    await expect(disks.take('/toolchain')).rejects.toThrow('no memory');
    fail = false;
    await one.remove();
    await disks.close();
    expect(open).toBe(0);
  });
});
