// Direct mode with real gcc and clang: what may change between two compiles of one command line, and what comes of it.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as nap } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnvPairs } from '../base/index.js';
import { clangDialect, gccDialect } from '../compilation/index.js';
import { createCompilerProbe, createFileClock, createFileDigests, createFolderViews, createPathTable, createSearchLists, land, readResponseFile } from '../host/index.js';
import { createDiskStorage, type Storage } from '../storage/index.js';
import type { Answer } from './answers.js';
import { compile } from './compile.js';
import { createCompilers } from './compilers.js';
import type { EnginePorts } from './engine-ports.js';
import type { Front } from './ports.js';
import { createRecall, type Recall } from './recall.js';
import type { CompileReport } from './report.js';
import { createSettling } from './settling.js';
import { createSourceMemo } from './source-memo.js';

let dir = '';
let storage: Storage;
let recall: Recall;
let ports: EnginePorts;
let ran: string[][] = [];

const baseEnv: EnvPairs = [['PATH', '/usr/bin:/bin'], ['LANG', 'C.UTF-8'], ['HOME', '/nonexistent']];
const bytesOf = (name: string): Buffer | undefined => (existsSync(join(dir, name)) ? readFileSync(join(dir, name)) : undefined);

function write(name: string, text: string): void {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), text);
}

// Finding out what a compiler is takes longest, and is the same for all tests.
const digests = createFileDigests(Date.now);
const clock = createFileClock();
const compilers = createCompilers({ dialects: { gcc: gccDialect, clang: clangDialect }, probe: createCompilerProbe({ digests }), nowMs: Date.now });

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'near-'));
  storage = createDiskStorage({ dir: join(dir, '.cache'), maxBytes: 1 << 28 });
  recall = createRecall(createPathTable(), Date.now);
  ran = [];
  ports = {
    compilers,
    digests,
    storage,
    distribution: undefined,
    readResponseFile,
    near: { views: createFolderViews(Date.now), searchLists: createSearchLists(), sources: createSourceMemo(), clock, settling: createSettling(), ignoreTimeMacros: false },
    direct: true,
    recall,
    basedirs: [],
    nowMs: Date.now,
  };
});
afterEach(async () => {
  await storage.close();
  rmSync(dir, { recursive: true });
});

interface Command {
  /** Relative to the test's folder. */
  readonly cwd?: string;
  readonly compiler?: string;
  readonly line: string;
  readonly env?: EnvPairs;
}

const pairs = (env: EnvPairs = []): EnvPairs => [...baseEnv, ...env];

interface Result {
  readonly code: number | null | undefined;
  readonly stderr: string;
  readonly files: readonly (Buffer | undefined)[];
}

const outputs = ['a.o', 'a.d', 'a.gcno'];
const inside = (cwd: string): readonly string[] => outputs.map((name) => join(cwd, name));
const clear = (cwd = ''): void => inside(cwd).forEach((name) => rmSync(join(dir, name), { force: true }));

function bare({ cwd = '', compiler = '/usr/bin/gcc', line, env }: Command): Result {
  clear(cwd);
  const done = spawnSync(compiler, line.split(' '), { cwd: join(dir, cwd), env: Object.fromEntries(pairs(env)) });
  return { code: done.status, stderr: done.stderr.toString(), files: inside(cwd).map(bytesOf) };
}

const front = (env: EnvPairs | undefined, cwd = ''): Front => ({
  signal: new AbortController().signal,
  colour: false,
  umask: 0o022,
  run: (command, options) => {
    ran.push([command.program, ...command.args]);
    const done = spawnSync(command.program, command.args, { cwd: join(dir, cwd), env: Object.fromEntries(pairs(env)), maxBuffer: 1 << 26 });
    options.onStdout?.(done.stdout);
    return Promise.resolve({ code: done.status ?? undefined, signal: undefined, stdout: done.stdout, stderr: done.stderr, wallMs: 1 });
  },
});

/** Does what the launcher does with an answer. */
async function obey(answer: Answer, command: Command): Promise<Result> {
  if (answer.kind === 'become') return bare(command);
  const { land: order, end } = answer;
  if (order !== undefined) {
    const { source: path, state, pieces } = order;
    await land(pieces.map(({ place, offset, length, ...how }) => ({ path: place, from: { kind: 'range', path, state, offset, length }, ...how })), 0o022);
  }
  return { code: end.code, stderr: Buffer.from(answer.stderr).toString(), files: inside(command.cwd ?? '').map(bytesOf) };
}

/** One compile as the daemon would do it: from memory, else the long way. Always equal to the bare compiler's. */
async function ours(command: Command): Promise<CompileReport> {
  const expected = bare(command);
  clear(command.cwd);
  const request = { compiler: command.compiler ?? '/usr/bin/gcc', args: command.line.split(' '), cwd: join(dir, command.cwd ?? ''), env: pairs(command.env) };
  const recalled = recall.find({ ...request, umask: 0o022, colour: false });
  if (recalled !== undefined) {
    expect(await obey(recalled.answer, command)).toEqual(expected);
    return recalled.report;
  }
  const outcome = await compile(request, front(command.env, command.cwd), ports);
  expect(await obey(outcome.answer, command)).toEqual(expected);
  return outcome.settle();
}

const verdict = ({ outcome, hitBy, stored }: CompileReport): string => [outcome, hitBy, stored].filter((word) => word !== undefined).join(' ');
/** Files must be a little old before their state proves anything. */
const age = (): Promise<void> => nap(60);

const plain: Command = { line: '-O1 -Wall -Iinc -Imore -Inone -c a.c -o a.o -MD' };

function project(): void {
  write('a.c', '#include "h.h"\n#include <deep/d.h>\n#ifdef ASK\n#if __has_include("asked.h")\nint asked;\n#endif\n#endif\n#ifdef EXTRA\n#include EXTRA\n#endif\nint f(void) { int unused; return H + D; }\n');
  write('h.h', '#define H 1\n');
  write('more/deep/d.h', '#define D 2\n');
  write('inc/other.h', '#define OTHER 3\n');
}

describe('a compile', () => {
  it('that reads nothing but its source is answered too', async () => {
    write('a.c', 'int f(void) { return 1; }\n');
    await age();
    for (const compiler of ['/usr/bin/clang', '/usr/bin/gcc']) {
      if (!existsSync(compiler)) continue;
      const bare: Command = { compiler, line: '-O1 -c a.c -o a.o' };
      expect(verdict(await ours(bare))).toBe('miss stored');
      recall.clear();
      expect(verdict(await ours(bare))).toBe('hit manifest');
    }
  });

  beforeEach(project);

  it('is remembered by what it read, without a preprocessor', async () => {
    await age();
    expect(verdict(await ours(plain))).toBe('miss stored');
    expect(ran.map((words) => words.includes('-E'))).toEqual([false]);
    expect(verdict(await ours(plain))).toBe('hit memory');
    recall.clear();
    expect(verdict(await ours(plain))).toBe('hit manifest');
    expect(verdict(await ours(plain))).toBe('hit memory');
    expect(ran).toHaveLength(1);
  });

  it('writes no list of its own beside its output', async () => {
    await age();
    const command = { line: '-Iinc -Imore -c a.c -o a.o' };
    expect(verdict(await ours(command))).toBe('miss stored');
    expect(verdict(await ours(command))).toBe('hit memory');
    expect(spawnSync('ls', ['-a', dir]).stdout.toString()).not.toContain('tmp-');
  });

  it('is taken from the preprocessed text where only that tells all, and remembered all the same', async () => {
    await age();
    const command = { line: '-Iinc -Imore -MMD -c a.c -o a.o' };
    expect(verdict(await ours(command))).toBe('miss stored');
    expect(ran.map((words) => words.includes('-E'))).toEqual([true, false]);
    expect(verdict(await ours(command))).toBe('hit memory');
    expect(ran).toHaveLength(2);
  });

  it('is remembered however its source is spelled, even when that was written a moment ago', async () => {
    await age();
    for (const name of ['./a.c', 'inc/../a.c', join(dir, 'a.c')]) {
      write('a.c', `#include "h.h"\nint f(void) { return H; }\n// ${name}\n`);
      expect(verdict(await ours({ line: `-c ${name} -o a.o -MD` }))).toBe('miss stored');
      expect(verdict(await ours({ line: `-c ${name} -o a.o -MD` }))).toMatch('hit');
    }
  });

  it('is another for other dependency words, and the same for another place', async () => {
    await age();
    await ours(plain);
    expect(verdict(await ours({ line: plain.line.replace('-MD', '-MD -MT x') }))).toBe('miss stored');
  });

  const changes: readonly (readonly [name: string, change: () => void, expected: string])[] = [
    ['nothing', () => undefined, 'hit memory'],
    ['a header edited', () => write('h.h', '#define H 7\n'), 'miss'],
    ['a header edited to the same size at the same time', () => {
      write('h.h', '#define H 7\n');
      utimesSync(join(dir, 'h.h'), 1, 1);
    }, 'miss'],
    ['a header touched', () => utimesSync(join(dir, 'h.h'), 1, 1), 'hit manifest'],
    ['a header written anew with the same content', () => write('h.h', '#define H 1\n'), 'hit manifest'],
    ['the source edited', () => write('a.c', `${readFileSync(join(dir, 'a.c'), 'utf8')}int g;\n`), 'miss'],
    ['a header that comes in an earlier folder', () => write('inc/deep/d.h', '#define D 9\n'), 'miss'],
    ['a header that comes in a folder that was not there', () => write('none/deep/d.h', '#define D 9\n'), 'miss'],
    ['an unrelated file that comes in a folder', () => write('inc/unrelated.h', ''), 'hit memory'],
    ['an empty folder of a header\'s name', () => mkdirSync(join(dir, 'inc/deep'), { recursive: true }), 'hit memory'],
    ['a header that is gone', () => rmSync(join(dir, 'more/deep/d.h')), 'miss'],
    ['a folder that is renamed and back', () => {
      renameSync(join(dir, 'more'), join(dir, 'moved'));
      renameSync(join(dir, 'moved'), join(dir, 'more'));
    }, 'hit memory'],
    ['a folder exchanged for a link to an equal one', () => {
      renameSync(join(dir, 'more'), join(dir, 'real'));
      symlinkSync('real', join(dir, 'more'));
    }, 'hit memory'],
    ['a precompiled header that comes', () => void spawnSync('gcc', ['-O1', 'h.h', '-o', 'h.h.gch'], { cwd: dir }), 'miss'],
    ['a folder of precompiled headers that comes', () => mkdirSync(join(dir, 'h.h.gch')), 'miss'],
  ];
  it.each(changes)('after %s', async (_name, change, expected) => {
    await age();
    await ours(plain);
    await age();
    change();
    expect(verdict(await ours(plain))).toMatch(expected);
    await age();
    // Whatever happened, the next one is equal again, and one day it hits.
    await ours(plain);
  });

  it('goes back to an earlier state of its headers', async () => {
    await age();
    await ours(plain);
    write('h.h', '#define H 7\n');
    await age();
    expect(verdict(await ours(plain))).toBe('miss stored');
    write('h.h', '#define H 1\n');
    expect(verdict(await ours(plain))).toBe('hit manifest');
  });

  it.each<[string, EnvPairs]>([
    ['CPATH', [['CPATH', 'inc']]],
    ['LANG', [['LANG', 'C'], ['LC_ALL', 'C']]],
    ['SCCACHE_RECACHE', [['SCCACHE_RECACHE', '1']]],
  ])('is another with %s', async (_name, env) => {
    await age();
    await ours(plain);
    expect(verdict(await ours({ ...plain, env }))).toMatch(/^(miss|recache) stored$/);
  });

  it('is compiled each time that SCCACHE_RECACHE asks for it', async () => {
    await age();
    const command = { ...plain, env: [['SCCACHE_RECACHE', '1']] as const };
    for (let time = 0; time < 3; time++) expect(verdict(await ours(command))).toBe('recache stored');
    expect(verdict(await ours(plain))).toBe('hit manifest');
  });

  it('is preprocessed when SCCACHE_DIRECT says so', async () => {
    await age();
    await ours(plain);
    const command = { ...plain, env: [['SCCACHE_DIRECT', 'false']] as const };
    expect(verdict(await ours(command))).toBe('miss stored');
    expect(verdict(await ours(command))).toBe('hit preprocessed');
  });
});

describe('a file that an option names', () => {
  const branches = 'int g(int);\nint f(int a) { if (a > 3) return g(a); return a ? g(1) : 2; }\n';
  const layout = 'struct s { int a; long b; char c; double d; int e; } __attribute__((randomize_layout));\nunsigned long f(void) { return __builtin_offsetof(struct s, c) * 64 + __builtin_offsetof(struct s, a); }\n';
  const rows = [
    { name: 'an order of blocks', compiler: '/usr/bin/clang', option: '-fbasic-block-sections=list=named', before: '!other\n', after: '!f\n!!0\n', source: branches },
    { name: 'the seed of a layout', compiler: '/usr/bin/clang-16', option: '-frandomize-layout-seed-file=named', before: 'one', after: 'two', source: layout },
    { name: 'a list for a sanitizer', compiler: '/usr/bin/clang', option: '-fsanitize=address -fsanitize-ignorelist=named', before: '', after: 'fun:f\n', source: branches },
  ];
  it.each(rows)('$name', async ({ compiler, option, before, after, source }) => {
    if (!existsSync(compiler)) return void console.error(`skipped: no ${compiler}`);
    write('a.c', source);
    write('named', before);
    await age();
    const command = { compiler, line: `-O1 ${option} -c a.c -o a.o` };
    expect(verdict(await ours(command))).toBe('miss stored');
    expect(verdict(await ours(command))).toMatch('hit');
    const first = bytesOf('a.o');
    write('named', after);
    await age();
    expect(verdict(await ours(command))).toMatch('miss');
    expect(bytesOf('a.o')).not.toEqual(first);
    write('named', before);
    expect(verdict(await ours(command))).toBe('hit manifest');
  });
});

describe('what decides without being read', () => {
  beforeEach(project);

  it('__has_include: a file that comes and goes', async () => {
    await age();
    const command = { line: `${plain.line} -DASK` };
    expect(verdict(await ours(command))).toBe('miss stored');
    expect(verdict(await ours(command))).toBe('hit memory');
    write('more/asked.h', '');
    await age();
    expect(verdict(await ours(command))).toBe('miss stored');
    await age();
    expect(verdict(await ours(command))).toMatch('hit');
    rmSync(join(dir, 'more/asked.h'));
    expect(verdict(await ours(command))).toBe('hit manifest');
  });

  it('a computed include: a file that comes before the one that was meant', async () => {
    await age();
    const command = { line: `${plain.line} -DEXTRA=<other.h>` };
    write('more/other.h', '#define OTHER 4\n');
    await age();
    expect(verdict(await ours(command))).toBe('miss stored');
    expect(verdict(await ours(command))).toBe('hit memory');
    mkdirSync(join(dir, 'none'));
    expect(verdict(await ours(command))).toMatch('miss');
  });

  it('a response file', async () => {
    await age();
    write('rsp', '-DA=1');
    const command = { line: `${plain.line} @rsp` };
    await ours(command);
    await nap(1_100);
    await ours(command);
    expect(verdict(await ours(command))).toBe('hit memory');
    write('rsp', '-DA=2');
    expect(verdict(await ours(command))).toBe('miss stored');
  });

  it('a wrapper script and the compiler behind it', async () => {
    const script = (flag: string): void => {
      write('cc', `#!/bin/sh\nexec gcc ${flag} "$@"\n`);
      chmodSync(join(dir, 'cc'), 0o755);
    };
    script('-DW=1');
    await age();
    const command = { ...plain, compiler: join(dir, 'cc') };
    expect(verdict(await ours(command))).toBe('miss stored');
    expect(verdict(await ours(command))).toBe('hit memory');
    script('-DW=2');
    expect(verdict(await ours(command))).toMatch('miss');
  });

  it.each([
    ['the time', 'const char *t = __DATE__;\n'],
    ['a file that the assembler reads', '__asm__(".pushsection .rodata\\n.incbin \\"h.h\\"\\n.popsection");\n'],
    ['a question that a macro hides', '#define HAS(x) __has_include(x)\n#if HAS("h.h")\nint has;\n#endif\n'],
  ])('%s in a header keeps it from direct mode', async (_name, text) => {
    await age();
    write('h.h', `#define H 1\n${text}`);
    await age();
    expect((await ours(plain)).stored).toBe('skipped');
    const again = await ours(plain);
    expect(again.hitBy).toBeUndefined();
    expect(ran.at(1)).toContain('-E');
  });
});

describe('names that lead back from behind a link', () => {
  beforeEach(() => {
    write('far/sub/in.h', '#include "../x.h"\n');
    write('far/x.h', '#define X 1\n');
    write('inc/x.h', '#define X 100\n');
    write('out/far/keep', '');
    symlinkSync('../far/sub', join(dir, 'inc/sub'));
    write('a.c', '#include "inc/sub/in.h"\nint v = X;\n');
  });

  it.each(['-c a.c -o a.o', '-c a.c -o a.o -MD', '-g -c a.c -o a.o -MMD'])('%s: the file that the compiler reads is watched', async (line) => {
    await age();
    expect(verdict(await ours({ line }))).toBe('miss stored');
    expect(verdict(await ours({ line }))).toBe('hit memory');
    write('inc/x.h', '#define X 200\n');
    expect(verdict(await ours({ line }))).toMatch('hit');
    write('far/x.h', '#define X 2\n');
    expect(verdict(await ours({ line }))).toMatch('miss');
    await age();
    await ours({ line });
    // Now it leads elsewhere, to the same text, beside another header.
    write('near/sub/in.h', '#include "../x.h"\n');
    write('near/x.h', '#define X 3\n');
    rmSync(join(dir, 'inc/sub'));
    symlinkSync('../near/sub', join(dir, 'inc/sub'));
    expect(verdict(await ours({ line }))).toMatch('miss');
  });

  it('are landed where the compiler writes', async () => {
    await age();
    const command = { line: '-c a.c -o inc/sub/../a.o' };
    for (let time = 0; time < 3; time++) {
      rmSync(join(dir, 'far/a.o'), { force: true });
      await ours(command);
      expect(existsSync(join(dir, 'far/a.o'))).toBe(true);
      expect(existsSync(join(dir, 'inc/a.o'))).toBe(false);
    }
  });
});

describe('headers that gcc takes for others', () => {
  it('do not stay out of sight', async () => {
    project();
    write('one/x.h', '#pragma once\nint once;\n');
    spawnSync('cp', ['-pr', 'one', 'two'], { cwd: dir });
    write('a.c', '#include "one/x.h"\n#include "two/x.h"\n');
    await age();
    await ours(plain);
    await ours(plain);
    // It is read now, since it is no longer equal, and declares the same thing otherwise.
    write('two/x.h', '#pragma once\nlong once;\n');
    await age();
    await ours(plain);
    spawnSync('cp', ['-p', 'one/x.h', 'two/x.h'], { cwd: dir });
    await ours(plain);
    utimesSync(join(dir, 'two/x.h'), 1, 1);
    await ours(plain);
  });

  it('nor files whose times are compared', async () => {
    project();
    write('h.h', '#define H 1\n#pragma GCC dependency "inc/other.h"\n');
    await age();
    for (const time of [1, 4_000_000_000, 2]) {
      utimesSync(join(dir, 'inc/other.h'), time, time);
      await ours(plain);
      await ours(plain);
    }
  });
});

describe('a header that is written just before the compiler runs', () => {
  const request = { compiler: '/usr/bin/gcc', args: plain.line.split(' '), env: pairs() };

  it.skipIf(clock.now() === undefined)('the result is kept, since it is known that it came before', async () => {
    project();
    await age();
    await ours(plain);
    for (let time = 0; time < 3; time++) {
      write('h.h', `#define H ${time + 20}\n`);
      await nap(11);
      const outcome = await compile({ ...request, cwd: dir }, front(undefined), ports);
      expect(verdict(await outcome.settle())).toBe('miss stored');
      const made = bytesOf('a.o');
      expect(bare(plain).files[0]).toEqual(made);
      recall.clear();
      expect(verdict(await ours(plain))).toBe('hit manifest');
    }
  });

  it('not where that clock cannot be read', async () => {
    project();
    await age();
    await ours(plain);
    const { near } = ports;
    if (near === undefined) throw new Error('direct mode is on in these tests');
    write('h.h', '#define H 30\n');
    const at = Date.now() + 5;
    const outcome = await compile({ ...request, cwd: dir }, front(undefined), { ...ports, near: { ...near, clock: undefined }, nowMs: () => at });
    expect((await outcome.settle()).stored).toBe('skipped');
  });

  it.each([0, 2, 8])('nor when it is written anew %i ms after the compiler was told to begin, with the same size', async (ms) => {
    project();
    await age();
    await ours(plain);
    for (let time = 0; time < 4; time++) {
      write('h.h', `#define H ${time + 40}\n`);
      const racing: Front = {
        ...front(undefined),
        run: async (command, options) => {
          if (time % 2 === 0) return front(undefined).run(command, options).finally(() => write('h.h', `#define H ${time + 70}\n`));
          await nap(ms);
          write('h.h', `#define H ${time + 70}\n`);
          return front(undefined).run(command, options);
        },
      };
      const outcome = await compile({ ...request, cwd: dir }, racing, ports);
      expect((await outcome.settle()).stored).toBe('skipped');
      await ours(plain);
    }
  });
});

describe('a file that changes while the compiler runs', () => {
  it.each(['h.h', 'a.c', 'more/deep/d.h'])('%s: the result is not kept', async (name) => {
    project();
    await age();
    const expected = bare(plain);
    clear();
    const slow: Front = {
      ...front(undefined),
      run: async (command, options) => {
        const done = await front(undefined).run(command, options);
        write(name, `${readFileSync(join(dir, name), 'utf8')}/* later */\n`);
        return done;
      },
    };
    const outcome = await compile({ compiler: '/usr/bin/gcc', args: plain.line.split(' '), cwd: dir, env: pairs() }, slow, ports);
    expect(await obey(outcome.answer, plain)).toEqual(expected);
    expect((await outcome.settle()).stored).toBe('skipped');
    await age();
    expect(verdict(await ours(plain))).toBe('miss stored');
  });

  it('a header that comes in an earlier folder meanwhile', async () => {
    project();
    await age();
    const slow: Front = {
      ...front(undefined),
      run: async (command, options) => {
        const done = await front(undefined).run(command, options);
        write('inc/deep/d.h', '#define D 9\n');
        return done;
      },
    };
    const outcome = await compile({ compiler: '/usr/bin/gcc', args: plain.line.split(' '), cwd: dir, env: pairs() }, slow, ports);
    expect((await outcome.settle()).stored).toBe('skipped');
    await age();
    expect(verdict(await ours(plain))).toMatch('miss');
  });
});

describe.skipIf(spawnSync('clang', ['--version']).status !== 0)('clang', () => {
  it('is remembered alike', async () => {
    project();
    await age();
    const command = { ...plain, compiler: '/usr/bin/clang' };
    expect(verdict(await ours(command))).toBe('miss stored');
    expect(verdict(await ours(command))).toBe('hit memory');
    write('inc/deep/d.h', '#define D 9\n');
    expect(verdict(await ours(command))).toMatch('miss');
  });

  it('watches for precompiled headers beside forced includes', async () => {
    project();
    await age();
    const command = { compiler: '/usr/bin/clang', line: '-Imore -include h.h -c a.c -o a.o' };
    expect(verdict(await ours(command))).toBe('miss stored');
    expect(verdict(await ours(command))).toBe('hit memory');
    spawnSync('clang', ['-x', 'c-header', '-Imore', 'h.h', '-o', 'h.h.pch'], { cwd: dir });
    expect((await ours(command)).hitBy).toBeUndefined();
  });
});

describe('two checkouts of one project', () => {
  const checkouts = ['one', 'somewhere/another'];
  beforeEach(() => {
    for (const root of checkouts) {
      write(`${root}/a.c`, '#include "inc/h.h"\n#include <deep/d.h>\nint f(void) { return H + D; }\n');
      write(`${root}/inc/h.h`, '#define H 1\n');
      write(`${root}/inc/deep/d.h`, '#define D 2\n');
    }
    ports = { ...ports, basedirs: checkouts.map((root) => `${join(dir, root)}/`) };
  });

  /** `@` is the checkout itself. */
  const inBoth = async (line: string, compiler = '/usr/bin/gcc'): Promise<readonly CompileReport[]> => {
    const reports: CompileReport[] = [];
    for (const cwd of checkouts) reports.push(await ours({ cwd, compiler, line: line.replaceAll('@', join(dir, cwd)) }));
    return reports;
  };

  it.each([
    '-O1 -Iinc -c a.c -o a.o',
    '-O1 -Iinc -c a.c -o a.o -MD',
    '-O1 -I@/inc -c @/a.c -o a.o',
    '-O1 -I@/inc -c @/a.c -o a.o -MD -MP',
    '-O1 -I@/inc -c @/a.c -o @/a.o -MMD -MT @/a.o',
    '-O1 -isystem @/inc -c @/a.c -o a.o -MD -DUNUSED="@"',
    '-O1 -g -ffile-prefix-map=@=. -fdebug-prefix-map=@=. -I@/inc -c @/a.c -o a.o -MD',
  ])('share the result of %s', async (line) => {
    await age();
    const [first, second] = await inBoth(line);
    expect(first).toMatchObject({ outcome: 'miss', stored: 'stored' });
    expect(first?.unshared).toBeUndefined();
    expect(second).toMatchObject({ outcome: 'hit', hitBy: 'manifest' });
    await age();
    for (const report of await inBoth(line)) expect(report).toMatchObject({ outcome: 'hit', hitBy: 'memory' });
    write('somewhere/another/inc/h.h', '#define H 5\n');
    const [same, other] = await inBoth(line);
    expect([same?.outcome, other?.outcome]).toEqual(['hit', 'miss']);
  });

  it.each<[line: string, text: string, why: string]>([
    ['-O1 -g -Iinc -c a.c -o a.o', '', 'debug or coverage information names the folder'],
    ['-O1 --coverage -frandom-seed=1 -Iinc -c a.c -o a.o', '', 'debug or coverage information names the folder'],
    ['-O1 -g -gz -Iinc -c a.c -o a.o', '', '-gz hides names'],
    ['-O1 -I@/inc -c @/a.c -o a.o', 'const char *where = __FILE__;\n', 'the text names the folder, as __FILE__ does'],
    ['-O1 -I@/inc -c @/a.c -o a.o', 'int length = sizeof __FILE__;\n', 'the text names the folder, as __FILE__ does'],
    ['-O1 -I@/inc -c @/a.c -o a.o', 'const char *where(void) { return __builtin_FILE(); }\n', '__builtin_FILE may name the folder'],
    ['-O1 -Wall -I@/inc -c @/a.c -o a.o', 'static int unused;\n', 'diagnostics name the folder'],
    ['-O1 -I@/inc -c @/a.c -o a.o -DROOT="@"', 'const char *where = ROOT;\n', 'the text names the folder, as __FILE__ does'],
  ])('do not share that of %s with %j', async (line, text, why) => {
    for (const root of checkouts) write(`${root}/a.c`, `#include "inc/h.h"\n#include <deep/d.h>\n${text}int f(void) { return H + D; }\n`);
    await age();
    for (const report of await inBoth(line)) expect(report).toMatchObject({ outcome: 'miss', stored: 'stored', unshared: why });
    for (const report of await inBoth(line)) expect(report.outcome).toBe('hit');
  });

  it('are told by a request as well as by the settings', async () => {
    ports = { ...ports, basedirs: [] };
    await age();
    const env = [['SCCACHE_BASEDIRS', checkouts.map((root) => join(dir, root)).join(':')]] as const;
    const both = async (more: EnvPairs): Promise<readonly string[]> => {
      const reports: string[] = [];
      for (const cwd of checkouts) reports.push((await ours({ cwd, line: `-I${join(dir, cwd)}/inc -c ${join(dir, cwd)}/a.c -o a.o`, env: more })).outcome);
      return reports;
    };
    expect(await both([])).toEqual(['miss', 'miss']);
    expect(await both(env)).toEqual(['miss', 'hit']);
  });

  it('do not take what was made of files in the other', async () => {
    await age();
    await ours({ cwd: checkouts[0] ?? '', line: `-I${join(dir, 'one')}/inc -c a.c -o a.o` });
    // Not its own header, but the other's.
    const report = await ours({ cwd: checkouts[1] ?? '', line: `-I${join(dir, 'one')}/inc -c a.c -o a.o` });
    expect(report).toMatchObject({ hitBy: 'preprocessed', near: 'no earlier compile with these arguments and this source' });
  });
});

describe('questions in folders with a name of chance', () => {
  it.each<[who: string, asked: (folder: string) => Command, folders: readonly string[], source: string]>([
    ['config.guess', (folder) => ({ line: `-c -o a.o ${join(dir, folder)}/dummy.c` }), ['cgkIfi1h', 'cg363HO7'], 'dummy.c'],
    ['cmake', (cwd) => ({ cwd, line: `-c -o a.o ${join(dir, cwd)}/src.c` }), ['CMakeFiles/CMakeScratch/TryCompile-aVpKTd', 'CMakeFiles/CMakeScratch/TryCompile-tJwLVb'], 'src.c'],
  ])('of %s share their answer', async (_, asked, folders, source) => {
    for (const folder of folders) write(`${folder}/${source}`, 'int x;\n');
    await age();
    const outcomes: string[] = [];
    for (const folder of folders) outcomes.push((await ours(asked(folder))).outcome);
    expect(outcomes).toEqual(['miss', 'hit']);
  });

  it('share it though they are gone before it is written down', async () => {
    const reports: CompileReport[] = [];
    for (const cwd of ['CMakeFiles/CMakeScratch/TryCompile-aVpKTd', 'CMakeFiles/CMakeScratch/TryCompile-tJwLVb']) {
      write(`${cwd}/src.c`, 'int x;\n');
      await age();
      const command = { cwd, line: `-c -o a.o ${join(dir, cwd)}/src.c` };
      const expected = bare(command);
      clear(cwd);
      const outcome = await compile({ compiler: '/usr/bin/gcc', args: command.line.split(' '), cwd: join(dir, cwd), env: pairs() }, front(undefined, cwd), ports);
      expect(await obey(outcome.answer, command)).toEqual(expected);
      rmSync(join(dir, cwd), { recursive: true });
      reports.push(await outcome.settle());
    }
    expect(reports.map(({ outcome, hitBy }) => [outcome, hitBy])).toEqual([['miss', undefined], ['hit', 'manifest']]);
  });

  it('do not share it where the object names the folder', async () => {
    for (const folder of ['cgkIfi1h', 'cg363HO7']) write(`${folder}/dummy.c`, 'const char *where = __FILE__;\n');
    await age();
    for (const folder of ['cgkIfi1h', 'cg363HO7']) {
      expect(await ours({ line: `-c -o a.o ${join(dir, folder)}/dummy.c` })).toMatchObject({ outcome: 'miss', unshared: 'the text names the folder, as __FILE__ does' });
    }
  });
});
