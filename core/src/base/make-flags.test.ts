import { expect, it } from 'vitest';
import { readMakeFlags, readMakeWords } from './make-flags.js';

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
