import { describe, expect, it } from 'vitest';
import { notesFromDisk, textFromDisk, toDiskPath, toDiskVariables, toDiskWord } from './disk-paths.js';

describe('names on a build server', () => {
  it.each<readonly [string, string | undefined]>([
    ['C:\\proj\\a.cpp', '/prefix/disk-C/proj/a.cpp'],
    ['c:/proj/./x/../a b.cpp', '/prefix/disk-C/proj/a b.cpp'],
    ['\\\\?\\D:\\x', '/prefix/disk-D/x'],
    ['C:\\', '/prefix/disk-C'],
    ['src\\a.cpp', '/prefix/disk-W/w/src/a.cpp'],
    ['\\a.cpp', '/prefix/disk-W/a.cpp'],
    ['\\\\server\\share\\a', undefined],
    ['\\\\?\\UNC\\server\\share\\a', undefined],
    ['\\\\.\\nul', undefined],
    ['E:a.cpp', undefined],
    ['\\\\?\\C:\\a/b', undefined],
  ])('%s', (path, remote) => {
    expect(toDiskPath(path, 'w:\\w')).toBe(remote);
  });

  it.each<readonly [string, string | undefined]>([
    ['..\\inc', '../inc'],
    ['out\\', 'out/'],
    ['C:\\out\\', '/prefix/disk-C/out/'],
    ['C:\\', '/prefix/disk-C'],
    ['D:/x.obj', '/prefix/disk-D/x.obj'],
    ['\\\\s\\h\\x', undefined],
  ])('%s in an argument', (path, word) => {
    expect(toDiskWord(path, 'C:\\w')).toBe(word);
  });

  it('there and back, every absolute path on a drive is itself', () => {
    for (const path of ['C:\\a', 'Z:\\a b\\c.d\\é', 'C:\\', 'D:\\prefix\\disk-C\\x']) expect(textFromDisk(toDiskPath(path) ?? '')).toBe(path);
  });

  it('in variables', () => {
    const env = [['INCLUDE', 'C:\\sdk\\um;;d:/sdk/ucrt;sub\\x'], ['CPATH', 'C:\\a;C:\\b'], ['VCToolsInstallDir', 'C:\\VC\\'], ['LANG', 'C'], ['Path', 'C:\\bin'], ['SOURCE_DATE_EPOCH', '1']] as const;
    expect(toDiskVariables(env, 'C:/w')).toEqual([
      ['INCLUDE', '/prefix/disk-C/sdk/um;/prefix/disk-D/sdk/ucrt;sub/x'], ['CPATH', '/prefix/disk-C/a:/prefix/disk-C/b'], ['VCToolsInstallDir', '/prefix/disk-C/VC/'], ['LANG', 'C'], ['SOURCE_DATE_EPOCH', '1'],
    ]);
    expect(toDiskVariables([['INCLUDE', 'C:\\x;\\\\server\\inc']], 'C:/w')).toBeUndefined();
  });
});

describe('what a compiler over there says', () => {
  it.each([
    ['/prefix/disk-C/proj/w.cpp(3,5): error: use of undeclared identifier', 'C:\\proj\\w.cpp(3,5): error: use of undeclared identifier'],
    ['/prefix/disk-C/w.cpp:3:5: warning: a/b', 'C:\\w.cpp:3:5: warning: a/b'],
    ['Note: including file:  /prefix/disk-C/Program Files (x86)/Kits/um/windows.h\nNote: including file: ./a/b.h\n', 'Note: including file:  C:\\Program Files (x86)\\Kits\\um\\windows.h\nNote: including file: ./a/b.h\n'],
    ["error: no such file or directory: '/prefix/disk-D/a b.cpp'", "error: no such file or directory: 'D:\\a b.cpp'"],
    ['In file included from /prefix/disk-C/a.cpp:1:\n', 'In file included from C:\\a.cpp:1:\n'],
    ['/prefix/disk-C: is a folder', 'C:\\: is a folder'],
    ['/prefix/diskette/x and /usr/x', '/prefix/diskette/x and /usr/x'],
  ])('%s', (there, here) => {
    expect(textFromDisk(there)).toBe(here);
  });

  it('and its notes', () => {
    const spelled = ['.\\a/b.h', 'C:\\x y\\inc/z.h'];
    const notes = 'Note: including file: ./a/b.h\nNote: including file:  /prefix/disk-C/x y/inc/z.h\nNote: including file: ./a/c.h\nNote: including file: /usr/q.h\n';
    expect(notesFromDisk(notes, spelled)).toBe(
      'Note: including file: .\\a/b.h\r\nNote: including file:  C:\\x y\\inc/z.h\r\nNote: including file: .\\a\\c.h\r\nNote: including file: \\usr\\q.h\r\n',
    );
    expect(notesFromDisk('', [])).toBe('');
  });
});
