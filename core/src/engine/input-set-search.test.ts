import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as nap } from 'node:timers/promises';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveOf, createFolderViews, createMemberCache, type FolderViews, statOfFile } from '../host/index.js';
import { createGathering } from './gathering.js';
import { searchMembers } from './input-set-search.js';
import { systemFolders } from './named-folders.js';
import { createRemoteNames } from './remote-names.js';

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'sts-search-')));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(name: string, text = ''): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}
function link(name: string, target: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  symlinkSync(target, join(root, name));
}

interface Given {
  readonly searched?: readonly string[];
  readonly named?: readonly string[];
  readonly system?: readonly string[];
  readonly files: readonly string[];
  readonly views?: FolderViews;
}

/** The links that are sent, relative to the root. */
async function linksOf({ searched = [], named = [], system = [], files, views = createFolderViews(Date.now) }: Given): Promise<readonly string[]> {
  const members = createMemberCache<undefined>({ maxBytes: 1e7, watch: () => undefined });
  const to = createGathering({ here: root, names: createRemoteNames(root, new Map()) }, { members, maxBytes: 1e8 });
  for (const file of files) {
    const stat = statOfFile(file);
    if (stat !== undefined) to.addFile(file, stat);
  }
  const found = await searchMembers(to, { cwd: root, searched, named, system, files, namesByEnd: true, own: false, views });
  const listed = spawnSync('tar', ['tvf', '-'], { input: inflateSync(Buffer.concat(archiveOf(found))), encoding: 'utf8' });
  return listed.stdout.split('\n').flatMap((line) => / (\S+) -> /.exec(line)?.[1]?.replace(`${root.slice(1)}/`, '') ?? []).sort();
}

describe('links by which gcc found headers', () => {
  it('are sent from folders of the system', async () => {
    const file = write('real/sub/x.h');
    link('sys/sub/x.h', file);
    expect(await linksOf({ searched: [join(root, 'sys')], files: [file] })).toEqual(['sys/sub/x.h']);
    expect(await linksOf({ named: [join(root, 'sys')], system: [join(root, 'sys')], files: [file] })).toEqual(['sys/sub/x.h']);
    expect(await linksOf({ named: ['sys'], system: ['sys'], files: [file] })).toEqual(['sys/sub/x.h']);
  });

  it('and from no others, whose headers gcc spells as they were found', async () => {
    const file = write('real/sub/x.h');
    link('own/sub/x.h', file);
    expect(await linksOf({ named: [join(root, 'own')], files: [file] })).toEqual([]);
  });

  it('even where another file has a shorter end of the name', async () => {
    const file = write('real/sub/x.h');
    write('sys/x.h', 'another');
    link('sys/sub/x.h', file);
    expect(await linksOf({ searched: [join(root, 'sys')], files: [file] })).toEqual(['sys/sub/x.h']);
  });

  it('and where a folder on the way is the link', async () => {
    const file = write('real/sub/x.h');
    link('sys/sub', join(root, 'real/sub'));
    expect(await linksOf({ searched: [join(root, 'sys')], files: [file] })).toEqual(['sys/sub/x.h']);
  });

  it('are seen when they come', async () => {
    const file = write('real/x.h');
    mkdirSync(join(root, 'sys'));
    utimesSync(join(root, 'sys'), 1, 1);
    await nap(60);
    const views = createFolderViews(Date.now);
    const given = { searched: [join(root, 'sys')], files: [file], views };
    expect(await linksOf(given)).toEqual([]);
    link('sys/x.h', file);
    expect(await linksOf(given)).toEqual(['sys/x.h']);
  });
});

it('few names are asked for, however many headers lie elsewhere', async () => {
  const folders = Array.from({ length: 50 }, (_, at) => `inc/${at}`);
  for (const folder of [...folders, 'sys/0', 'sys/1']) mkdirSync(join(root, folder), { recursive: true });
  const files = Array.from({ length: 200 }, (_, at) => write(`src/a/b/c/d/e/${at % 20}/${at}.h`));
  let asked = 0;
  const plain = createFolderViews(Date.now);
  const views: FolderViews = {
    view: () => {
      const view = plain.view();
      return { ...view, at: (path) => ((asked += 1), view.at(path)) };
    },
  };
  expect(await linksOf({ named: folders, searched: [join(root, 'sys/0'), join(root, 'sys/1')], files, views })).toEqual([]);
  const [ofFiles, ofFolders] = [200 * 2, 20 * 2 * 16];
  expect(asked).toBeGreaterThanOrEqual(ofFiles);
  expect(asked).toBeLessThan(ofFiles + ofFolders);
});

it.each([
  [['-isystem', 'a', '-isystemb', '-idirafter', 'c', '-I', 'd', '-Ie', '-iquote', 'f'], [], 'a b c'],
  [[], [['CPATH', 'a'], ['C_INCLUDE_PATH', 'b:c'], ['CPLUS_INCLUDE_PATH', ':d']], 'b c d'],
] as const)('folders of the system in %j and %j', (words, env, expected) => {
  const args = words.flatMap((word, at) => {
    const before = words[at - 1];
    if (before !== undefined && /^-(?:isystem|idirafter|I|iquote)$/.test(before)) return [];
    const apart = /^-(?:isystem|idirafter|I|iquote)$/.test(word);
    return [{ class: 'preprocessor' as const, words: apart ? [word, words[at + 1] ?? ''] : [word] }];
  });
  expect(systemFolders({ args }, env).join(' ')).toBe(expected);
});
