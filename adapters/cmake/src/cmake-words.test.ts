import { describe, expect, it } from 'vitest';
import { cacheEntry, compilesThroughUs, type CmakeCall, readCmake, versionIn } from './cmake-words.js';

const configured = { kind: 'configure', source: undefined, build: undefined, folder: undefined, generator: undefined, preset: undefined, projectFile: undefined } as const;
const built = { kind: 'build', folder: 'b', preset: undefined, jobs: false } as const;
const words = (line: string): readonly string[] => line.split('|');

describe('readCmake', () => {
  it.each<[string, CmakeCall]>([
    ['-S|.|-B|build', { ...configured, source: '.', build: 'build' }],
    ['-S.|-Bbuild|-GNinja', { ...configured, source: '.', build: 'build', generator: 'Ninja' }],
    ['-H.|-Bbuild', { ...configured, source: '.', build: 'build' }],
    ['..', { ...configured, folder: '..' }],
    ['-D|A=1|..|-G|Unix Makefiles', { ...configured, folder: '..', generator: 'Unix Makefiles' }],
    ['-DA=-E|-D|-P|..', { ...configured, folder: '..' }],
    ['--preset|dev', { ...configured, preset: 'dev' }],
    ['--preset=dev|-B|b', { ...configured, preset: 'dev', build: 'b' }],
    ['--fresh|--debug-trycompile|-Wno-dev|b', { ...configured, folder: 'b' }],
    ['--toolchain|tc.cmake|--install-prefix|/usr|b', { ...configured, folder: 'b' }],
    ['-C|mine.cmake|-U|A*|-T|host=x64|-A|x64|b', { ...configured, folder: 'b' }],
    ['--project-file|Other.txt|b', { ...configured, folder: 'b', projectFile: 'Other.txt' }],
    ['--project-file=Other.txt|-S.', { ...configured, source: '.', projectFile: 'Other.txt' }],
    ['--build|b', built],
    ['--build|b|--target|all|-v', built],
    ['--build|b|-j', { ...built, jobs: true }],
    ['--build|b|-j8', { ...built, jobs: true }],
    ['--build|b|-j|8', { ...built, jobs: true }],
    ['--build|b|--parallel|8', { ...built, jobs: true }],
    ['--build|b|--parallel=8', { ...built, jobs: true }],
    ['--build|b|--|-j4', { ...built, jobs: true }],
    ['--build|b|--|-k|0', built],
    ['--build|b|--target|install', { ...built, jobs: true }],
    ['--build|b|-t|app|test|--verbose', { ...built, jobs: true }],
    ['--build|b|--target|app|--config|install', built],
    ['--build|--preset|dev', { ...built, folder: undefined, preset: 'dev' }],
    ['--build|--preset=dev', { ...built, folder: undefined, preset: 'dev' }],
    ['--sccache-ts-dir', { kind: 'own-folder' }],
    ...['-E|echo|-B', '-P|script.cmake', '-DA=1|-P|script.cmake', '--install|b', '--workflow|--preset|x', '--open|b', '--version', '-version', '--help', '-h', '-H',
      '--help-module|X', '--list-presets', '--list-presets=all', '-S|.|--version', '-N|-L|b', '--find-package', '--system-information', '--build|b|--help', '',
    ].map((line): [string, CmakeCall] => [line, { kind: 'other' }]),
  ])('%s', (line, call) => expect(readCmake(line === '' ? [] : words(line))).toEqual(call));
});

it.each<[string, string | undefined]>([
  ['cmake version 3.25.1\n\nCMake suite maintained…', '3.25.1'],
  ['cmake3 version 3.22.6', '3.22.6'],
  ['cmake version 4.2.0-rc1', '4.2.0'],
  ['no such thing', undefined],
])('version in %j', (text, version) => expect(versionIn(text)).toBe(version));

it.each<[string, string | undefined]>([
  ['CMAKE_GENERATOR', 'Ninja Multi-Config'],
  ['EMPTY', ''],
  ['WITH:COLON', 'a:b=c'],
  ['COMMENTED', undefined],
  ['CMAKE', undefined],
])('entry %s of the cache', (name, value) => {
  const cache = '# COMMENTED:STRING=x\n//COMMENTED:STRING=x\nEMPTY:STRING=\r\n"WITH:COLON":PATH=a:b=c\nCMAKE_GENERATOR:INTERNAL=Ninja Multi-Config\n';
  expect(cacheEntry(cache, name)).toBe(value);
});

it.each<[string, boolean]>([
  ['CMAKE_HOME_DIRECTORY:INTERNAL=/home/me/sccache-ts-trial', false],
  ['CMAKE_C_COMPILER_LAUNCHER:STRING=/home/me/sccache-ts/ccache', false],
  ['//sccache-ts:STRING=sccache-ts', false],
  ['SCCACHE_TS_LAUNCHER:FILEPATH=SCCACHE_TS_LAUNCHER-NOTFOUND', false],
  ['SCCACHE_TS_APPLIED_LAUNCHER:INTERNAL=/opt/L', true],
  ['CMAKE_CXX_COMPILER_LAUNCHER:STRING=sccache-ts', true],
  ['CMAKE_C_COMPILER_LAUNCHER:UNINITIALIZED=env;A=1;/opt/bin/sccache-ts', true],
])('%s: through us %s', (line, through) => {
  expect(compilesThroughUs(`CMAKE_GENERATOR:INTERNAL=Ninja\n${line}\r\n`)).toBe(through);
});
