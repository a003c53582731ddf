import { expect, it } from 'vitest';
import { parseXcrun } from './xcrun.js';

it.each<[string, ReturnType<typeof parseXcrun>]>([
  ['clang -c a.c', { choice: [], tool: 'clang', args: ['-c', 'a.c'] }],
  ['--sdk macosx clang++ -c a.cc --sdk x', { choice: ['--sdk', 'macosx'], tool: 'clang++', args: ['-c', 'a.cc', '--sdk', 'x'] }],
  ['-n -toolchain t --run clang', { choice: ['-toolchain', 't'], tool: 'clang', args: [] }],
  ['--find clang', undefined],
  ['-f clang', undefined],
  ['--show-sdk-path', undefined],
  ['--sdk', undefined],
  ['', undefined],
])('%s', (line, call) => {
  expect(parseXcrun(line.split(' '))).toEqual(call);
});
