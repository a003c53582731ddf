import { describe, expect, it } from 'vitest';
import type { Compilation, CompilerFacts, Decline } from '@sccache-ts/core/compilation';
import { clangClDialect } from './cl.js';

function compilationOf(line: string, cwd = 'C:\\w'): Compilation | Decline {
  const facts: CompilerFacts = { kind: 'clang-cl', plusplus: false, version: '19.1.7', apple: false };
  const verdict = clangClDialect.parse({ compiler: 'C:\\LLVM\\clang-cl.exe', args: line.split(' '), cwd, env: [] }, facts, () => undefined);
  return verdict.kind === 'compile' ? verdict.compilation : verdict;
}

describe('what a client on Windows asks of a build server', () => {
  it.each([
    ['/c /FoC:\\out\\ a.cpp', '/c /Fo/prefix/disk-C/out/ -- a.cpp'],
    ['/c /Fo:out\\a.obj src\\a.cpp', '/c /Foout/a.obj -- src/a.cpp'],
    ['/c /I sub\\inc /Id:\\inc -imsvcC:/sdk/um C:\\w\\a.cpp', '/c /I sub/inc /I/prefix/disk-D/inc -imsvc/prefix/disk-C/sdk/um -- /prefix/disk-C/w/a.cpp'],
    ['/c /FI..\\pre.h /FA /FaD:\\l\\ /TpC:\\a.txt', '/c /FI../pre.h /FA /Fa/prefix/disk-D/l/ /Tp/prefix/disk-C/a.txt'],
    ['/c /DX="C:\\y" /winsysroot E:\\sdk -- a.cpp', '/c /DX="C:\\y" /winsysroot /prefix/disk-E/sdk -- a.cpp'],
  ])('%s', (line, there) => {
    const compilation = compilationOf(line);
    if ('reason' in compilation) throw new Error(compilation.reason);
    expect(clangClDialect.remoteCommand(compilation, '/cc', '/tmp/d').args.join(' ')).toBe(`--driver-mode=cl -fno-color-diagnostics /clang:-MD /clang:-MF/tmp/d ${there}`);
  });

  it.each([
    ['/c a.cpp', '\\\\server\\share'],
    ['/c \\\\server\\share\\a.cpp', 'C:\\w'],
    ['/c /I\\\\server\\inc a.cpp', 'C:\\w'],
  ])('%s in %s stays here', (line, cwd) => {
    expect(compilationOf(line, cwd)).toMatchObject({ homeOnly: 'a path that is on no drive' });
  });
});

it.each([['sub\\a.rsp', 'C:\\w\\sub\\a.rsp'], ['D:/x/a.rsp', 'D:/x/a.rsp'], ['\\a.rsp', 'C:\\a.rsp']])('@%s is read where the compiler would read it', (name, path) => {
  const asked: string[] = [];
  const facts: CompilerFacts = { kind: 'clang-cl', plusplus: false, version: '19.1.7', apple: false };
  const read = (it: string): string => {
    asked.push(it);
    return '/c a.cpp';
  };
  expect(clangClDialect.parse({ compiler: 'C:\\LLVM\\clang-cl.exe', args: [`@${name}`], cwd: 'C:\\w', env: [] }, facts, read)).toMatchObject({ kind: 'compile' });
  expect(asked.map((it) => it.replaceAll('/', '\\'))).toEqual([path.replaceAll('/', '\\')]);
});
