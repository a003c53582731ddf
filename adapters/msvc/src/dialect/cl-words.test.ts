import { describe, expect, it } from 'vitest';
import { expandResponseFiles } from '@sccache-ts/core/compilation';
import { splitClWords, wordsOfVariable } from './cl-words.js';

describe('words as Windows programs cut them', () => {
  it.each<readonly [string, readonly string[]]>([
    ['/c a.cpp\r\n /Foout\\a.obj\t/W4', ['/c', 'a.cpp', '/Foout\\a.obj', '/W4']],
    ['"a b.cpp" /I"c d" ""', ['a b.cpp', '/Ic d', '']],
    [String.raw`/DX=\"y\" "/I\\server\share\\" z`, ['/DX="y"', String.raw`/I\\server\share` + '\\', 'z']],
    [String.raw`a\\b \\"c d\\" e\\\"f`, [String.raw`a\\b`, String.raw`\c d` + '\\', String.raw`e\"f`]],
    ['"say ""hi"" now"', ['say "hi" now']],
    ["'a b'", ["'a", "b'"]],
    ['   ', []],
  ])('%s', (text, words) => {
    expect(splitClWords(text)).toEqual(words);
  });

  it('# stands for = in variables, once a word', () => {
    expect(wordsOfVariable('/DA#1 /DB#C#D /DE=F#G /W3')).toEqual(['/DA=1', '/DB=C#D', '/DE=F#G', '/W3']);
  });
});

describe('response files', () => {
  const files: Readonly<Record<string, string>> = { a: '/c @b', b: '"x y.cpp"', loop: '@loop' };
  const read = (name: string): string | undefined => files[name];

  it.each<readonly [readonly string[], boolean, readonly string[] | undefined]>([
    [['/O2', '@a', '/W3'], true, ['/O2', '/c', 'x y.cpp', '/W3']],
    [['@a'], false, undefined],
    [['@b'], false, ['x y.cpp']],
    [['@nothing'], true, undefined],
    [['@loop'], true, undefined],
    [['/c', 'a.cpp'], true, ['/c', 'a.cpp']],
  ])('%j, nested %s', (args, nested, words) => {
    expect(expandResponseFiles(args, { split: splitClWords, read, nested })).toEqual(words);
  });
});
