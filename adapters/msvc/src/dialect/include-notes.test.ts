import { describe, expect, it } from 'vitest';
import { englishPrefix, findNotePrefix, readNotes } from './include-notes.js';

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
