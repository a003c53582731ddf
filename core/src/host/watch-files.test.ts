import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as nap } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FilesWatch, watchFiles } from './watch-files.js';

let home: string;
let watch: FilesWatch | undefined;
let changes: number;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'watch-files-'));
  changes = 0;
});
afterEach(async () => {
  watch?.close();
  await rm(home, { recursive: true, force: true });
});

const theirs = (): string => join(home, '.config/sccache/config');
const ours = (): string => join(home, '.config/sccache-ts/config');

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

function started(): void {
  watch = watchFiles([theirs(), ours()], () => changes++);
}

/** Waits for what a watcher may take a while to see. */
async function seen(count: number): Promise<void> {
  for (let waited = 0; waited < 5000 && changes < count; waited += 20) await nap(20);
  expect(changes).toBe(count);
}

describe('watchFiles', () => {
  it('sees a file written over', async () => {
    await write(theirs(), 'a');
    started();
    await write(theirs(), 'b');
    await seen(1);
  });

  it('sees a file put in place by rename, again and again', async () => {
    await write(theirs(), 'a');
    started();
    for (const time of [1, 2, 3]) {
      await write(join(home, 'new'), `b${time}`);
      await rename(join(home, 'new'), theirs());
      await seen(time);
    }
  });

  it('sees a file deleted and made again', async () => {
    await write(theirs(), 'a');
    started();
    await rm(theirs());
    await seen(1);
    await write(theirs(), 'b');
    await seen(2);
  });

  it('sees a folder deleted and made again', async () => {
    await write(theirs(), 'a');
    started();
    await rm(dirname(theirs()), { recursive: true });
    await seen(1);
    await write(theirs(), 'b');
    await seen(2);
  });

  it('sees a link put in place of the file', async () => {
    await write(theirs(), 'a');
    await write(join(home, 'target'), 'b');
    started();
    await symlink(join(home, 'target'), join(home, 'link'));
    await rename(join(home, 'link'), theirs());
    await seen(1);
  });

  it('sees files in folders that were not there', async () => {
    started();
    await write(ours(), 'a');
    await seen(1);
  });

  it('tells of many writes once', async () => {
    await write(theirs(), 'a');
    started();
    for (let at = 0; at < 10; at++) await write(theirs(), `b${at}`);
    await seen(1);
    await nap(1000);
    expect(changes).toBe(1);
  });

  it('says nothing of other files, nor after it was closed', async () => {
    await write(theirs(), 'a');
    started();
    await write(join(dirname(theirs()), 'other'), 'x');
    await write(join(home, 'other/config'), 'x');
    await nap(1000);
    watch?.close();
    await write(theirs(), 'b');
    await nap(1000);
    expect(changes).toBe(0);
  });
});
