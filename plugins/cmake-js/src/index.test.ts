import { expect, it } from 'vitest';
import { cmakeJsPlan, cmakeJsVariables } from './index.js';

it('puts the launcher before both compilers', () => {
  expect(cmakeJsPlan('sccache-ts', ['compile']).args).toEqual([
    '--CDCMAKE_C_COMPILER_LAUNCHER=sccache-ts',
    '--CDCMAKE_CXX_COMPILER_LAUNCHER=sccache-ts',
  ]);
});

it('keeps a launcher of the user\'s', () => {
  const plan = cmakeJsPlan('sccache-ts', ['compile', '--CDCMAKE_C_COMPILER_LAUNCHER=ccache']);
  expect(plan.args).toEqual(['--CDCMAKE_CXX_COMPILER_LAUNCHER=sccache-ts']);
  expect(plan.notes).toEqual(['CMAKE_C_COMPILER_LAUNCHER was given and is kept']);
});

it.each([
  ['an argument', ['--CDCMAKE_C_COMPILER_LAUNCHER=x'], {}],
  ['a variable', [], { CMAKE_C_COMPILER_LAUNCHER: 'x' }],
])('knows a launcher given as %s', (_, args, env) => {
  expect(cmakeJsPlan('l', args, { env }).args).toEqual(['--CDCMAKE_CXX_COMPILER_LAUNCHER=l']);
});

it.each<[string, readonly string[], Record<string, string>, boolean]>([
  ['nobody has said', ['compile'], {}, true],
  ['variables for make only', ['compile'], { MAKEFLAGS: ' -- jvm=1' }, true],
  ['no command, which is to build', ['--debug'], {}, true],
  ['nothing is compiled', ['print-configure'], {}, false],
  ['-p', ['compile', '-p', '2'], {}, false],
  ['--parallel=2', ['compile', '--parallel=2'], {}, false],
  ['CMake\'s variable', ['compile'], { CMAKE_BUILD_PARALLEL_LEVEL: '2' }, false],
  ['a make above', ['compile'], { MAKEFLAGS: ' -j4 --jobserver-auth=3,4' }, false],
])('jobs: %s', (_, args, env, added) => {
  expect(cmakeJsPlan('l', args, { env, jobs: 6 }).env).toEqual(added ? { CMAKE_BUILD_PARALLEL_LEVEL: '6' } : {});
});

it('says the same in variables', () => {
  expect(cmakeJsVariables('l', { env: { CMAKE_C_COMPILER_LAUNCHER: 'ccache' }, jobs: 3 })).toEqual({
    env: { CMAKE_CXX_COMPILER_LAUNCHER: 'l', CMAKE_BUILD_PARALLEL_LEVEL: '3' },
    notes: ['CMAKE_C_COMPILER_LAUNCHER was given and is kept'],
  });
});
