import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolderViews, type FolderViews } from './folder-views.js';

let dir = '';
let views: FolderViews;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'views-'));
  // Everything is settled, as seen from a little later.
  views = createFolderViews(() => Date.now() + 1_000);
  mkdirSync(join(dir, 'inc'));
  writeFileSync(join(dir, 'inc/a.h'), '');
});
afterEach(() => rmSync(dir, { recursive: true }));

const kind = (name: string): string => views.view().at(join(dir, name)).kind;

describe('at', () => {
  it('tells files from folders from nothing', () => {
    mkdirSync(join(dir, 'inc/sub'));
    symlinkSync('a.h', join(dir, 'inc/link.h'));
    symlinkSync('nowhere', join(dir, 'inc/dangling.h'));
    expect(['inc/a.h', 'inc', 'inc/sub', 'inc/b.h', 'none/b.h', 'inc/a.h/b.h', 'inc/link.h', 'inc/dangling.h', 'inc/sub/..'].map(kind)).toEqual([
      'file', 'folder', 'folder', 'nothing', 'nothing', 'nothing', 'file', 'nothing', 'folder',
    ]);
  });

  it('gives a file the same identity under all its names', () => {
    symlinkSync('inc', join(dir, 'other'));
    const view = views.view();
    expect(view.at(join(dir, 'other/a.h'))).toEqual(view.at(join(dir, 'inc/a.h')));
  });

  it.each<[string, () => void, readonly string[], readonly string[]]>([
    ['a file that comes', () => writeFileSync(join(dir, 'inc/b.h'), ''), ['inc/b.h'], ['file']],
    ['a file that goes', () => rmSync(join(dir, 'inc/a.h')), ['inc/a.h'], ['nothing']],
    ['a folder that comes', () => mkdirSync(join(dir, 'none')), ['none', 'none/b.h'], ['folder', 'nothing']],
    ['a folder that is exchanged', () => {
      mkdirSync(join(dir, 'new'));
      writeFileSync(join(dir, 'new/b.h'), '');
      renameSync(join(dir, 'inc'), join(dir, 'old'));
      renameSync(join(dir, 'new'), join(dir, 'inc'));
    }, ['inc/a.h', 'inc/b.h'], ['nothing', 'file']],
  ])('sees %s', (_name, change, names, expected) => {
    for (const name of names) kind(name);
    change();
    expect(names.map(kind)).toEqual(expected);
  });

  it('sees what comes to stand behind a link', () => {
    symlinkSync(join(dir, 'target.h'), join(dir, 'inc/link.h'));
    expect(kind('inc/link.h')).toBe('nothing');
    writeFileSync(join(dir, 'target.h'), '');
    expect(kind('inc/link.h')).toBe('file');
  });

  it('sees each change of a folder that changes within one tick', () => {
    views = createFolderViews(Date.now);
    for (let at = 0; at < 200; at++) {
      expect(kind(`inc/b${at}.h`)).toBe('nothing');
      writeFileSync(join(dir, `inc/b${at}.h`), '');
      expect(kind(`inc/b${at}.h`)).toBe('file');
    }
  });
});

describe('anchor', () => {
  const anchor = (name: string): string | undefined => views.view().anchor(join(dir, name))?.folder;

  it('is the nearest folder that is there', () => {
    expect(anchor('inc/b.h')).toBe(join(dir, 'inc'));
    expect(anchor('inc/none/deep/b.h')).toBe(join(dir, 'inc'));
    expect(anchor('none/b.h')).toBe(dir);
  });

  it('is none where a link is in between, or where the folder has just changed', () => {
    symlinkSync('nowhere', join(dir, 'inc/link'));
    expect(anchor('inc/link/b.h')).toBeUndefined();
    views = createFolderViews(Date.now);
    writeFileSync(join(dir, 'inc/c.h'), '');
    expect(anchor('inc/b.h')).toBeUndefined();
  });

  it('is told of any folder as its holder', () => {
    views = createFolderViews(Date.now);
    writeFileSync(join(dir, 'inc/c.h'), '');
    expect(views.view().holder(join(dir, 'inc/none/b.h'))?.ino).toBe(statSync(join(dir, 'inc'), { bigint: true }).ino);
  });
});
