import { Fault } from '@sccache-ts/core/base';
import { describe, expect, it } from 'vitest';
import { adviceFor, type FolderFacts } from './init-advice.js';
import { userPresets } from './init-presets.js';

const facts = (names: string, more: Partial<FolderFacts> = {}): FolderFacts => ({ names: names.split(' ').filter((name) => name !== ''), dependencies: undefined, native: [], ...more });

describe('what a folder is built with', () => {
  it.each<[string, readonly string[]]>([
    ['', []],
    ['README.md src', []],
    ['Makefile', ['make']],
    ['GNUmakefile', ['make']],
    ['makefile.old Makefile.am', []],
    ['configure Makefile', ['autotools', 'make']],
    ['configure.ac', ['autotools']],
    ['CMakeLists.txt', ['CMake']],
    ['CMakePresets.json CMakeLists.txt', ['CMake']],
    ['CMakeCache.txt Makefile build.ninja', ['a build folder of CMake\'s']],
    ['build.ninja', ['ninja']],
    ['meson.build', ['meson']],
    ['BUILD.gn', ['gn']],
    ['.gn BUILD.gn', ['gn']],
    ['Cargo.toml Cargo.lock', ['cargo']],
    ['binding.gyp', ['node-gyp']],
    ['app.sln', ['Visual Studio']],
    ['app.vcxproj CMakeLists.txt', ['CMake', 'Visual Studio']],
    ['App.xcodeproj', ['Xcode']],
    ['Makefile CMakeLists.txt Cargo.toml', ['make', 'CMake', 'cargo']],
  ])('%s', (names, systems) => {
    expect(adviceFor('sccache-ts', facts(names)).map(({ system }) => system)).toEqual(systems);
  });

  it.each<[string, Partial<FolderFacts>, string, readonly string[]]>([
    ['nothing native', { dependencies: ['express'] }, '', []],
    ['an installed one with a binding.gyp', { dependencies: ['express', 're2'], native: ['re2'] }, '', ['npm packages with machine code']],
    ['a helper', { dependencies: ['node-gyp-build'] }, 'binding.gyp', ['node-gyp', 'npm packages with machine code']],
    ['cmake-js', { dependencies: ['cmake-js'] }, 'CMakeLists.txt', ['CMake', 'cmake-js', 'npm packages with machine code']],
  ])('package.json with %s', (_, more, names, systems) => {
    expect(adviceFor('sccache-ts', facts(names, more)).map(({ system }) => system)).toEqual(systems);
  });
});

it('names the files and the launcher, and what can be written', () => {
  const [autotools, make, cmake] = adviceFor('/opt/sccache-ts', facts('configure Makefile CMakeLists.txt CMakePresets.json'));
  expect(autotools).toMatchObject({ found: ['configure'], todo: [expect.stringContaining('CC="/opt/sccache-ts cc"')] });
  expect(make).not.toHaveProperty('writes');
  expect(cmake).toMatchObject({ found: ['CMakeLists.txt', 'CMakePresets.json'], writes: 'cmake' });
});

it('says for every system a line that begins with what to type, or a whole sentence', () => {
  const all = adviceFor('L', facts('configure.ac Makefile CMakeLists.txt meson.build .gn build.ninja Cargo.toml binding.gyp a.sln b.xcodeproj', { dependencies: ['nan', 'cmake-js'] }));
  for (const { system, todo } of all) expect(todo.length, system).toBeGreaterThan(0);
  expect(all.flatMap(({ todo }) => todo).filter((line) => /\bL\b/.test(line)).length).toBeGreaterThan(8);
});

describe('presets', () => {
  const launchers = { CMAKE_C_COMPILER_LAUNCHER: 'L', CMAKE_CXX_COMPILER_LAUNCHER: 'L' };
  const project = (text: string): { readonly file: string; readonly text: string } => ({ file: '/p/CMakePresets.json', text });

  it('one of our own, when the project has none', () => {
    const { text, names } = userPresets('L', undefined);
    expect(names).toEqual(['sccache-ts']);
    expect(JSON.parse(text)).toEqual({ version: 3, configurePresets: [{ name: 'sccache-ts', binaryDir: '${sourceDir}/build', cacheVariables: launchers }] });
  });

  it('a twin of each that can be chosen', () => {
    const { text, names } = userPresets('L', project('{"version": 6, "configurePresets": [{"name": "base", "hidden": true}, {"name": "debug"}, {"name": "release"}]}'));
    expect(names).toEqual(['debug-sccache-ts', 'release-sccache-ts']);
    expect(JSON.parse(text)).toEqual({
      version: 6, configurePresets: ['debug', 'release'].map((name) => ({ name: `${name}-sccache-ts`, inherits: name, cacheVariables: launchers })),
    });
  });

  it.each(['{}', '[]', '{"configurePresets": 1}', '{"version": 2, "configurePresets": [{"name": "base", "hidden": true}]}'])('our own beside %s', (text) => {
    expect(userPresets('L', project(text)).names).toEqual(['sccache-ts']);
  });

  it('refuses what is not JSON', () => {
    expect(() => userPresets('L', project('{'))).toThrow(Fault);
  });
});
