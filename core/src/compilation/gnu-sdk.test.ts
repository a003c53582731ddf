import { describe, expect, it } from 'vitest';
import { clangDialect, gccDialect, sysroots, targetOf, type Compilation, type CompilerKind } from './index.js';

function compilationOf(line: string, more: { kind?: CompilerKind; plusplus?: boolean; env?: readonly (readonly [string, string])[] } = {}): Compilation {
  const { kind = 'clang', plusplus = false, env = [] } = more;
  const dialect = kind === 'gcc' ? gccDialect : clangDialect;
  const verdict = dialect.parse({ compiler: '/usr/bin/cc', args: line.split(' '), cwd: '/w', env }, { kind, plusplus, version: '14', apple: false }, () => undefined);
  if (verdict.kind !== 'compile') throw new Error(verdict.reason);
  return verdict.compilation;
}

describe('sysroots', () => {
  it.each<[string, readonly string[]]>([
    ['-c a.c', []],
    ['-isysroot /sdk -c a.c', ['/sdk']],
    ['-isysroot/sdk -c a.c', ['/sdk']],
    ['--sysroot=/root -isysroot /sdk -c a.c', ['/root', '/sdk']],
    ['--sysroot /root -c a.c -isysroot /root', ['/root']],
  ])('%s', (line, folders) => {
    expect(sysroots(compilationOf(line).args, [])).toEqual(folders);
  });

  it('from the environment too', () => {
    expect(sysroots([], [['SDKROOT', '/sdk']])).toEqual(['/sdk']);
    expect(sysroots([], [['SDKROOT', '']])).toEqual([]);
  });
});

it.each<[string, CompilerKind, readonly string[]]>([
  ['-isysroot /sdk/ -c a.c', 'clang', ['/sdk/SDKSettings.json', '/env/SDKSettings.json']],
  ['-c a.c', 'clang', ['/env/SDKSettings.json']],
  ['-isysroot /sdk -c a.c', 'gcc', []],
])('%s of %s reads %j when it is there', (line, kind, files) => {
  expect(compilationOf(line, { kind, env: [['SDKROOT', '/env']] }).readIfThere).toEqual(files);
});

it.each<[string, string | undefined]>([
  ['-c a.c', undefined],
  ['--target=arm64-apple-macos11 -c a.c', 'arm64-apple-macos11'],
  ['-target x86_64-apple-darwin16 -c a.c', 'x86_64-apple-darwin16'],
  ['--target=a -c a.c -target b', 'b'],
  ['-arch arm64 -c a.c', undefined],
])('the target of %s is %s', (line, target) => {
  expect(targetOf(compilationOf(line).args)).toBe(target);
});

describe('words for the same compiler installed elsewhere', () => {
  const list = {
    quoted: [],
    angled: ['inc', '/opt/c++/mine', '/usr/bin/../include/c++/12', '/usr/bin/../include/c++/12/backward', '/usr/lib/llvm-14/lib/clang/14.0.6/include', '/usr/include'],
    missing: [],
  };
  const own = ['-resource-dir', '/usr/lib/llvm-14/lib/clang/14.0.6'];

  it('of clang', () => {
    expect(clangDialect.foreignWords?.(compilationOf('-c a.c'), list)).toEqual(['--driver-mode=gcc', ...own]);
    const cpp = ['-stdlib++-isystem', '/usr/bin/../include/c++/12', '-stdlib++-isystem', '/usr/bin/../include/c++/12/backward'];
    expect(clangDialect.foreignWords?.(compilationOf('-Iinc -isystem /opt/c++/mine -c a.cc', { plusplus: true }), list)).toEqual(['--driver-mode=g++', ...own, ...cpp]);
    expect(clangDialect.foreignWords?.(compilationOf('-c a.cc'), undefined)).toEqual(['--driver-mode=gcc']);
  });

  it('of gcc', () => {
    expect(gccDialect.foreignWords?.(compilationOf('-c a.c', { kind: 'gcc' }), list)).toEqual([]);
    expect(gccDialect.foreignWords?.(compilationOf('-c a.c', { kind: 'gcc', plusplus: true }), list)).toEqual(['-x', 'c++']);
    expect(gccDialect.foreignWords?.(compilationOf('-x c -c a.c', { kind: 'gcc', plusplus: true }), list)).toEqual([]);
  });
});
