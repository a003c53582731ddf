// What precompiled headers do to the preprocess step and to dependency files, with real compilers.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clangDialect, createLineMarkerScanner, type Dialect, gccDialect } from './index.js';

const env = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' };
const has = (name: string): boolean => spawnSync(name, ['--version'], { env }).status === 0;

describe('precompiled headers', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'pch-'));
    mkdirSync(join(dir, 'out'));
    writeFileSync(join(dir, 'p.h'), '#include <stddef.h>\nstatic inline int p(void) { return 1; }\n');
    writeFileSync(join(dir, 'a.c'), 'int a(void) { return p(); }\n');
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const run = (program: string, args: readonly string[]): Buffer => {
    const done = spawnSync(program, args, { cwd: dir, env });
    expect(done.status, done.stderr.toString()).toBe(0);
    return done.stdout;
  };

  it.skipIf(!has('gcc')).each(['-include p.h -Winvalid-pch -MD -c a.c -o out/a.o', '-g -include p.h -MMD -MP -c a.c -o out/a.o'])('gcc %s', (line) => {
    const debug = line.startsWith('-g') ? ['-g'] : [];
    run('gcc', [...debug, '-c', 'p.h', '-o', 'p.h.gch']);
    const { files, dependencies, bare } = steps(gccDialect, 'gcc', line);
    expect(files.precompiled).toEqual(['./p.h.gch']);
    expect(files.files).not.toContain('./p.h');
    expect(dependencies).toBe(bare);
    rmSync(join(dir, 'p.h.gch'));
  });

  it.skipIf(!has('clang')).each(['-include-pch p.pch -MD -c a.c -o out/a.o', '-Xclang -include-pch -Xclang p.pch -MD -MP -c a.c -o out/a.o'])('clang %s', (line) => {
    run('clang', ['-x', 'c-header', '-c', 'p.h', '-o', 'p.pch']);
    expect(() => steps(clangDialect, 'clang', line)).toThrow('precompiled header with -MD');
    const plain = line.replace(/-MD( -MP)? /, '');
    run('clang', plain.split(' '));
    const bare = readFileSync(join(dir, 'out/a.o'));
    const { compilation, files } = steps(clangDialect, 'clang', plain);
    expect(compilation.extraInputs).toEqual(['p.pch']);
    expect(compilation.homeOnly).toMatch('-include-pch');
    expect(files.files[0]).toBe('a.c');
    run('clang', clangDialect.compileCommand(compilation, 'clang', 'always').args);
    expect(readFileSync(join(dir, 'out/a.o'))).toEqual(bare);
  });

  function steps(dialect: Dialect, program: string, line: string) {
    const facts = { kind: dialect.kind, plusplus: false, version: '', apple: false };
    const verdict = dialect.parse({ compiler: program, args: line.split(' '), cwd: dir, env: Object.entries(env) }, facts, () => undefined);
    if (verdict.kind === 'decline') throw new Error(verdict.reason);
    const { compilation } = verdict;
    run(program, line.split(' '));
    const read = (name: string): string | undefined => (compilation.dependencyFile === undefined ? undefined : readFileSync(join(dir, name), 'utf8'));
    const bare = read('out/a.d');
    const scanner = createLineMarkerScanner();
    scanner.push(run(program, dialect.preprocessCommand(compilation, program, compilation.dependencyFile && 'out/t.d').args));
    return { compilation, bare, files: scanner.end(), dependencies: read('out/t.d') };
  }
});
