import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cmakeFolder } from './cmake-folder.js';
import { buildPlan, type BuildInput, type ConfigureInput, configurePlan } from './cmake-plan.js';

const configure = (more: Partial<ConfigureInput> = {}): readonly string[] =>
  configurePlan({ args: ['-S', '.'], launcher: '/opt/sccache-ts', folder: '/pkg/cmake', version: '3.25.1', generator: undefined, platform: 'posix', ...more });

describe('configurePlan', () => {
  it('puts our file behind all that was given', () =>
    expect(configure()).toEqual(['-S', '.', '-DSCCACHE_TS_LAUNCHER:FILEPATH=/opt/sccache-ts', '-C', '/pkg/cmake/initial-cache.cmake']));

  it('says a path of Windows as CMake does', () =>
    expect(configure({ launcher: 'C:\\npm\\sccache-ts.exe', platform: 'windows', generator: 'Ninja' })).toContain('-DSCCACHE_TS_LAUNCHER:FILEPATH=C:/npm/sccache-ts.exe'));

  it.each(['3.22', '3.22.0', '3.31.6', '4.0.0'])('takes version %s', (version) => expect(configure({ version })).toContain('-C'));

  it.each(['3.21.9', '3.4', '2.8.12', undefined])('refuses version %s', (version) =>
    expect(() => configure({ version })).toThrow(expect.objectContaining({ code: 'TOOL_TOO_OLD', message: expect.stringContaining('3.22 or newer') as string })));

  it.each(['Visual Studio 17 2022', 'Xcode', 'Green Hills MULTI'])('refuses the generator %s', (generator) =>
    expect(() => configure({ generator })).toThrow(expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(`"${generator}".*-G Ninja`) as string })));

  it('refuses to leave the choice to CMake on Windows', () =>
    expect(() => configure({ platform: 'windows' })).toThrow(expect.objectContaining({ code: 'USAGE' })));

  it.each(['Ninja', 'Unix Makefiles', 'Ninja Multi-Config', 'NMake Makefiles'])('takes the generator %s', (generator) =>
    expect(configure({ generator, platform: 'windows' })).toContain('-C'));
});

const build = (more: Partial<BuildInput> = {}): string =>
  buildPlan({ args: ['--build', 'b'], env: [], jobsGiven: false, generator: 'Unix Makefiles', jobs: 12, offered: 8, ...more }).join(' ');

describe('buildPlan', () => {
  it.each<[Partial<BuildInput>, string]>([
    [{}, '--build b --parallel 12'],
    [{ args: ['--build', 'b', '--target', 'x', '--', '-k'] }, '--build b --target x --parallel 12 -- -k'],
    [{ jobsGiven: true }, '--build b'],
    [{ env: [['CMAKE_BUILD_PARALLEL_LEVEL', '3']] }, '--build b'],
    [{ env: [['CMAKE_BUILD_PARALLEL_LEVEL', '']] }, '--build b --parallel 12'],
    [{ env: [['MAKEFLAGS', ' -j --jobserver-auth=3,4']] }, '--build b'],
    [{ env: [['MAKEFLAGS', 'k']] }, '--build b --parallel 12'],
    [{ generator: 'Ninja' }, '--build b --parallel 12'],
    [{ generator: 'Ninja', offered: 0 }, '--build b'],
    [{ generator: undefined, offered: 0 }, '--build b --parallel 12'],
    [{ jobs: 1, offered: 0 }, '--build b'],
  ])('%j: %s', (more, line) => expect(build(more)).toBe(line));
});

it('the CMake package has the version of this package', () => {
  const { version } = JSON.parse(readFileSync(join(cmakeFolder, '../package.json'), 'utf8')) as { readonly version: string };
  expect(readFileSync(join(cmakeFolder, 'SccacheTsConfigVersion.cmake'), 'utf8')).toContain(`set(PACKAGE_VERSION ${version})`);
});
