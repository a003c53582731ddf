import { expect, it } from 'vitest';
import { processEnvironment } from './process-environment.js';
import { spawnWords } from './spawn-program.js';

it.each([
  ['/usr/bin/cc.cmd', 'linux', { file: '/usr/bin/cc.cmd', args: ['a b'] }],
  ['C:\\x\\gcc.exe', 'win32', { file: 'C:\\x\\gcc.exe', args: ['a b'] }],
  ['C:\\x\\emcc.BAT', 'win32', { args: ['/d', '/s', '/c', '"C:\\x\\emcc.BAT ^^^"a^^^ b^^^""'], windowsVerbatimArguments: true }],
] as const)('%s on %s', (program, platform, expected) => expect(spawnWords(program, ['a b'], platform)).toMatchObject(expected));

it('refuses a line end for a batch file', () => {
  expect(() => spawnWords('cc.cmd', ['a\nb'], 'win32')).toThrow('cc.cmd');
});

it.each([
  ['linux', [['Path', 'x'], ['unset', '']]],
  ['win32', [['PATH', 'x'], ['UNSET', '']]],
] as const)('names of variables on %s', (platform, expected) => {
  expect(processEnvironment({ Path: 'x', unset: undefined }, platform)).toEqual(expected);
});
