import { describe, expect, it } from 'vitest';
import { executableKey, windowsName, windowsPath } from './windows-path.js';

describe('paths of Windows', () => {
  it.each<readonly [string, string | undefined, string | undefined]>([
    ['C:\\a\\b', undefined, 'C:\\a\\b'],
    ['c:/a//b/', undefined, 'c:\\a\\b'],
    ['C:\\a\\.\\x\\..\\b', undefined, 'C:\\a\\b'],
    ['C:\\..\\..\\b', undefined, 'C:\\b'],
    ['C:\\', undefined, 'C:\\'],
    ['\\\\?\\C:\\a\\b', undefined, 'C:\\a\\b'],
    ['\\\\?\\C:\\a/b\\..', undefined, 'C:\\a/b\\..'],
    ['\\\\server\\share\\a', undefined, '\\\\server\\share\\a'],
    ['//server/share/a/../b', undefined, '\\\\server\\share\\b'],
    ['\\\\?\\UNC\\server\\share\\a', undefined, '\\\\server\\share\\a'],
    ['\\\\server', undefined, undefined],
    ['\\\\.\\pipe\\x', undefined, undefined],
    ['\\\\?\\Volume{1}\\x', undefined, undefined],
    ['a\\b', undefined, undefined],
    ['C:a', undefined, undefined],
    ['a/b', 'D:\\w', 'D:\\w\\a\\b'],
    ['..\\a', 'D:\\w\\v', 'D:\\w\\a'],
    ['\\a', 'D:\\w', 'D:\\a'],
    ['/a', 'D:\\w', 'D:\\a'],
    ['d:a', 'D:\\w', 'D:\\w\\a'],
    ['E:a', 'D:\\w', undefined],
    ['a', '\\\\s\\h\\w', '\\\\s\\h\\w\\a'],
    ['a', '/posix', undefined],
  ])('%s in %s', (path, cwd, name) => {
    const parsed = windowsPath(path, cwd);
    expect(parsed && windowsName(parsed)).toBe(name);
  });
});

describe('one program', () => {
  it.each([
    ['C:\\LLVM\\bin\\clang-cl.exe', 'c:/llvm/BIN/clang-cl.EXE'],
    ['C:\\LLVM\\bin\\clang-cl.exe', '\\\\?\\C:\\LLVM\\bin\\clang-cl.exe'],
    ['C:\\LLVM\\bin\\clang-cl.exe', 'C:\\LLVM\\lib\\..\\bin\\clang-cl.exe'],
    ['\\\\Server\\Tools\\cl.exe', '//server/tools/CL.exe'],
    ['C:\\Übung\\é.exe', 'c:\\üBUNG\\É.exe'],
    ['/usr/bin/gcc', '/usr/bin/gcc'],
  ])('%s and %s', (one, other) => {
    expect(executableKey(one, 'win32')).toBe(executableKey(other, 'win32'));
  });

  it.each([
    ['/usr/bin/gcc', '/usr/bin/GCC'],
    ['/usr/bin/gcc', '/usr/bin/../bin/gcc'],
    ['C:\\a\\cl.exe', 'D:\\a\\cl.exe'],
    ['C:\\ß.exe', 'C:\\SS.exe'],
  ])('%s is not %s', (one, other) => {
    expect(executableKey(one, 'win32')).not.toBe(executableKey(other, 'win32'));
  });

  it('two slashes name a server on Windows alone', () => {
    const same = (platform: string): boolean => executableKey('//usr/bin/gcc', platform) === executableKey('//usr/bin/GCC', platform);
    expect(['win32', 'linux', 'darwin'].map(same)).toEqual([true, false, false]);
  });
});
