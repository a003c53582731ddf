import { describe, expect, it } from 'vitest';
import { splitResponseFile } from './index.js';
import { expandResponseFiles } from './response-file.js';

describe('splitResponseFile', () => {
  it.each([
    ['', []],
    ['  \t\r\n\v\f ', []],
    ['-c a.c\n-o\ta.o\r\n', ['-c', 'a.c', '-o', 'a.o']],
    ['-DA="x y"', ['-DA=x y']],
    ["'-DA=\"x\"'", ['-DA="x"']],
    ['"a\\"b" \'c\\\'d\'', ['a"b', "c'd"]],
    ['a\\ b \\\\ \\"', ['a b', '\\', '"']],
    ['"" \'\' x', ['', '', 'x']],
    ['"unfinished word', ['unfinished word']],
    ['end\\', ['end']],
  ])('%j', (text, words) => {
    expect(splitResponseFile(text)).toEqual(words);
  });
});

describe('expandResponseFiles', () => {
  const files: Readonly<Record<string, string>> = { one: '-DA @two b.c', two: '-DB "@three x"', self: 'x @self', wide: 'x'.repeat(600_000) };
  const expand = (...args: string[]): readonly string[] | undefined => expandResponseFiles(args, { split: splitResponseFile, read: (name) => files[name] });
  it('puts words in place, depth first', () => {
    expect(expand('-c', 'plain')).toEqual(['-c', 'plain']);
    expect(expand('-c', '@two', '-O2')).toBeUndefined();
    expect(expand('-c', '@one')).toBeUndefined();
    expect(expandResponseFiles(['a', '@f', 'd'], { split: splitResponseFile, read: (name) => (name === 'f' ? 'b @g' : 'c') })).toEqual(['a', 'b', 'c', 'd']);
  });
  it('gives up on unreadable, endless and enormous files', () => {
    expect(expand('@none')).toBeUndefined();
    expect(expand('@self')).toBeUndefined();
    expect(expand('@wide')).toBeUndefined();
  });
});
