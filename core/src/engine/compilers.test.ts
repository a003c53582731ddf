import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnvPairs } from '../base/index.js';
import type { CompilerKind, Dialect } from '../compilation/index.js';
import { type CompilerProbe, createCompilerProbe, createFileDigests } from '../host/index.js';
import { createCompilers } from './compilers.js';
import { environmentKey } from './compilers-environment.js';
import { refusedByName, speaksCl } from './compilers-names.js';
import type { AnyCompiler, Compilers } from './ports.js';

const never = (): never => {
  throw new Error('a dialect has no say in what a compiler is');
};
const dialect = (kind: CompilerKind): Dialect => ({
  kind, parse: never, preprocessCommand: never, compileCommand: never, remoteCommand: never, tracedCommand: never, searchCommand: never, keyParts: never, nearParts: never, remoteEnv: never,
});
const dialects = { gcc: dialect('gcc'), clang: dialect('clang'), 'clang-cl': dialect('clang-cl'), msvc: dialect('msvc') };
const env: EnvPairs = [['PATH', '/usr/local/bin:/usr/bin:/bin'], ['LANG', 'C.UTF-8']];
const installed = (name: string): string => spawnSync('sh', ['-c', `command -v ${name}`]).stdout.toString().trim();

interface Counting extends Compilers {
  /** How many times a compiler was examined. */
  readonly surveys: () => number;
  readonly at: (path: string, more?: EnvPairs) => Promise<AnyCompiler>;
  readonly later: (ms: number) => void;
}

function counting(timeoutMs = 10_000): Counting {
  let surveys = 0;
  let ahead = 0;
  // ctime cannot be set back: files look old enough because the clock is ahead.
  const inner = createCompilerProbe({ digests: createFileDigests(() => Date.now() + 1_000), timeoutMs });
  const probe: CompilerProbe = {
    look: inner.look,
    survey: (subject) => {
      surveys += 1;
      return inner.survey(subject);
    },
  };
  const compilers = createCompilers({ dialects, probe, nowMs: () => Date.now() + ahead });
  return {
    ...compilers,
    surveys: () => surveys,
    at: (compiler, more = env) => compilers.identify({ compiler, args: ['-c', 'a.c'], cwd: '/', env: more }),
    later: (ms) => {
      ahead += ms;
    },
  };
}

describe('what the installed compilers are', () => {
  const version = (name: string): string => spawnSync(name, ['-dumpfullversion']).stdout.toString().trim() || spawnSync(name, ['-dumpversion']).stdout.toString().trim();
  const table: readonly (readonly [string, CompilerKind, boolean])[] = [
    ['gcc', 'gcc', false], ['g++', 'gcc', true], ['cc', 'gcc', false], ['c++', 'gcc', true], ['g++-12', 'gcc', true],
    ['x86_64-linux-gnu-g++', 'gcc', true], ['clang', 'clang', false], ['clang++', 'clang', true], ['c89', 'gcc', false],
  ];
  for (const [name, kind, plusplus] of table) {
    const path = installed(name);
    it.skipIf(path === '')(`${name} is ${kind}, ${plusplus ? 'C++' : 'C'}`, async () => {
      const compiler = await counting().at(path);
      expect(compiler.facts).toEqual({ kind, plusplus, version: version(path), apple: false });
      expect(compiler).toMatchObject({ path, dialect: dialects[kind] });
      expect(compiler.identity).toMatch(/^[0-9a-f]{64}$/);
    });
  }

  it.skipIf(installed('clang') === '')('clang in cl\'s manner, by name or by its arguments, is another compiler', async () => {
    const dir = realpathSync(mkdtempSync(join(tmpdir(), 'compilers-cl-')));
    try {
      const named = join(dir, 'clang-cl-14');
      symlinkSync(realpathSync(installed('clang')), named);
      const compilers = counting();
      const asked = { compiler: installed('clang'), cwd: '/', env };
      const [byName, byWord, plain, back] = await Promise.all([
        compilers.at(named),
        compilers.identify({ ...asked, args: ['--driver-mode=cl', '/c', 'a.c'] }),
        compilers.identify({ ...asked, args: ['-c', 'a.c'] }),
        compilers.identify({ ...asked, compiler: named, args: ['--driver-mode=gcc', '-c', 'a.c'] }).catch((thrown: unknown) => thrown),
      ]);
      expect([byName, byWord, plain].map(({ facts }) => facts.kind)).toEqual(['clang-cl', 'clang-cl', 'clang']);
      expect(byWord.identity).toBe(byName.identity);
      expect(plain.identity).not.toBe(byName.identity);
      expect(back).toMatchObject({ code: 'COMPILER_UNSUPPORTED' });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it.each([['/usr/bin/gcc', 'gnu'], ['/x/cl.exe', 'cl'], ['/x/CL', 'cl'], ['/x/clang-cl-14', 'cl'], ['/x/x86_64-pc-windows-msvc-clang-cl', 'cl'], ['/x/uncl', 'gnu']])('%s is spoken to as %s', (compiler, manner) => {
    expect(speaksCl({ compiler, args: ['/c', 'a.c'] })).toBe(manner === 'cl');
  });

  it('tells different compilers apart, and names the same one alike under every name', async () => {
    const compilers = counting();
    const found = await Promise.all(['gcc', 'cc', 'g++', 'clang', 'clang++', 'c89'].map((name) => compilers.at(installed(name))));
    const [gcc, cc, ...others] = found.map((compiler) => compiler.identity);
    expect(cc).toBe(gcc);
    expect(new Set([gcc, ...others]).size).toBe(others.length + 1);
    expect((await counting().at(installed('clang'))).identity).toBe(found[3]?.identity);
  });

  it('covers the programs that the compiler starts and the libraries with its code generator', async () => {
    const probe = createCompilerProbe({ digests: createFileDigests(Date.now) });
    const labels = async (name: string): Promise<readonly string[]> =>
      (await probe.survey({ compiler: installed(name), cwd: '/', env })).parts.map((part) => part.label);
    const gcc = await labels('gcc');
    expect(gcc).toEqual(expect.arrayContaining(['driver', 'program cc1', 'program cc1plus', 'program as', 'program objcopy', 'program collect2', 'program ld', 'lto plugin', 'command']));
    expect(gcc.some((label) => label.startsWith('library libmpfr'))).toBe(true);
    const clang = await labels('clang');
    expect(clang).toEqual(expect.arrayContaining(['driver', 'program as', 'command']));
    expect(clang.some((label) => label.startsWith('library libLLVM'))).toBe(true);
    expect([...gcc, ...clang].some((label) => label.includes('libc.so'))).toBe(false);
  });
});

describe('compilers that come, change and go', () => {
  let dir = '';
  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'compilers-')));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  const script = (name: string, body: string): string => {
    const path = join(dir, name);
    writeFileSync(`${path}.new`, `#!/bin/sh\n${body}\n`);
    chmodSync(`${path}.new`, 0o755);
    renameSync(`${path}.new`, path);
    return path;
  };
  const withPath = (first: string): EnvPairs => [['PATH', `${first}:/usr/bin:/bin`]];

  it('knows a compiler behind a link of any name', async () => {
    symlinkSync(installed('g++'), join(dir, 'tool'));
    symlinkSync(installed('clang++'), join(dir, 'my-clang++'));
    const compilers = counting();
    expect((await compilers.at(join(dir, 'tool'))).facts).toMatchObject({ kind: 'gcc', plusplus: true });
    expect((await compilers.at(join(dir, 'my-clang++'))).facts).toMatchObject({ kind: 'clang', plusplus: true });
    expect((await compilers.at(join(dir, 'tool'))).identity).toBe((await compilers.at(installed('g++'))).identity);
  });

  it('sees through a script: its own bytes, the options it adds, the compiler it starts, the variables it reads', async () => {
    const path = script('wrapped', 'exec gcc $EXTRA "$@"');
    const compilers = counting();
    const plain = await compilers.at(path);
    expect(plain.facts).toMatchObject({ kind: 'gcc', plusplus: false });
    expect(plain.identity).not.toBe((await compilers.at(installed('gcc'))).identity);
    const extra = (value: string): EnvPairs => [...env, ['EXTRA', value]];
    expect((await compilers.at(path, extra('-O2'))).identity).not.toBe(plain.identity);
    expect((await compilers.at(path, extra(''))).identity).toBe(plain.identity);
    const examined = compilers.surveys();
    await compilers.at(path, [...env, ['MAKELEVEL', '2'], ['PWD', '/tmp']]);
    expect(compilers.surveys()).toBe(examined);
    script('wrapped', 'exec gcc -O1 $EXTRA "$@"');
    const changed = await compilers.at(path);
    expect(changed.identity).not.toBe(plain.identity);
    script('wrapped', 'exec clang "$@"');
    expect((await compilers.at(path)).facts.kind).toBe('clang');
  });

  it('notices that the binary was replaced, and that it was only touched', async () => {
    const path = join(dir, 'cc');
    cpSync(realpathSync(installed('gcc')), path);
    const compilers = counting();
    const libraries: EnvPairs = [...env, ['GCC_EXEC_PREFIX', '/usr/lib/gcc/']];
    const first = await compilers.at(path, libraries);
    expect((await compilers.at(path, libraries)).identity).toBe(first.identity);
    expect(compilers.surveys()).toBe(1);
    utimesSync(path, 1_000_000, 1_000_000);
    expect((await compilers.at(path, libraries)).identity).toBe(first.identity);
    expect(compilers.surveys()).toBe(2);
    cpSync(realpathSync(installed('g++')), `${path}.new`);
    renameSync(`${path}.new`, path);
    const second = await compilers.at(path, libraries);
    expect(second.identity).not.toBe(first.identity);
    expect(second.facts).toMatchObject({ plusplus: true });
  });

  it('notices another assembler, even one that appears where none was', async () => {
    const compilers = counting();
    const first = await compilers.at(installed('gcc'), withPath(dir));
    expect((await compilers.at(installed('gcc'), withPath(dir))).identity).toBe(first.identity);
    expect(compilers.surveys()).toBe(1);
    script('as', 'exec /usr/bin/as "$@"');
    const other = await compilers.at(installed('gcc'), withPath(dir));
    expect(other.identity).not.toBe(first.identity);
    script('as', 'exec /usr/bin/as -v "$@"');
    expect((await compilers.at(installed('gcc'), withPath(dir))).identity).not.toBe(other.identity);
    rmSync(join(dir, 'as'));
    expect((await compilers.at(installed('gcc'), withPath(dir))).identity).toBe(first.identity);
  });

  it('finds the assembler of a relative PATH from the working directory', async () => {
    const compilers = counting();
    mkdirSync(join(dir, 'bin'));
    const identify = (cwd: string): Promise<AnyCompiler> => compilers.identify({ compiler: installed('gcc'), args: [], cwd, env: withPath('bin') });
    const without = await identify('/');
    script('bin/as', 'exec /usr/bin/as "$@"');
    expect((await identify(dir)).identity).not.toBe(without.identity);
  });

  it('examines a compiler once however many ask at the same time', async () => {
    const compilers = counting();
    const all = await Promise.all(Array.from({ length: 20 }, () => compilers.at(installed('g++'))));
    expect(new Set(all).size).toBe(1);
    expect(compilers.surveys()).toBe(1);
  });

  it('leaves a broken compiler alone for a while, then asks again', async () => {
    const runs = join(dir, 'runs');
    const path = script('cc', `echo run >> ${runs}; echo broken >&2; exit 3`);
    const compilers = counting();
    await expect(compilers.at(path)).rejects.toMatchObject({ code: 'COMPILER_UNSUPPORTED', message: expect.stringContaining('ends with 3') as string });
    await expect(compilers.at(path)).rejects.toMatchObject({ code: 'COMPILER_UNSUPPORTED' });
    expect(compilers.surveys()).toBe(1);
    compilers.later(6_000);
    script('cc', 'exec gcc "$@"');
    expect((await compilers.at(path)).facts.kind).toBe('gcc');
  });

  it('gives up on one that hangs, says nothing, floods, or cannot be started', async () => {
    const refused = async (path: string, text: string, code = 'COMPILER_UNSUPPORTED'): Promise<void> => {
      await expect(counting(700).at(path)).rejects.toMatchObject({ code, message: expect.stringContaining(text) as string });
    };
    await refused(script('hang', 'sleep 60'), 'does not answer');
    await refused(script('flood', 'yes'), 'does not answer');
    await refused(script('mute', 'exit 0'), 'does not preprocess');
    await refused(script('killed', 'kill -9 $$'), 'killed by a signal');
    await refused(script('other', `echo 'sccache_ts_probe "__GNUC__" 4'; echo 'sccache_ts_probe "__CUDACC__" 1'`), 'is nvcc');
    await refused(join(dir, 'absent'), 'no readable file', 'COMPILER_NOT_FOUND');
    writeFileSync(join(dir, 'plain'), 'no program');
    await refused(join(dir, 'plain'), 'cannot be started', 'COMPILER_NOT_FOUND');
  });

  it('leaves no folder of its own behind, whether the compiler answers or hangs', async () => {
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = join(dir, 'tmp');
    mkdirSync(join(dir, 'tmp'));
    try {
      await counting().at(installed('gcc'));
      await expect(counting(300).at(script('hang', 'sleep 60'))).rejects.toMatchObject({ code: 'COMPILER_UNSUPPORTED' });
      expect(readdirSync(join(dir, 'tmp'))).toEqual([]);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });

  it('refuses by name without running anything', async () => {
    const runs = join(dir, 'runs');
    const compilers = counting();
    for (const name of ['rustc', 'clippy-driver', 'nvcc', 'nvc']) {
      await expect(compilers.at(script(name, `echo run >> ${runs}`))).rejects.toMatchObject({ code: 'COMPILER_UNSUPPORTED' });
    }
    script('ccache-4.8', `echo run >> ${runs}`);
    symlinkSync(join(dir, 'ccache-4.8'), join(dir, 'gcc'));
    await expect(compilers.at(join(dir, 'gcc'))).rejects.toMatchObject({ code: 'COMPILER_UNSUPPORTED', message: expect.stringContaining('ccache-4.8') as string });
    expect(compilers.surveys()).toBe(0);
    expect(existsSync(runs)).toBe(false);
  });

  it('keeps the probe out of files that the environment names', async () => {
    await counting().at(installed('gcc'), [...env, ['DEPENDENCIES_OUTPUT', join(dir, 'deps')], ['SUNPRO_DEPENDENCIES', join(dir, 'deps')]]);
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('names and environments', () => {
  it('judges names', () => {
    const refused = (path: string, real = path): boolean => refusedByName(path, real) !== undefined;
    for (const path of ['/x/rustc', '/x/nvcc', 'C:\\bin\\nvcc.exe', '/x/nvc++', '/x/distcc', '/x/sccache-ts']) expect([basename(path), refused(path)]).toEqual([basename(path), true]);
    for (const path of ['/x/gcc-12', '/x/clang', '/x/c++', '/x/arm-none-eabi-gcc', '/x/clang++-14', '/x/clang-cl-14', '/x/cl.exe', '/ccache/gcc']) expect([path, refused(path)]).toEqual([path, false]);
    expect(refused('/usr/lib/icecc/bin/g++', '/usr/bin/icecc')).toBe(true);
  });

  it('counts what chooses helpers, and everything for a script', () => {
    const key = (more: EnvPairs, whole = false, cwd = '/'): string => environmentKey({ cwd, env: [...env, ...more] }, whole);
    expect(key([['CFLAGS', '-O2']])).toBe(key([]));
    expect(key([['CFLAGS', '-O2']], true)).not.toBe(key([], true));
    expect(key([['SHLVL', '2']], true)).toBe(key([], true));
    expect(key([['COMPILER_PATH', '/x']])).not.toBe(key([]));
    expect(key([], false, '/a')).toBe(key([], false, '/b'));
    expect(environmentKey({ cwd: '/a', env: [['PATH', '/bin:']] }, false)).not.toBe(environmentKey({ cwd: '/b', env: [['PATH', '/bin:']] }, false));
  });
});
