import { expect, it } from 'vitest';
import { isScratchFolder, scratchFolderOf } from './scratch-folder.js';

it.each<[string, boolean]>([
  ['/p/build/CMakeFiles/CMakeScratch/TryCompile-tJwLVb', true],
  ['/p/build/CMakeFiles/CMakeTmp', true],
  ['C:\\p\\build\\CMakeFiles\\CMakeScratch\\TryCompile-tJwLVb', true],
  ['/p/build', false],
  ['/p/build/CMakeFiles/CMakeTmpl', false],
  ['/p/CMakeScratch/TryCompile-1', false],
])('%s: %s', (cwd, scratch) => expect(isScratchFolder(cwd)).toBe(scratch));

it.each<[string, string | undefined]>([
  ['/tmp/cgkIfi1h/dummy.c', '/tmp/cgkIfi1h'],
  ['/var/tmp/cg4711-31337/dummy.c', '/var/tmp/cg4711-31337'],
  ['/tmp/cgkIfi1h/main.c', undefined],
  ['/tmp/cgi/src/dummy.c', undefined],
  ['/p/dummy.c', undefined],
])('around %s: %s', (source, folder) => expect(scratchFolderOf(source)).toBe(folder));
