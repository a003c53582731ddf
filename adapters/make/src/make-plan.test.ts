import { describe, expect, it } from 'vitest';
import type { EnvPairs } from '@sccache-ts/core/base';
import { isCompilerName } from './compiler-names.js';
import { jobsAreDecided, makePlan, type MakePlanInput, suggestedJobs } from './make-plan.js';
import { definitionOf, gnuMakeVersion, makeWishes } from './make-words.js';

const launcher = '/opt/tool/sccache-ts';
const plan = (more: Partial<MakePlanInput> = {}): ReturnType<typeof makePlan> =>
  makePlan({ style: 'variables', launcher, env: [['PATH', '/usr/bin:/bin']], args: [], jobs: { local: 1, offered: 0, apply: 'never' }, ...more });

describe('variables', () => {
  it('puts the launcher before make\'s own compilers, or the user\'s', () => {
    expect(plan().env).toEqual([['CC', `${launcher} cc`], ['CXX', `${launcher} g++`]]);
    const env: EnvPairs = [['CC', 'clang -m32'], ['CXX', `${launcher} clang++`]];
    expect(plan({ env }).env).toEqual([['CC', `${launcher} clang -m32`]]);
  });

  it('leaves another cache where it is', () => {
    const { env, notes } = plan({ env: [['CC', '/usr/bin/ccache gcc']] });
    expect(env).toEqual([['CXX', `${launcher} g++`]]);
    expect(notes).toContain('CC is "/usr/bin/ccache gcc" and was left alone.');
  });

  it('changes a definition on the command line in its place', () => {
    const { env, args } = plan({ args: ['CC=gcc-11', 'all', 'CC:=gcc-12'] });
    expect(args).toEqual(['CC=gcc-11', 'all', `CC=${launcher} gcc-12`]);
    expect(env).toEqual([['CXX', `${launcher} g++`]]);
  });

  it('does not let -e push the launcher over a makefile\'s compiler', () => {
    expect(plan({ args: ['-e'] }).env).toEqual([]);
    expect(plan({ args: ['-e'], env: [['CC', 'gcc']] }).env).toEqual([['CC', `${launcher} gcc`]]);
  });

  it.each(['/a b/sccache-ts', '/a$b/x', '/a\'b', 'sccache-ts', '/a#b'])('refuses a launcher at %s', (path) => {
    expect(() => plan({ launcher: path })).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error);
  });
});

describe('masquerade', () => {
  const masquerade = (more: Partial<MakePlanInput> = {}): ReturnType<typeof makePlan> => plan({ style: 'masquerade', masqueradeDir: '/opt/masq', ...more });

  it('stands first in PATH, once, and hides from a ccache', () => {
    const env: EnvPairs = [['PATH', '/opt/masq:/usr/bin:/bin'], ['CCACHE_PATH', '/usr/bin:/bin']];
    expect(masquerade().env).toEqual(env);
    expect(masquerade({ env: [['PATH', '/usr/bin:/opt/masq:/bin']] }).env).toEqual(env);
    expect(masquerade({ env: [] }).env).toEqual([['PATH', '/opt/masq:/bin:/usr/bin'], ['CCACHE_PATH', '/bin:/usr/bin']]);
    expect(masquerade({ env: [['CCACHE_PATH', '/x'], ['PATH', '/y']] }).env).toEqual([['PATH', '/opt/masq:/y']]);
  });

  const named = (value: string, more: Partial<MakePlanInput> = {}): unknown => masquerade({ env: [['PATH', '/bin'], ['CC', value]], ...more }).env.slice(2);
  it('puts the launcher before compilers that the user names by path, and before no others', () => {
    expect(named('/usr/bin/gcc -m32')).toEqual([['CC', `${launcher} /usr/bin/gcc -m32`]]);
    for (const value of ['gcc', '/usr/bin/ccache gcc', `${launcher} gcc`, '/opt/pgi/pgcc', '']) expect(named(value)).toEqual([]);
    expect(masquerade({ args: ['HOSTCC=/opt/bin/clang', 'CROSS_COMPILE=/opt/bin/arm-none-eabi-', 'all'] }).args).toEqual([`HOSTCC=${launcher} /opt/bin/clang`, 'CROSS_COMPILE=/opt/bin/arm-none-eabi-', 'all']);
    expect(named('/usr/bin/gcc', { args: ['CC=gcc'] })).toEqual([]);
  });

  it('says what it cannot reach', () => {
    const { env, notes } = masquerade({ launcher: '/a b/sccache-ts', env: [['CC', '/usr/bin/gcc']] });
    expect(env.map(([name]) => name)).not.toContain('CC');
    expect(notes.join()).toContain('/usr/bin/gcc');
  });

  it.each([undefined, 'masq', '/a:b'])('refuses a folder %s', (dir) => {
    const input: MakePlanInput = { style: 'masquerade', launcher, env: [], args: [], jobs: { local: 1, offered: 0, apply: 'never' }, ...(dir === undefined ? {} : { masqueradeDir: dir }) };
    expect(() => makePlan(input)).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error);
  });
});

describe('jobs', () => {
  const jobs = { local: 4, offered: 12, apply: 'argument' } as const;

  it('adds -j only when nobody has said anything and it is wanted', () => {
    expect(plan({ jobs, args: ['all'] }).args).toEqual(['-j16', 'all']);
    expect(plan({ jobs: { ...jobs, apply: 'never' }, args: ['all'] })).toMatchObject({ args: ['all'], notes: expect.arrayContaining([expect.stringContaining('-j16')]) as string[] });
    expect(plan({ jobs, args: ['-j2', 'all'] }).args).toEqual(['-j2', 'all']);
    expect(plan({ jobs, env: [['MAKEFLAGS', ' -j3 --jobserver-auth=3,4']] })).toMatchObject({ args: [] });
    expect(plan({ jobs, env: [['MAKEFLAGS', ' -j3 --jobserver-auth=3,4']] }).env.map(([name]) => name)).not.toContain('MAKEFLAGS');
  });

  it('says it where a makefile can say otherwise', () => {
    const added = (env: EnvPairs): unknown => plan({ jobs: { ...jobs, apply: 'environment' }, env }).env.filter(([name]) => name === 'GNUMAKEFLAGS');
    expect(added([])).toEqual([['GNUMAKEFLAGS', '-j16']]);
    expect(added([['GNUMAKEFLAGS', '-k']])).toEqual([['GNUMAKEFLAGS', '-k -j16']]);
    expect(added([['GNUMAKEFLAGS', '-j2']])).toEqual([]);
  });

  it.each<[string, EnvPairs, boolean]>([
    ['all', [], false], ['all', [['MAKELEVEL', '0']], false], ['all', [['MAKELEVEL', '1']], true], ['-j2', [], true], ['-n', [], true], ['--version', [], true], ['-kq', [], true],
    ['-C n', [], false], ['install', [], true], ['all DESTDIR=x install', [], true], ['-C install all', [], false], ['check', [], true], ['all', [['MAKEFLAGS', 'n']], true], ['all', [['GNUMAKEFLAGS', '-j']], true],
  ])('%s with %j: decided %s', (args, env, decided) => {
    expect(jobsAreDecided({ args: args.split(' '), env })).toBe(decided);
  });

  it('counts cores', () => {
    expect([[1, 0], [8, 0], [4, 12], [2, 400], [0, 0], [4, -1]].map(([local = 0, offered = 0]) => suggestedJobs({ local, offered }))).toEqual([1, 8, 16, 16, 1, 4]);
  });
});

describe('makeWishes', () => {
  it.each<[string, string | undefined, boolean]>([
    ['-j', undefined, true], ['-j8', undefined, true], ['-kj8', undefined, true], ['--jobs', undefined, true], ['--jobs=4', undefined, true],
    ['-k', undefined, false], ['-Cj', undefined, false], ['-C j', undefined, false], ['-C -j', undefined, false], ['-Ojobs', undefined, false], ['jobs', undefined, false], ['-- -j', undefined, false],
    ['-l4', undefined, false], ['-l -j2', undefined, true], ['-j 4', undefined, true],
    ['', 'j4', true], ['', 'kj', true], ['', '-j4', true], ['', ' -j4 --jobserver-auth=fifo:/tmp/x', true], ['', ' --jobserver-fds=3,4', true], ['', 'k', false], ['', 'w -- CFLAGS=-j', false], ['', '', false],
    ['', ' -- OBJ=j', false],
  ])('%j with MAKEFLAGS %j: jobs %s', (args, flags, jobs) => {
    expect(makeWishes(args.split(' ').filter((word) => word !== ''), { makeFlags: flags }).jobs).toBe(jobs);
  });

  it.each([['-e', true], ['-ke', true], ['--environment-overrides', true], ['-f e', false], ['-fe', false]])('%s: the environment wins %s', (args, wins) => {
    expect(makeWishes(args.split(' '), { makeFlags: undefined }).environmentWins).toBe(wins);
  });
});

describe('definitionOf', () => {
  it.each([['CC=gcc', 'gcc'], ['CC:=gcc -m32', 'gcc -m32'], ['CC::=gcc', 'gcc'], ['CCC=gcc', undefined], ['CC+=-m32', undefined], ['CC?=gcc', undefined]])('%s', (word, value) => {
    expect(definitionOf('CC', ['all', word])?.value).toBe(value);
  });
});

describe('isCompilerName', () => {
  it.each(['cc', 'c++', 'gcc', 'g++-12', 'clang-14', 'clang++', 'gcc-4.8.5', 'aarch64-linux-gnu-gcc', 'x86_64-linux-gnu-g++-12', 'x86_64-w64-mingw32-gcc-12-posix', 'arm-none-eabi-c++', 'avr-gcc', 'x86_64-pc-linux-gnu-clang'])('%s', (name) => {
    expect(isCompilerName(name)).toBe(true);
  });
  it.each(['gcc-ar', 'gcc-12-base', 'c99-gcc', 'musl-gcc', 'afl-gcc', 'ccache-gcc', 'clang-cpp-14', 'clang-format', 'clang-cl', 'ld', 'xcc', 'tcc', 'pgcc', 'aarch64-linux-gnu-ld', 'gcc~', '-gcc', 'cc1', 'g++.bak', ''])('not %s', (name) => {
    expect(isCompilerName(name)).toBe(false);
  });
});

describe('gnuMakeVersion', () => {
  it.each([['GNU Make 4.3\nBuilt for x', { major: 4, minor: 3 }], ['GNU Make 3.81\n', { major: 3, minor: 81 }], ['usage: make [-BeikNnqrSstWwX]', undefined], ['', undefined]])('%j', (said, version) => {
    expect(gnuMakeVersion(said)).toEqual(version);
  });
});
