import { expect, it } from 'vitest';
import { parseXcrun, withoutXcrun } from './xcrun.js';

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

it.each<[line: string, sdkRoot: string, words: string | undefined]>([
  ['--sdk macosx clang -c a.c', '', '-isysroot /S -c a.c'],
  ['-sdk macosx clang -c a.c', '', '-isysroot /S -c a.c'],
  ['clang -c a.c', '/S', '-isysroot /S -c a.c'],
  ['--sdk macosx clang -c a.c -isysroot /other', '', '-c a.c -isysroot /other'],
  ['--sdk macosx clang --target=arm64-apple-macos11 -c a.c', '', '-isysroot /S --target=arm64-apple-macos11 -c a.c'],
  ['clang -c a.c', '', undefined],
  ['--toolchain t clang -c a.c', '', undefined],
  ['--sdk macosx clang --sysroot=/other -c a.c', '', undefined],
  ['clang --sysroot /other -c a.c', '/S', undefined],
  ['--sdk macosx clang @words', '', undefined],
  ['--sdk macosx clang -target wasm32 -c a.c', '', undefined],
  ['--sdk macosx clang --target=x86_64-linux-gnu -c a.c', '', undefined],
  ['--sdk macosx clang -c a.c -target', '', undefined],
])('%s with SDKROOT=%s is %s', (line, sdkRoot, words) => {
  const call = parseXcrun(line.split(' '));
  expect(call === undefined ? 'no call' : withoutXcrun(call, sdkRoot, '/S')?.join(' ')).toBe(words);
});
