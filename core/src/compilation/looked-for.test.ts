import { describe, expect, it } from 'vitest';
import { lookedFor, type LookedFor, type Searched } from './looked-for.js';
import { sourceMentions } from './source-mentions.js';

const search = { quoted: ['q'], angled: ['one', 'two', '/sys'], missing: ['nowhere'] };

interface Disk {
  /** Name to text; names with `/` at the end are folders. The first is the source; those marked with `!` were not read. */
  readonly [name: string]: string;
}

function searched(disk: Disk, more: Partial<Searched> = {}): LookedFor {
  const names = Object.keys(disk).map((name) => name.replace('!', ''));
  const sources = Object.entries(disk)
    .filter(([name]) => !name.startsWith('!') && !name.endsWith('/'))
    .map(([name, text]) => ({ name, mentions: sourceMentions(Buffer.from(text)) }));
  return lookedFor({
    sources,
    forced: [],
    search,
    precompiled: false,
    look: (name) => (names.includes(`${name}/`) ? { kind: 'folder' } : names.includes(name) ? { kind: 'file', id: name } : { kind: 'nothing' }),
    ...more,
  });
}

const predefined = ['one/stdc-predef.h', 'two/stdc-predef.h', '/sys/stdc-predef.h'];
const absent = (found: LookedFor): readonly string[] => [...found.absent].filter((name) => !predefined.includes(name)).sort();

describe('places that must stay without a file', () => {
  it.each<[string, Disk, string]>([
    ['none for a quoted name beside its source', { 'a.c': '#include "a.h"', 'a.h': '' }, ''],
    ['the folders before', { 'a.c': '#include "a.h"', 'two/a.h': '' }, 'a.h one/a.h q/a.h'],
    ['brackets skip folder and quoted ones', { 'a.c': '#include <a.h>', 'two/a.h': '' }, 'one/a.h'],
    ['all of them when there is none', { 'a.c': '#if 0\n#include <win.h>\n#endif' }, '/sys/win.h one/win.h two/win.h'],
    ['all of them for the next one', { 'a.c': '#include_next <a.h>', 'one/a.h': '' }, '/sys/a.h two/a.h'],
    ['the folder of a header', { 'a.c': '#include "d/a.h"', 'd/a.h': '#include "b.h"', 'one/b.h': '' }, 'd/b.h q/b.h'],
    ['folders are passed over', { 'a.c': '#include <a>', 'one/a/': '', 'two/a': '' }, 'one/a'],
    ['an absolute name', { '/x/a.c': '#include "/y/a.h"', '!/z': '' }, '/y/a.h'],
    ['a source at the root', { '/a.c': '#include "b.h"', '/b.h': '' }, ''],
    ['a name through a macro', { 'a.c': '#include NAME', 'two/d/a.h': '' }, '/sys/a.c /sys/d/a.h /sys/two/d/a.h d/a.h one/a.c one/d/a.h one/two/d/a.h q/a.c q/d/a.h q/two/d/a.h two/a.c two/two/d/a.h'],
    ['a name through a macro to a file far off', { 's/a.c': '#include NAME', '/far/a.h': '' }, '/sys/a.c /sys/a.h /sys/far/a.h one/a.c one/a.h one/far/a.h q/a.c q/a.h q/far/a.h s/a.h s/far/a.h two/a.c two/a.h two/far/a.h'],
  ])('%s', (_name, disk, expected) => {
    const found = searched(disk);
    expect(absent(found).join(' ')).toBe(expected);
    expect([...found.nothing]).toEqual(['nowhere']);
    expect(found.doubtful.size).toBe(0);
  });

  it('watches what gcc includes before everything else', () => {
    expect([...searched({ 'a.c': '' }).absent]).toEqual(predefined);
  });

  it('watches forced includes in the working directory and beside the source', () => {
    expect(absent(searched({ 's/a.c': '', 'two/f.h': '' }, { forced: ['f.h'] }))).toEqual(['/sys/f.h', 'f.h', 'one/f.h', 'q/f.h', 's/f.h']);
  });
});

describe('questions', () => {
  it('are answered by what stands there', () => {
    const found = searched({ 'd/a.c': '#if __has_include(<a.h>) && __has_include("b.h")', '!two/a.h': '' });
    expect([...found.asked]).toEqual([['<a.h>', 'found'], ['"b.h" in d', 'absent']]);
    expect([...found.present]).toEqual(['two/a.h']);
    expect(absent(found)).toEqual(['/sys/b.h', 'd/b.h', 'one/a.h', 'one/b.h', 'q/b.h', 'two/b.h']);
  });
});

describe('doubts', () => {
  it('are files in the way of one that was read', () => {
    expect([...searched({ 'a.c': '#include <a.h>', '!one/a.h': '', 'two/a.h': '' }).doubtful]).toEqual(['one/a.h']);
  });

  it('are not files that were read, nor those of which no other one was', () => {
    expect(searched({ 'a.c': '#include <a.h>', 'one/a.h': '', 'two/a.h': '' }).doubtful.size).toBe(0);
    expect(searched({ 'a.c': '#include <a.h>', '!one/a.h': '' }).doubtful.size).toBe(0);
  });
});

it('files that were found and not read are told', () => {
  expect([...searched({ 'a.c': '#include <a.h>\n#include "b.h"', 'one/a.h': '', '!b.h': '' }).unread]).toEqual(['b.h']);
});

describe('precompiled headers of gcc', () => {
  const disk = { 'a.c': '#include "a.h"\n#include <b.h>', 'a.h': '#include "c.h"', 'two/b.h': '', 'c.h': '' };

  it('are watched for beside every place that is tried for the source', () => {
    expect([...searched(disk, { precompiled: true, forced: ['a.h'] }).nothing].sort()).toEqual(['a.h.gch', 'nowhere', 'one/b.h.gch', 'two/b.h.gch']);
  });

  it('are watched for where the source names a file through a macro', () => {
    const found = searched({ 'a.c': '#include NAME', 'one/a.h': '' }, { precompiled: true });
    expect([...found.nothing]).toEqual(expect.arrayContaining(['a.h.gch', 'q/a.h.gch', 'one/a.h.gch']));
  });

  it('are told of when they are there, file or folder', () => {
    expect(searched({ ...disk, 'a.h.gch/': '' }, { precompiled: true }).precompiled).toBe('a.h.gch');
    expect(searched({ ...disk, '!one/b.h.gch': '' }, { precompiled: true }).precompiled).toBe('one/b.h.gch');
    expect(searched(disk, { precompiled: true }).precompiled).toBeUndefined();
  });
});

describe('places in cl\'s manner', () => {
  const cl = (disk: Disk): LookedFor => searched(disk, { includers: true });

  it.each<[string, Disk, string]>([
    ['beside all who may be on the way', { 's/a.cpp': '#include "i/b.h"', 's/i/b.h': '#include "d\\c.h"', 's/i/d/c.h': '#include "u.h"', 's/u.h': '' }, 'one/d/c.h one/i/b.h one/u.h q/d/c.h q/i/b.h q/u.h s/d/c.h s/i/d/u.h s/i/u.h two/d/c.h two/i/b.h two/u.h'],
    ['brackets as ever', { 's/a.cpp': '#include <b.h>', 'two/b.h': '' }, 'one/b.h'],
    ['not beside files that lead elsewhere', { 's/a.cpp': '#include "b.h"\n#include "x/y.h"', 's/b.h': '#include "c.h"', 's/c.h': '', 's/x/y.h': '' }, 'one/b.h one/c.h one/x/y.h q/b.h q/c.h q/x/y.h two/b.h two/c.h two/x/y.h'],
  ])('%s', (_, disk, places) => {
    expect(absent(cl(disk)).filter((name) => !name.startsWith('/sys/'))).toEqual(places.split(' '));
  });

  it('what stands in a later place must stay, for it is warned about', () => {
    expect([...cl({ 's/a.cpp': '#include "i/b.h"', 's/i/b.h': '#include "u.h"', 's/u.h': '', '!one/u.h': '' }).present]).toEqual(['one/u.h']);
  });

  it('whoever includes what a macro says may be on any way', () => {
    const found = cl({ 's/a.cpp': '#define X "m/c.h"\n#include X\n', 's/m/c.h': '#include "u.h"', 's/m/u.h': '' });
    expect([...found.absent]).toContain('s/u.h');
  });

  /** Headers in some folders, each of which includes ten others. */
  function many(headers: number, folders: number): { readonly looks: number; readonly found: LookedFor } {
    const names = ['s/a.cpp', ...Array.from({ length: headers }, (_, at) => `s/${at % folders}/h${at}.h`)];
    const sources = names.map((name, at) => ({ name, mentions: sourceMentions(Buffer.from(Array.from({ length: 10 }, (_, k) => `#include "h${(at * 7 + k * 131) % headers}.h"\n`).join(''))) }));
    const there = new Set(names);
    let looks = 0;
    const found = lookedFor({
      sources,
      forced: [],
      search,
      precompiled: false,
      includers: true,
      look: (name) => {
        looks += 1;
        return there.has(name) ? { kind: 'file', id: name } : { kind: 'nothing' };
      },
    });
    return { looks, found };
  }

  it('each name is looked for once beside the same folders, however many files name it', () => {
    const { looks, found } = many(1_000, 30);
    expect(found.tooMany).toBe(false);
    const placesOfEach = 30 + 1 + search.quoted.length + search.angled.length;
    expect(looks).toBeLessThan(1_000 * placesOfEach * 1.3 + 1_100);
    expect(found.absent.size).toBeGreaterThan(1_000 * 29);
  });

  it('more than can be gone through are told of', () => {
    expect(many(2_000, 400).found.tooMany).toBe(true);
  });

  it('a folder is handed on round a ring', () => {
    const found = cl({ 's/a.cpp': '#include "a/x.h"', 's/a/x.h': '#include "b/y.h"', 's/a/b/y.h': '#include "x.h"\n#include "z.h"', 's/z.h': '' });
    expect(absent(found).filter((name) => name.startsWith('s/'))).toEqual(['s/a/b/b/y.h', 's/a/b/x.h', 's/a/b/z.h', 's/a/z.h', 's/b/y.h', 's/x.h']);
  });
});
