import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moveDependencies } from './dependency-rewrite.js';

describe.each(['gcc', 'clang'])('%s', (program) => {
  let dir = '';
  beforeAll(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'moved-')));
    mkdirSync(join(dir, 'one/inc'), { recursive: true });
    const names = Array.from({ length: 40 }, (_, at) => `${'long'.repeat(at % 7)}h${at}.h`);
    for (const name of names) writeFileSync(join(dir, 'one/inc', name), '');
    writeFileSync(join(dir, 'one/inc/with blank.h'), '');
    writeFileSync(join(dir, 'one/a.c'), `#include <stddef.h>\n#include "with blank.h"\n${names.map((name) => `#include "${name}"`).join('\n')}\n`);
    cpSync(join(dir, 'one'), join(dir, 'another/place'), { recursive: true });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const written = (folder: string, words: readonly string[]): string => {
    const base = join(dir, folder);
    const args = ['-c', ...words.map((it) => it.replaceAll('@', base)), `-I${base}/inc`, '-MF', 'a.d', `${base}/a.c`, '-o', `${base}/a.o`];
    expect(spawnSync(program, args, { cwd: base }).status).toBe(0);
    return readFileSync(join(base, 'a.d'), 'utf8');
  };

  it.skipIf(spawnSync(program, ['--version']).status !== 0).each([['-MD'], ['-MMD'], ['-MD -MP'], ['-MD -MT @/x.o'], ['-MD -MT t -MQ @/y.o'], ['-MD -MT averyveryveryveryveryveryveryveryveryveryveryveryveryverylongtarget']])('%s', (line) => {
    const [one, other] = [written('one', line.split(' ')), written('another/place', line.split(' '))];
    expect(moveDependencies(one, `${dir}/one/`, `${dir}/another/place/`)).toBe(other);
    expect(moveDependencies(other, `${dir}/another/place/`, `${dir}/one/`)).toBe(one);
  });
});

describe('what is not known', () => {
  it.each([
    ['other lines', 'a.o: a.c\\\n b.h\n'],
    ['no rule', 'nothing\n'],
    ['more than one rule', 'a.o: a.c\nb.o: b.c\n'],
    ['no end', 'a.o: a.c'],
  ])('%s', (_name, text) => {
    expect(moveDependencies(text, '/a/', '/b/')).toBeUndefined();
  });

  it('folders that make would read otherwise', () => {
    expect(moveDependencies('a.o: a.c\n', '/a b/', '/c/')).toBeUndefined();
    expect(moveDependencies('a.o: a.c\n', '/a/', '/$c/')).toBeUndefined();
    expect(moveDependencies('a.o: a.c\n', '/a/', '/c/')).toBe('a.o: a.c\n');
  });
});
