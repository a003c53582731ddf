import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJobUsers, giveTree } from './job-users.js';

describe('createJobUsers', () => {
  it('gives no id to two jobs at once, and the lowest that is free', () => {
    const users = createJobUsers(100);
    const [a, b, c] = [users.take(), users.take(), users.take()];
    expect([a, b, c].map(({ id }) => id)).toEqual([100, 101, 102]);
    b?.free();
    expect([users.take(), users.take()].map(({ id }) => id)).toEqual([101, 103]);
  });
});

const isRoot = process.geteuid?.() === 0;
if (!isRoot) console.warn('skipped: files given to users of jobs: we are not root');

describe.runIf(isRoot)('giveTree', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'give-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives all of it, thousands too, and nothing that a link leads to', async () => {
    const [tree, other] = [join(folder, 'tree'), join(folder, 'other')];
    for (const path of [join(tree, 'a/b/c'), other]) mkdirSync(path, { recursive: true });
    writeFileSync(join(other, 'file'), '');
    symlinkSync(other, join(tree, 'a/link'));
    symlinkSync('/absent', join(tree, 'a/dangling'));
    for (let at = 0; at < 1000; at++) writeFileSync(join(tree, 'a/b', String(at)), '');
    await giveTree(tree, 53_277);
    // Some versions of node list what a link leads to as well.
    const names = readdirSync(tree, { recursive: true, encoding: 'utf8' }).filter((name) => !name.startsWith('a/link/'));
    const all = ['', ...names].map((name) => lstatSync(join(tree, name)));
    expect(all).toHaveLength(1006);
    expect(all.every(({ uid, gid }) => uid === 53_277 && gid === 53_277)).toBe(true);
    for (const path of [other, join(other, 'file')]) expect(lstatSync(path).uid).toBe(0);
  });
});
