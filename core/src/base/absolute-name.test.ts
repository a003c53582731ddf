import { expect, it } from 'vitest';
import { absoluteName, isWindowsFolder, listDelimiter } from './absolute-name.js';

it.each([
  ['/w', 'a.c', '/w/a.c'],
  ['/w', '/a.c', '/a.c'],
  ['/', 'a.c', '/a.c'],
  ['/w', '../a.c', '/w/../a.c'],
  ['/w', 'link/../a.c', '/w/link/../a.c'],
  ['/w', './a.c', '/w/./a.c'],
  ['/w', 'C:\\a.c', '/w/C:\\a.c'],
  ['C:/w x', 'a.c', 'C:/w x/a.c'],
  ['C:\\w', 'sub\\a.c', 'C:/w/sub/a.c'],
  ['C:/w', '..\\a.c', 'C:/a.c'],
  ['C:/w', 'd:\\x\\a.c', 'd:/x/a.c'],
  ['C:/w', 'D:/x/a.c', 'D:/x/a.c'],
  ['C:/w', '\\x\\ü.c', 'C:/x/ü.c'],
  ['C:/w', 'c:a.c', 'C:/w/a.c'],
  ['C:/w', 'D:a.c', 'C:/?/Da.c'],
  ['C:/w', '\\\\?\\C:\\x\\a.c', 'C:/x/a.c'],
  ['C:/w', '\\\\server\\share\\a.c', '//server/share/a.c'],
  ['C:/w', '\\\\.\\pipe\\x', 'C:/?///./pipe/x'],
  ['C:/w', '/dev/null', 'C:/dev/null'],
])('in %s, %s is %s', (cwd, name, expected) => {
  expect(absoluteName(cwd, name)).toBe(expected);
});

it('tells the two kinds of folders apart', () => {
  expect(['/c', '/C:/x', 'C:\\x', 'c:/x', '\\\\server\\share'].map(isWindowsFolder)).toEqual([false, false, true, true, false]);
  expect([listDelimiter('/x'), listDelimiter('C:/x')]).toEqual([':', ';']);
});
