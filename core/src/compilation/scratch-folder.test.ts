import { expect, it } from 'vitest';
import { isScratchFolder } from './scratch-folder.js';

it.each<[string, boolean]>([
  ['/p/build/CMakeFiles/CMakeScratch/TryCompile-tJwLVb', true],
  ['/p/build/CMakeFiles/CMakeTmp', true],
  ['C:\\p\\build\\CMakeFiles\\CMakeScratch\\TryCompile-tJwLVb', true],
  ['/p/build', false],
  ['/p/build/CMakeFiles/CMakeTmpl', false],
  ['/p/CMakeScratch/TryCompile-1', false],
])('%s: %s', (cwd, scratch) => expect(isScratchFolder(cwd)).toBe(scratch));
