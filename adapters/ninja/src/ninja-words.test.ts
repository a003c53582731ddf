import { describe, expect, it } from 'vitest';
import { type NinjaWishes, ninjaWishes } from './ninja-words.js';

const split = (line: string): readonly string[] => line.split(' ').filter((word) => word !== '');

describe('ninjaWishes', () => {
  it.each<[string, Partial<NinjaWishes>, string?]>([
    ['', { folder: undefined, file: 'build.ninja', jobs: false, quiet: false, idle: false }, ''],
    ['-C out all', { folder: 'out', file: 'build.ninja', idle: false }, '-Cout all'],
    ['-Cout -Cin', { folder: 'in' }, '-Cout -Cin'],
    ['all -f other.ninja -v', { file: 'other.ninja' }, '-v all'],
    ['-vfother.ninja all', { file: 'other.ninja' }, '-v all'],
    ['-j4', { jobs: true }, '-j4'],
    ['-vj 4 all', { jobs: true }, '-v -j4 all'],
    ['-k 0 -l 3 -d explain -w dupbuild=err', { jobs: false, idle: false }, '-k0 -l3 -dexplain -wdupbuild=err'],
    ['--quiet all', { quiet: true, idle: false }, '--quiet all'],
    ['--qui', { quiet: true }, '--quiet'],
    ['--verbose', { idle: false, quiet: false }, '--verbose'],
    ['-- -odd', { idle: false }, '-- -odd'],
    ['-- all', {}, 'all'],
    ['-', { idle: false }, '-- -'],
    ['-n', { idle: true }],
    ['-vn all', { idle: true }],
    ['-h', { idle: true }],
    ['--version', { idle: true }],
    ['--help', { idle: true }],
    ['--vers', { idle: true }],
    ['--ver', { idle: true }],
    ['-t clean', { idle: true }],
    ['-C out -t compdb', { idle: true }],
    ['-d list', { idle: true }],
    ['-wlist', { idle: true }],
    ['-x', { idle: true }],
    ['--unheard-of', { idle: true }],
    ['all -f', { idle: true }],
  ])('%j', (line, wishes, words) => {
    const found = ninjaWishes(split(line));
    expect(found).toMatchObject(wishes);
    if (words !== undefined) expect(found.words).toEqual(split(words));
  });
});
