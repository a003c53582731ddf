import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseDependencies } from './dependency-file.js';

describe('dependency files', () => {
  it.each([
    ['a.o: a.c b.h\n', ['a.c', 'b.h']],
    ['a.o: a.c \\\n b.h \\\n  c.h\n', ['a.c', 'b.h', 'c.h']],
    ['a.o b.o : x\\ y.c\n', ['x y.c']],
    ['a.o:\n', []],
    ['a.o: a$$b.c \\#c.h d:e.h\n', ['a$b.c', '#c.h', 'd:e.h']],
    ['a.o: back\\slash.h trail\\\\\\ x.h\n', ['back\\slash.h', 'trail\\ x.h']],
    ['a.o: a.c b.h\n\nb.h:\n', ['a.c', 'b.h']],
    ['a.o: a.c\\\n', ['a.c']],
    ['a.o: a.c \\\r\n b.h\r\n', ['a.c', 'b.h']],
    ['', undefined],
    ['no rule\n', undefined],
  ])('%j', (text, names) => {
    expect(parseDependencies(text)).toEqual(names);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'sts-deps-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(['gcc', 'clang'])('what %s writes', (compiler) => {
  const found = spawnSync(compiler, ['--version']).status === 0;
  if (!found) console.warn(`skipped: dependency files of ${compiler}: it is not installed`);
  it.skipIf(!found)('is understood, odd names included', () => {
    // Clang writes backslashes as slashes; a file with such a name is compiled at home.
    const names = ['plain.h', 'a b.h', 'c#d.h', 'e$f.h', 'i:j.h', '(k).h', ...(compiler === 'gcc' ? ['g\\h.h'] : [])];
    for (const name of names) writeFileSync(join(folder, name), '');
    writeFileSync(join(folder, 'x y.c'), names.map((name) => `#include "${name}"\n`).join(''));
    expect(spawnSync(compiler, ['-MD', '-MF', 'out.d', '-c', 'x y.c', '-o', 'out.o'], { cwd: folder }).status).toBe(0);
    const parsed = parseDependencies(readFileSync(join(folder, 'out.d'), 'utf8')) ?? [];
    expect(parsed.filter((name) => !name.startsWith('/'))).toEqual(['x y.c', ...names]);
  });
});
