import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeTree } from './remove-tree.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remove-tree-'));
});
afterEach(() => {
  execFileSync('chmod', ['-R', 'u+rwx', folder]);
  rmSync(folder, { recursive: true, force: true });
});

describe('removeTree', () => {
  it('removes links without following them, and does not mind what is not there', async () => {
    const tree = join(folder, 'tree');
    mkdirSync(join(tree, 'a'), { recursive: true });
    writeFileSync(join(folder, 'kept'), 'kept');
    symlinkSync(folder, join(tree, 'a', 'up'));
    await removeTree(tree);
    await removeTree(tree);
    expect(existsSync(tree)).toBe(false);
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('kept');
  });

  it('removes trees deeper than a path may be long', async () => {
    const tree = join(folder, 'tree');
    const deep = join(tree, ...Array.from({ length: 15 }, () => 'n'.repeat(200)));
    const more = join(folder, 'more');
    for (const it of [deep, join(more, deep.slice(tree.length))]) mkdirSync(it, { recursive: true });
    execFileSync('mv', [more, '.'], { cwd: deep });
    await removeTree(tree);
    expect(existsSync(tree)).toBe(false);
  });

  it('removes directories that nobody may enter', async () => {
    const tree = join(folder, 'tree');
    mkdirSync(join(tree, 'work', 'work'), { recursive: true });
    execFileSync('chmod', ['0', join(tree, 'work', 'work')]);
    await removeTree(tree);
    expect(existsSync(tree)).toBe(false);
  });
});
