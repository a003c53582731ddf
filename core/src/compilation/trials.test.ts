import { expect, it } from 'vitest';
import { trialIn } from './trials.js';

it.each<[string, string | undefined]>([
  ['/p/build/CMakeFiles/CMakeScratch/TryCompile-tJwLVb', 'try_compile'],
  ['/p/build/CMakeFiles/CMakeTmp', 'try_compile'],
  ['C:\\p\\build\\CMakeFiles\\CMakeScratch\\TryCompile-tJwLVb', 'try_compile'],
  ['/p/build', undefined],
  ['/p/build/CMakeFiles/CMakeTmpl', undefined],
  ['/p/CMakeScratch/TryCompile-1', undefined],
])('%s: %s', (cwd, reason) => expect(trialIn(cwd)).toBe(reason));
