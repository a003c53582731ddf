// What is left alone: configures of small projects with the files of this package, by real CMake. Only what Ninja would be told is looked at.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment, run, toolMissing } from '@sccache-ts/fixtures';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cmakeFolder } from './cmake-folder.js';
import { configurePlan } from './cmake-plan.js';

const launcher = '/opt/of ours/sccache-ts';
const missing = toolMissing('cmake') ?? toolMissing('ninja', 'ninja-build') ?? toolMissing('clang');
if (missing !== undefined) process.stderr.write(`skipped: ${missing}\n`);

let dir = '';
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'kept-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(join(dir, name), text);
const read = (name: string): string => readFileSync(join(dir, name), 'utf8');

interface How {
  readonly plain?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** @returns all that CMake says */
async function configure(args: readonly string[], { plain = false, env = {} }: How = {}): Promise<string> {
  const planned = plain ? args : configurePlan({ args, launcher, folder: cmakeFolder, version: '3.22', generator: 'Ninja', platform: 'posix' });
  const done = await run('cmake', planned, { cwd: dir, env: cleanEnvironment(env) });
  const said = `${done.stdout.toString()}${done.stderr.toString()}`;
  expect(done.code, said).toBe(0);
  return said;
}

/** A project without any language, which says what it got. */
const speaking = (before: string, after: string): string =>
  `cmake_minimum_required(VERSION 3.16)\n${before}\nproject(speaking NONE)\n${after}\nmessage("C=[\${CMAKE_C_COMPILER_LAUNCHER}] CUDA=[\${CMAKE_CUDA_COMPILER_LAUNCHER}] OBJCXX=[\${CMAKE_OBJCXX_COMPILER_LAUNCHER}]")\n`;

describe.skipIf(missing !== undefined)('launchers', () => {
  const preset = (cacheVariables: unknown): string => JSON.stringify({ version: 3, configurePresets: [{ name: 'mine', binaryDir: '${sourceDir}/b', generator: 'Ninja', cacheVariables }] });

  it.each<[string, readonly string[], How, string]>([
    ['ours', ['-S.', '-Bb', '-GNinja'], {}, launcher],
    ['the command line\'s', ['-S.', '-Bb', '-GNinja', '-DCMAKE_C_COMPILER_LAUNCHER=ccache'], {}, 'ccache'],
    ['none, as the command line says', ['-S.', '-Bb', '-GNinja', '-DCMAKE_C_COMPILER_LAUNCHER='], {}, ''],
    ['a preset\'s', ['--preset', 'mine'], {}, 'distcc'],
    // CMake itself takes that one when a language is enabled.
    ['the environment\'s', ['-S.', '-Bb', '-GNinja'], { env: { CMAKE_C_COMPILER_LAUNCHER: 'ccache' } }, ''],
  ])('%s', async (_, args, how, expected) => {
    write('CMakeLists.txt', speaking('', ''));
    write('CMakePresets.json', preset({ CMAKE_C_COMPILER_LAUNCHER: 'distcc' }));
    expect(await configure(args, how)).toContain(`C=[${expected}] CUDA=[] OBJCXX=[${launcher}]`);
  });

  it('the project\'s, before and after project()', async () => {
    for (const [before, after] of [['set(CMAKE_C_COMPILER_LAUNCHER own)', ''], ['', 'set(CMAKE_C_COMPILER_LAUNCHER own)']] as const) {
      write('CMakeLists.txt', speaking(before, after));
      expect(await configure(['-S.', '-Bb', '-GNinja', '--fresh'])).toContain('C=[own]');
    }
  });

  it('that of an earlier run without us, and ours in a later run without us', async () => {
    write('CMakeLists.txt', speaking('', ''));
    await configure(['-S.', '-Bb', '-GNinja', '-DCMAKE_C_COMPILER_LAUNCHER=ccache'], { plain: true });
    expect(await configure(['b'])).toContain(`C=[ccache] CUDA=[] OBJCXX=[${launcher}]`);
    expect(await configure(['b'], { plain: true })).toContain(`C=[ccache] CUDA=[] OBJCXX=[${launcher}]`);
  });

  it('reads a file of the user\'s too, once, however often it is configured', async () => {
    write('CMakeLists.txt', speaking('', ''));
    write('mine.cmake', 'message("mine was read")\n');
    for (const args of [['-S.', '-Bb', '-GNinja', `-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES=${dir}/mine.cmake`], ['b'], ['b']]) {
      const said = await configure(args);
      expect([said.match(/mine was read/g)?.length, said]).toEqual([1, expect.stringContaining(`C=[${launcher}]`)]);
    }
  });

  it('a preset that inherits from ours needs no command of ours', async () => {
    write('CMakeLists.txt', speaking('', ''));
    const mine = { name: 'mine', inherits: ['sccache-ts'], binaryDir: '${sourceDir}/b', generator: 'Ninja' };
    write('CMakePresets.json', JSON.stringify({ version: 4, include: [join(cmakeFolder, 'presets.json')], configurePresets: [mine] }));
    expect(await configure(['--preset', 'mine'], { plain: true })).toContain('C=[sccache-ts] CUDA=[] OBJCXX=[sccache-ts]');
  });

  it('find_package(SccacheTs) does the same for what comes after it', async () => {
    write('CMakeLists.txt', speaking('', 'find_package(SccacheTs 0.1 REQUIRED)'));
    expect(await configure(['-S.', '-Bb', '-GNinja', `-DSccacheTs_DIR=${cmakeFolder}`, `-DSCCACHE_TS_LAUNCHER=${launcher}`], { plain: true })).toContain(`C=[${launcher}]`);
    write('CMakeLists.txt', speaking('', 'find_package(SccacheTs 99 QUIET)\nmessage("found=[${SccacheTs_FOUND}]")'));
    expect(await configure(['-S.', '-Bb', '--fresh', '-GNinja', `-DCMAKE_PREFIX_PATH=${cmakeFolder}`], { plain: true })).toContain('found=[0]');
  });

  it('says so and sets nothing when there is no launcher', async () => {
    write('CMakeLists.txt', speaking('', ''));
    const said = await configure(['-S.', '-Bb', '-GNinja', `-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES=${cmakeFolder}/sccache-ts.cmake`, '-DCMAKE_SYSTEM_PROGRAM_PATH=', '-DSCCACHE_TS_LAUNCHER='], { plain: true, env: { PATH: '/usr/bin:/bin' } });
    expect(said).toMatch(/sccache-ts is neither in PATH[\s\S]*C=\[\]/);
  });
});

describe.skipIf(missing !== undefined)('pools of Ninja', () => {
  const pools = (): readonly string[] => [...read('b/CMakeFiles/rules.ninja').matchAll(/^pool (\w+)\n {2}depth = (\d+)/gm)].map(([, name, depth]) => (name === 'sccache_ts_link' ? name : `${name}=${depth}`));

  it.each<[string, string, readonly string[], readonly string[]]>([
    ['for links alone', '', [], ['sccache_ts_link']],
    ['beside the project\'s', 'set_property(GLOBAL PROPERTY JOB_POOLS theirs=7)', [], ['theirs=7', 'sccache_ts_link']],
    ['beside the project\'s, set as a variable', 'set(CMAKE_JOB_POOLS theirs=7)', [], ['theirs=7', 'sccache_ts_link']],
    ['not beside the user\'s', '', ['-DCMAKE_JOB_POOLS=theirs=7'], ['theirs=7']],
    ['not where the user wants none', '', ['-DSCCACHE_TS_LINK_JOBS=0'], []],
  ])('%s', async (_, line, args, expected) => {
    write('CMakeLists.txt', `cmake_minimum_required(VERSION 3.16)\nproject(pools NONE)\n${line}\nadd_custom_target(nothing ALL)\nreturn()\n`);
    await configure(['-S.', '-Bb', '-GNinja', ...args]);
    expect(pools()).toEqual(expected);
  });

  it('as many as the user wants, for a function that finds the package too', async () => {
    write('CMakeLists.txt', 'cmake_minimum_required(VERSION 3.16)\nproject(pools NONE)\nfunction(late)\nset(SCCACHE_TS_LINK_JOBS 3)\nfind_package(SccacheTs REQUIRED)\nendfunction()\nlate()\n');
    await configure(['-S.', '-Bb', '-GNinja', `-DSccacheTs_DIR=${cmakeFolder}`, `-DSCCACHE_TS_LAUNCHER=${launcher}`], { plain: true });
    expect(read('b/CMakeFiles/rules.ninja')).toContain('pool sccache_ts_link\n  depth = 3\n');
  });
});

describe.skipIf(missing !== undefined)('debug information of compilers that speak like cl', () => {
  /** Flags of the one object, by clang as clang-cl, which is asked nothing but its name and version. */
  async function flags(line: string, how: How, args: readonly string[] = []): Promise<string> {
    mkdirSync(join(dir, 'bin'), { recursive: true });
    rmSync(join(dir, 'bin/clang-cl'), { force: true });
    const clang = await run('sh', ['-c', 'readlink -f "$(command -v clang)"'], { env: cleanEnvironment() });
    symlinkSync(clang.stdout.toString().trim(), join(dir, 'bin/clang-cl'));
    write('CMakeLists.txt', `cmake_minimum_required(VERSION 3.16)\n${line}\nproject(windows CXX)\nadd_library(one OBJECT one.cpp)\n`);
    write('one.cpp', 'int one;\n');
    const fixed = ['set(CMAKE_SYSTEM_NAME Windows)', `set(CMAKE_CXX_COMPILER ${dir}/bin/clang-cl)`, 'set(CMAKE_CXX_COMPILER_TARGET x86_64-pc-windows-msvc)',
      'set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)', 'set(CMAKE_CXX_COMPILER_WORKS 1)', 'set(CMAKE_CXX_ABI_COMPILED 1)', ...['MT', 'RC_COMPILER', 'AR', 'LINKER'].map((tool) => `set(CMAKE_${tool} /bin/true)`)];
    write('tools.cmake', `${fixed.join('\n')}\n`);
    await configure(['-S.', '-Bb', '--fresh', '-GNinja', '-DCMAKE_TOOLCHAIN_FILE=tools.cmake', '-DCMAKE_BUILD_TYPE=Debug', ...args], how);
    return / FLAGS = (.*)/.exec(read('b/build.ninja'))?.[1] ?? '';
  }
  const sorted = (text: string): readonly string[] => text.split(' ').sort();

  it('goes into each object, and no other flag changes', async () => {
    const bare = await flags('', { plain: true });
    expect(bare).toContain('/Zi');
    expect(sorted((await flags('', {})).replace(/[-/]Z7/, '/Zi'))).toEqual(sorted(bare));
  });

  it('under the older policy too', async () => {
    const older = 'if(POLICY CMP0141)\ncmake_policy(SET CMP0141 OLD)\nendif()';
    const bare = await flags(older, { plain: true });
    expect(await flags(older, {})).toBe(bare.replace('/Zi', '/Z7'));
  });

  it('stays where the user wants it', async () =>
    expect(await flags('', {}, ['-DCMAKE_MSVC_DEBUG_INFORMATION_FORMAT=ProgramDatabase'])).toMatch(/[-/]Zi/));
});
