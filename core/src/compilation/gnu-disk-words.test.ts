import { describe, expect, it } from 'vitest';
import { clangDialect } from './gnu.js';

function parsed(line: string, cwd = 'C:/w') {
  const verdict = clangDialect.parse({ compiler: 'C:/LLVM/clang.exe', args: line.split(' '), cwd, env: [] }, { kind: 'clang', plusplus: false, version: '18', apple: false }, () => undefined);
  if (verdict.kind === 'decline') throw new Error(verdict.reason);
  return verdict.compilation;
}

describe('what a client on Windows asks of a build server in gcc\'s manner', () => {
  it.each([
    ['-c src\\a.c -o out\\a.o', '-c src/a.c -o out/a.o'],
    ['-c C:\\w\\a.c -oD:\\o\\a.o -I inc\\x -IC:/sdk -isystem d:\\y', '-c /prefix/disk-C/w/a.c -o/prefix/disk-D/o/a.o -I inc/x -I/prefix/disk-C/sdk -isystem /prefix/disk-D/y'],
    ['-c -DX=C:\\y -include pre\\p.h --sysroot=C:\\mingw -isysroot D:\\s -- a.c', '-c -DX=C:\\y -include pre/p.h --sysroot=/prefix/disk-C/mingw -isysroot /prefix/disk-D/s -- a.c'],
    ['-c -fsanitize-blacklist=C:\\l.txt -O2 -MD -MF out\\a.d a.c', '-c -fsanitize-blacklist=/prefix/disk-C/l.txt -O2 a.c'],
  ])('%s', (line, there) => {
    expect(clangDialect.remoteCommand(parsed(line), '/cc', '/tmp/d').args.join(' ')).toBe(`-fdiagnostics-color=never -MD -MF /tmp/d ${there}`);
  });

  it.each([
    ['-c -I\\\\server\\inc a.c', 'C:/w', /^a path that is on no drive/],
    ['-c -fmacro-prefix-map=C:\\w=. a.c', 'C:/w', /not known to hold one$/],
    ['-c -g a.c', 'C:/w', /^the outputs name files/],
  ])('%s in %s stays here', (line, cwd, reason) => {
    expect(parsed(line, cwd).homeOnly).toMatch(reason);
  });

  it('elsewhere nothing changes', () => {
    const compilation = parsed('-c -g src\\a.c -IC:\\x -o out/a.o', '/w');
    expect(compilation.homeOnly).toBeUndefined();
    expect(clangDialect.remoteCommand(compilation, '/cc', '/tmp/d').args.join(' ')).toBe('-fdiagnostics-color=never -MD -MF /tmp/d -c -g src\\a.c -IC:\\x -o out/a.o');
  });
});
