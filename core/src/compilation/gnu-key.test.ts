import { describe, expect, it } from 'vitest';
import { type EnvPairs, keyOf } from '../base/index.js';
import { clangDialect, type Compilation, gccDialect } from './index.js';

const facts = { kind: 'gcc', plusplus: false, version: '1', apple: false } as const;
const dialects = { gcc: gccDialect, clang: clangDialect };

interface Asked {
  readonly kind?: 'gcc' | 'clang';
  readonly plusplus?: boolean;
  readonly cwd?: string;
  readonly env?: EnvPairs;
}

function compilationOf(line: string, { kind = 'gcc', plusplus = false, cwd = '/work', env = [] }: Asked = {}): Compilation {
  const verdict = dialects[kind].parse({ compiler: '/usr/bin/cc', args: line.split(' '), cwd, env }, { ...facts, kind, plusplus }, () => undefined);
  if (verdict.kind === 'decline') throw new Error(`${line}: ${verdict.reason}`);
  return verdict.compilation;
}
const key = (line: string, asked: Asked = {}): string =>
  keyOf(dialects[asked.kind ?? 'gcc'].keyParts(compilationOf(line, asked), asked.env ?? []));

describe('keyParts', () => {
  it.each([
    ['-c a.c -D X', '-c a.c -DX'],
    ['-c a.c -includef.h', '-c a.c -include f.h'],
    ['-c a.c --param x=1', '-c a.c --param=x=1'],
    ['-c a.c --sysroot d', '-c a.c --sysroot=d'],
    ['-c a.c -o x.o', '-c a.c -o d/y.o'],
    ['-c a.c', '-c a.c -o y.o'],
    ['-c a.c -MD -MP -MF x -MT y', '-c a.c'],
    ['-c a.c -Wp,-MD,x', '-c a.c'],
    ['-c a.c -Ix -isystem y', '-c a.c'],
    ['-c a.c -pipe', '-c a.c'],
    ['-c a.c -fdiagnostics-color', '-c a.c'],
    ['-c a.c -O2', '-O2 -c a.c'],
    ['-c a.c', '-c b.c'],
  ])('%s and %s share results', (one, other) => {
    expect(key(one)).toBe(key(other));
  });

  it.each([
    ['-c a.c -O2', '-c a.c -O1'],
    ['-c a.c -O1 -O2', '-c a.c -O2 -O1'],
    ['-c a.c -DX', '-c a.c'],
    ['-c a.c -DX -DY', '-c a.c -DXY'],
    ['-c a.c', '-c a.cc'],
    ['-c -x c++ a.c', '-c a.cc -x c'],
    ['-c a.c -fdiagnostics-color=never', '-c a.c'],
    ['-c a.c --coverage -o x.o', '-c a.c --coverage -o y.o'],
    ['-c a.c -g -gsplit-dwarf -o x.o', '-c a.c -g -gsplit-dwarf -o y.o'],
    ['-c a.c -fstack-usage', '-c a.c'],
    ['-c a.i', '-c b.i'],
    ['-c a.s -Ix', '-c a.s'],
    ['-c a.i -MD', '-c a.i'],
    ['-c a.c -Wmissing-include-dirs -Ix', '-c a.c -Wmissing-include-dirs'],
    ['-c a.c -Wa,--noexecstack', '-c a.c'],
  ])('%s and %s do not', (one, other) => {
    expect(key(one)).not.toBe(key(other));
  });

  it('knows driver, directory and variables', () => {
    expect(key('-c a.c')).not.toBe(key('-c a.c', { kind: 'clang' }));
    expect(key('-c a.cc')).not.toBe(key('-c a.cc', { plusplus: true }));
    expect(key('-c a.c')).toBe(key('-c a.c', { cwd: '/other' }));
    expect(key('-c a.c -g')).not.toBe(key('-c a.c -g', { cwd: '/other' }));
    expect(key('-c a.c -g', { env: [['PWD', '/link']] })).not.toBe(key('-c a.c -g'));
    expect(key('-c a.c', { env: [['PWD', '/link'], ['HOME', '/root'], ['TERM', 'dumb']] })).toBe(key('-c a.c'));
    for (const name of ['LANG', 'LC_ALL', 'SOURCE_DATE_EPOCH', 'CPATH', 'SCCACHE_C_CUSTOM_CACHE_BUSTER', 'GCC_EXEC_PREFIX', 'NIX_CFLAGS_COMPILE_x', 'SDKROOT']) {
      expect(key('-c a.c', { env: [[name, 'x']] }), name).not.toBe(key('-c a.c'));
    }
    expect(key('-c a.c --serialize-diagnostics x', { kind: 'clang' })).toBe(key('-c a.c --serialize-diagnostics y', { kind: 'clang' }));
    expect(key('-c a.c --serialize-diagnostics x', { kind: 'clang' })).not.toBe(key('-c a.c', { kind: 'clang' }));
  });

  it('labels every argument, so that a miss can be explained', () => {
    const parts = gccDialect.keyParts(compilationOf('-O2 -c a.c -D X'), []);
    expect(parts.filter((part) => part.label.startsWith('argument'))).toEqual([
      { label: 'argument 1', value: '-O2' },
      { label: 'argument 2', value: '-DX' },
    ]);
  });
});

describe('remoteEnv', () => {
  it('lets nothing but the known go', () => {
    const env: EnvPairs = [
      ['PATH', '/bin'], ['AWS_SECRET_ACCESS_KEY', 's'], ['SCCACHE_AUTH', 's'], ['LANG', 'C'], ['SCCACHE_C_CUSTOM_CACHE_BUSTER', 's'],
      ['HOME', '/root'], ['LD_PRELOAD', 'x'], ['SOURCE_DATE_EPOCH', '1'], ['PWD', '/work'], ['CPATH', '/inc'],
    ];
    expect(gccDialect.remoteEnv(env).map(([name]) => name)).toEqual(['PATH', 'LANG', 'SOURCE_DATE_EPOCH', 'PWD', 'CPATH']);
  });
});

/** Park and Miller: the same lines on every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

describe('words', () => {
  const vocabulary = [
    '-O2', '-g', '-DX', '-D Y=1', '-I inc', '-Iother', '-isystem sys', '-include f.h', '-std=c11', '-Wall', '-Wp,-DZ', '-Wa,--noexecstack',
    '-MD', '-MP', '-MF deps', '-MT target', '-pipe', '-x c', '-funknown', '--param max=1', '--coverage', '-march=native', '-L lib', '-lfoo',
  ];
  it('of a caller are all in the compile command, in their order', () => {
    const next = generator(20);
    for (let run = 0; run < 500; run++) {
      const chosen = Array.from({ length: next(12) }, () => vocabulary[next(vocabulary.length)] as string);
      for (const own of ['-c', '-o out/a.o', '-MD', 'a.c']) chosen.splice(next(chosen.length + 1), 0, own);
      const line = chosen.join(' ');
      const compilation = compilationOf(line);
      const [colour, ...words] = gccDialect.compileCommand(compilation, 'gcc', 'always').args;
      expect(colour).toBe('-fdiagnostics-color=always');
      expect(words.join(' ')).toBe(line);
      const preprocess = gccDialect.preprocessCommand(compilation, 'gcc', 'temporary').args.join(' ');
      expect(preprocess).not.toMatch(/ -c\b|-o out|deps/);
      const remote = gccDialect.remoteCommand(compilation, 'gcc', 'temporary').args;
      expect(remote.filter((word) => /^-M/.test(word))).toEqual(['-MD', '-MF']);
    }
  });

  it('of the preprocess step keep line markers and name the target', () => {
    const { args } = gccDialect.preprocessCommand(compilationOf('-g3 -c a.c -o out/a.o -MMD -MP -Iinc'), 'gcc', 't.d');
    expect(args).toEqual(['-E', '-fpch-preprocess', '-dD', '-MMD', '-MP', '-MQ', 'out/a.o', '-MF', 't.d', '-g3', 'a.c', '-Iinc']);
    const clang = compilationOf('-c --serialize-diagnostics x -- a.c', { kind: 'clang' });
    expect(clangDialect.preprocessCommand(clang, 'clang', undefined).args).toEqual(['-E', '-Qunused-arguments', '--', 'a.c']);
    expect(() => clangDialect.preprocessCommand(clang, 'clang', 't.d')).toThrow('dependency');
  });
});
