import { describe, expect, it } from 'vitest';
import { decodedName, englishPrefix, findNotePrefix, partNotes, readNotes } from './include-notes.js';

describe('the prefix of notes', () => {
  it.each([
    ['Note: including file: ./probe.h\n', 'Note: including file:'],
    ['test.c\r\nHinweis: Einlesen der Datei:   C:\\tmp\\probe.h\r\n', 'Hinweis: Einlesen der Datei:'],
    ['Remarque : inclusion du fichier :  C:\\Users\\Jean Luc\\probe.h\r\n', 'Remarque : inclusion du fichier :'],
    ['メモ: インクルード ファイル:  d:\\x\\probe.h\r\n', 'メモ: インクルード ファイル:'],
    ['注意: 包含文件:  d:\\x\\probe.h\r\n', '注意: 包含文件:'],
    ['nothing of the kind\n', undefined],
    ['probe.h\n', undefined],
  ])('%j', (text, prefix) => {
    expect(findNotePrefix(text, 'probe.h')).toBe(prefix);
  });
});

describe('notes', () => {
  it.each<readonly [string, readonly string[] | undefined]>([
    ['Note: including file: a.h\nNote: including file:  C:\\b c.h\r\n', ['a.h', 'C:\\b c.h']],
    ['', []],
    ['Note: including file:\n', undefined],
    ['a.cpp\n', undefined],
  ])('%j', (text, names) => {
    expect(readNotes(text, englishPrefix)).toEqual(names);
  });
});

/** As compilers of these languages print them, in the code pages of such machines. */
const recorded: readonly (readonly [language: string, hex: string])[] = [
  ['English', '4e6f74653a20696e636c7564696e672066696c653a20'],
  ['German', '48696e776569733a2045696e6c6573656e20646572204461746569 3a20'],
  ['French, code page 1252', '52656d6172717565a03a20696e636c7573696f6e20647520666963686965 72a03a2020'],
  ['French, code page 850', '52656d6172717565ff3a20696e636c7573696f6e20647520666963686965 72ff3a2020'],
  ['Japanese, code page 932', '83818382 3a20 83438393834e838b815b8368 20 837483408343838b 3a2020'],
  ['Chinese, code page 936', 'd7a2d2e2 3a20 b0fcbaacceebcebcbcfe 3a20'],
  ['Russian, code page 866', '8fe0a8aca5e7a0ada8a5 3a20 a2aaabeee7a5ada8a5 20 e4a0a9aba0 3a2020'],
];

describe('notes byte by byte', () => {
  it.each(recorded)('%s', (_, hex) => {
    const start = Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('latin1');
    const prefix = findNotePrefix(`probe.c\r\n${start}C:\\t x\\probe.h\r\n`, 'probe.h') ?? '';
    expect(prefix).toBe(start.trimEnd());
    expect(partNotes(`probe.c\r\n${start}C:\\t x\\probe.h\r\n${start}  D:\\y\\z.h\r\n`, prefix)).toEqual({ names: ['C:\\t x\\probe.h', 'D:\\y\\z.h'], others: ['probe.c'] });
  });
});

it('decodes names that are UTF-8', () => {
  expect(['a.h', Buffer.from('ü.h').toString('latin1'), '\xfc.h'].map(decodedName)).toEqual(['a.h', 'ü.h', undefined]);
});
