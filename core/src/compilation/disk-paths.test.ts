import { describe, expect, it } from 'vitest';
import { createDiskNames, dependenciesFromDisk, fromDiskPath, textFromDisk, toDiskPath, toDiskWord } from './disk-paths.js';

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

  it.each<readonly [string, string | undefined]>([
    ['/prefix/disk-C/proj/a.cpp', 'C:\\proj\\a.cpp'],
    ['/prefix/disk-C', 'C:\\'],
    ['/prefix/disk-C/', 'C:\\'],
    ['/prefix/disk-CC/a', undefined],
    ['/usr/include/x.h', undefined],
    ['/prefix/disk-C/a\\b', undefined],
  ])('%s back here', (remote, path) => {
    expect(fromDiskPath(remote)).toBe(path);
  });

  it('there and back, every absolute path on a drive is itself', () => {
    for (const path of ['C:\\a', 'Z:\\a b\\c.d\\é', 'C:\\', 'D:\\prefix\\disk-C\\x']) expect(fromDiskPath(toDiskPath(path) ?? '')).toBe(path);
  });

  it('a job\'s own names come back as they were spelled', () => {
    const names = createDiskNames('C:\\w');
    expect([names.toRemote('out/A.obj'), names.toRemote('c:\\W\\B.OBJ')]).toEqual(['/prefix/disk-C/w/out/A.obj', '/prefix/disk-C/W/B.OBJ']);
    expect(['/prefix/disk-C/w/out/A.obj', '/prefix/disk-C/W/B.OBJ', '/prefix/disk-D/other'].map(names.toLocal)).toEqual(['out/A.obj', 'c:\\W\\B.OBJ', 'D:\\other']);
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

  it('and what it lists for make', () => {
    expect(dependenciesFromDisk('out/a.obj: /prefix/disk-C/a.cpp \\\n  /prefix/disk-D/Kits\\ 10/x\\#y.h /usr/z.h\n')).toBe('out/a.obj: C:\\a.cpp \\\n  D:\\Kits\\ 10\\x\\#y.h /usr/z.h\n');
  });
});
