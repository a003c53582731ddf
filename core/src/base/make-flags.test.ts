import { expect, it } from 'vitest';
import { readMakeFlags, readMakeWords, wantsOneAtATime } from './make-flags.js';

it.each<[string | undefined, readonly [jobs: boolean, jobserver: boolean]]>([
  [undefined, [false, false]], ['', [false, false]], ['k', [false, false]], ['kj', [true, false]], ['-j4', [true, false]],
  [' -j4 --jobserver-auth=3,4', [true, true]], [' --jobserver-fds=3,4', [true, true]], [' --jobserver-auth=fifo:/tmp/x -- j=1', [true, true]],
  [' -- jvm=1', [false, false]], ['-- -j --jobserver-auth=3,4', [false, false]], ['w -- CFLAGS=-j', [false, false]], [' --jobserver-style=fifo', [true, false]],
])('MAKEFLAGS %j', (flags, [jobs, jobserver]) => {
  expect(readMakeFlags(flags)).toMatchObject({ jobs, jobserver });
});

it.each<[string, 'environmentWins' | 'onlyTells' | undefined]>([['-ke', 'environmentWins'], ['-n', 'onlyTells'], ['--dry-run', 'onlyTells'], ['-f -n', undefined], ['-- -n', undefined]])('make %s', (words, which) => {
  const { environmentWins, onlyTells } = readMakeWords(words.split(' '));
  expect([environmentWins, onlyTells]).toEqual([which === 'environmentWins', which === 'onlyTells']);
});

it.each([['all -C install CC=clean', ['all']], ['-j install', ['install']], ['-kC x a -- b D=1', ['a', 'b']]])('the targets of make %s', (words, targets) => {
  expect(readMakeWords(words.split(' ')).targets).toEqual(targets);
});

it.each(['install', 'install-strip', 'uninstall', 'modules_install', 'headers_install', 'install/strip', 'check', 'test', 'unit-test', 'distcheck', 'clean', 'distclean', 'mrproper', 'maintainer-clean', 'libz-clean', 'realclean'])('%s wants one command at a time', (target) => {
  expect(wantsOneAtATime(['all', target])).toBe(true);
});

it.each(['all', 'default', 'libz.a', 'installer', 'testing.o', 'checker', 'latest', 'cleaner', 'dist/app', 'src/test/a.o', 'x86_64'])('%s is built with as many as there are', (target) => {
  expect(wantsOneAtATime([target])).toBe(false);
});
