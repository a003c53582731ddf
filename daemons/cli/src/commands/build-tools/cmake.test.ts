// What is refused before cmake is run, within this process; what it is run with is tried with real CMake in adapters/cmake.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../context.js';
import { runCommandLine } from '../perform.js';

const cli = fileURLToPath(new URL('../../..', import.meta.url));
let home: string;
let out: string;
let err: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'cmake-command-')));
  [out, err] = ['', ''];
  write('bin/cmake', '#!/bin/sh\necho "cmake version 3.25.1"\n', 0o755);
  write('CMakeLists.txt', '');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(name: string, text: string, mode = 0o644): void {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}
function context(env: Readonly<Record<string, string>>, platform: NodeJS.Platform): CommandContext {
  const all = { PATH: join(home, 'bin'), HOME: home, ...env };
  return {
    env: Object.entries(all), around: { env: all, home, platform }, cwd: home, uid: 0, build: '1.2.3', script: join(cli, 'dist/main.js'),
    print: (text) => void (out += text),
    complain: (text) => void (err += text),
  };
}
const run = (words: readonly string[], env = {}, platform: NodeJS.Platform = 'linux'): Promise<number> => runCommandLine(['cmake', ...words], context(env, platform));

/** Names of all that is there. */
const there = (): readonly string[] => readdirSync(home, { recursive: true, encoding: 'utf8' }).sort();

const xcode = JSON.stringify({ version: 3, configurePresets: [{ name: 'mac', inherits: 'base' }, { name: 'base', generator: 'Xcode' }] });

describe('sccache-ts cmake', () => {
  it.each<[string, () => void, readonly string[], string]>([
    ['no cmake', () => rmSync(join(home, 'bin/cmake')), ['-S.', '-Bb'], 'cmake: cannot find binary path'],
    ['an old cmake', () => write('bin/cmake', '#!/bin/sh\necho "cmake version 3.10.2"\n', 0o755), ['-S.', '-Bb'], 'version 3.10.2 was found, 3.22 or newer is needed'],
    ['something else called cmake', () => write('bin/cmake', '#!/bin/sh\necho hello\n', 0o755), ['-S.', '-Bb'], 'version unknown was found'],
    ['Xcode on the command line', () => undefined, ['-S.', '-Bb', '-GXcode'], '"Xcode" puts nothing before its compilers'],
    ['Visual Studio on the command line', () => undefined, ['-S.', '-Bb', '-G', 'Visual Studio 17 2022'], '"Visual Studio 17 2022"'],
    ['Xcode in a preset', () => write('CMakePresets.json', xcode), ['--preset', 'mac'], '"Xcode"'],
    ['Xcode in a preset that is included', () => {
      write('CMakePresets.json', '{"version":4,"include":["more/presets.json"]}');
      write('more/presets.json', xcode);
    }, ['--preset=mac', '-Bb'], '"Xcode"'],
    ['Xcode in a build folder', () => write('b/CMakeCache.txt', `CMAKE_HOME_DIRECTORY:INTERNAL=${home}\nCMAKE_GENERATOR:INTERNAL=Xcode\n`), ['b'], '"Xcode"'],
    ['no project', () => rmSync(join(home, 'CMakeLists.txt')), ['-S.', '-Bb'], 'there is no CMakeLists.txt'],
    ['no project of another name', () => undefined, ['-S.', '-Bb', '--project-file', 'Other.txt'], 'there is no Other.txt'],
    ['no project where a build folder says', () => write('b/CMakeCache.txt', 'CMAKE_HOME_DIRECTORY:INTERNAL=/nowhere\n'), ['b'], '/nowhere: there is no CMakeLists.txt'],
    ['a project file that is a folder', () => {
      rmSync(join(home, 'CMakeLists.txt'));
      write('CMakeLists.txt/x', '');
    }, ['-S.', '-Bb'], 'CMakeLists.txt: cannot be read: it is no file'],
    ['presets that are no JSON', () => write('CMakePresets.json', '{'), ['--preset', 'mac'], 'CMakePresets.json: not JSON'],
    ['presets that are a folder', () => write('CMakePresets.json/x', ''), ['--preset', 'mac'], 'CMakePresets.json: cannot be read'],
  ])('%s: one sentence, exit 2, nothing written', async (_, prepare, words, sentence) => {
    prepare();
    const before = there();
    expect([await run(words), out]).toEqual([2, '']);
    expect(err).toContain(sentence);
    expect(there()).toEqual(before);
  });

  it('the generator of the environment', async () => {
    expect(await run(['-S.', '-Bb'], { CMAKE_GENERATOR: 'Xcode' })).toBe(2);
    expect(err).toContain('"Xcode"');
  });

  it('what CMake would choose on Windows', async () => {
    expect(await run(['-S.', '-Bb'], {}, 'win32')).toBe(2);
    expect(err).toContain('-G Ninja');
  });

  it('says where the files for CMake are', async () => {
    expect(await run(['--sccache-ts-dir'])).toBe(0);
    expect(readdirSync(out.trim())).toContain('SccacheTsConfig.cmake');
  });

  it('runs cmake with what is to be added, and ends as it does', { timeout: 180_000 }, () => {
    write('bin/cmake', '#!/bin/sh\n[ "$1" != --version ] || { echo "cmake version 3.25.1"; exit; }\nprintf "%s\\n" "$@"\nexit 7\n', 0o755);
    const call = (words: readonly string[]): readonly [number | null, string] => {
      const done = spawnSync(process.execPath, [join(cli, 'bin/sccache-ts.js'), 'cmake', ...words], { cwd: home, env: { PATH: `${home}/bin:/usr/bin:/bin`, HOME: home, CMAKE_BUILD_PARALLEL_LEVEL: '' } });
      return [done.status, done.stdout.toString()];
    };
    expect(call(['-S', '.', '-B', 'b'])).toEqual([7, expect.stringMatching(/^-S\n\.\n-B\nb\n-DSCCACHE_TS_LAUNCHER:FILEPATH=\/.*\n-C\n\/.*\/cmake\/initial-cache\.cmake\n$/)]);
    rmSync(join(home, 'CMakeLists.txt'));
    write('Other.txt', '');
    expect(call(['--project-file', 'Other.txt', '-B', 'b'])).toEqual([7, expect.stringMatching(/^--project-file\nOther\.txt\n-B\nb\n-DSCCACHE/)]);
    write('c/CMakeCache.txt', `CMAKE_HOME_DIRECTORY:INTERNAL=${home}\nCMAKE_GENERATOR:INTERNAL=Ninja\nCMAKE_LIST_FILE_NAME:INTERNAL=Other.txt\n`);
    expect(call(['c'])).toEqual([7, expect.stringMatching(/^c\n-DSCCACHE/)]);
    expect(call(['-E', 'echo', '--build'])).toEqual([7, '-E\necho\n--build\n']);
    write('b/CMakeCache.txt', 'CMAKE_GENERATOR:INTERNAL=Ninja\nSCCACHE_TS_APPLIED_LAUNCHER:INTERNAL=/opt/sccache-ts\n');
    expect(call(['--build', 'b', '--', '-k0'])).toEqual([7, '--build\nb\n--\n-k0\n']);
    write('b/CMakeCache.txt', 'CMAKE_GENERATOR:INTERNAL=Unix Makefiles\nSCCACHE_TS_APPLIED_LAUNCHER:INTERNAL=/opt/sccache-ts\n');
    expect(call(['--build', 'b', '--', '-k'])).toEqual([7, expect.stringMatching(/^--build\nb\n(?:--parallel\n\d+\n)?--\n-k\n$/)]);
    // Neither file need be UTF-8.
    writeFileSync(join(home, 'CMakeLists.txt'), Buffer.from('# caf\u00e9\n', 'latin1'));
    writeFileSync(join(home, 'b/CMakeCache.txt'), Buffer.from('NAME:STRING=caf\u00e9\nCMAKE_GENERATOR:INTERNAL=Ninja\n', 'latin1'));
    expect(call(['-S', '.', '-B', 'b'])).toEqual([7, expect.stringMatching(/^-S\n\.\n-B\nb\n-DSCCACHE/)]);
    expect(call(['--build', 'b', '--', '-k0'])).toEqual([7, '--build\nb\n--\n-k0\n']);
  });
});
