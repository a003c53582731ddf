import { expect, it } from 'vitest';
import { cmakeJsPlan } from './index.js';

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
