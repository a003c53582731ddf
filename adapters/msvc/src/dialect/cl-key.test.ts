import { describe, expect, it } from 'vitest';
import { keyOf } from '@sccache-ts/core/base';
import type { CompilerFacts } from '@sccache-ts/core/compilation';
import { clangClDialect, msvcDialect } from './cl.js';

type Env = readonly (readonly [string, string])[];
const facts: CompilerFacts = { kind: 'clang-cl', plusplus: false, version: '14.0.6', apple: false };

function partsOf(line: string, env: Env = [], cwd = '/w'): readonly { readonly label: string; readonly value: string }[] {
  const verdict = clangClDialect.parse({ compiler: 'cl', args: line.split(' '), cwd, env }, facts, () => undefined);
  if (verdict.kind === 'decline') throw new Error(`${line}: ${verdict.reason}`);
  return clangClDialect.keyParts(verdict.compilation, env);
}
const key = (...asked: Parameters<typeof partsOf>): string => keyOf(partsOf(...asked));

describe('one key', () => {
  it.each([
    ['/c /O2 /D X a.cpp', '-c -O2 -DX a.cpp'],
    ['/c /Foa.obj a.cpp', '/c /Fob.obj a.cpp'],
    ['/c /Iinc a.cpp', '/c /Iother a.cpp'],
    ['/c /Fdx.pdb a.cpp', '/c a.cpp'],
    ['/c /FA /Fax.asm a.cpp', '/c /FA /Fay.asm a.cpp'],
    ['/c a.cpp', '/c -- a.cpp'],
    ['/c /FS a.cpp', '/c a.cpp'],
    ['/c /clang:-MD /clang:-MTx /clang:-MFx.d a.cpp', '/c /clang:-MD /clang:-MTx /clang:-MFy.d a.cpp'],
  ])('%s and %s', (one, other) => {
    expect(key(one)).toBe(key(other));
  });

  it('whatever the folder is called', () => {
    expect(key('/c a.cpp', [], '/v')).toBe(key('/c a.cpp', [], '/w'));
  });
});

describe('another key', () => {
  it.each([
    ['/c /O2 a.cpp', '/c /Od a.cpp'],
    ['/c a.cpp', '/c /Brepro a.cpp'],
    ['/c a.cpp', '/c /showIncludes a.cpp'],
    ['/c /showIncludes a.cpp', '/c /showIncludes:user a.cpp'],
    ['/c a.c', '/c /TP a.c'],
    ['/c a.cpp', '/c /FA a.cpp'],
    ['/c /MP a.cpp', '/c a.cpp'],
    ['/c /Z7 /Foa.obj a.cpp', '/c /Z7 /Fob.obj a.cpp'],
    ['/c /Z7 /Iinc a.cpp', '/c /Z7 /Iother a.cpp'],
    ['/c a.i', '/c b.i'],
    ['/c -fno-color-diagnostics a.cpp', '/c a.cpp'],
  ])('%s and %s', (one, other) => {
    expect(key(one)).not.toBe(key(other));
  });

  it('where debug information names the folder', () => {
    expect(key('/c /Z7 a.cpp', [], '/v')).not.toBe(key('/c /Z7 a.cpp', [], '/w'));
  });

  it.each(['CL', '_CL_', 'INCLUDE', 'EXTERNAL_INCLUDE', 'LANG', 'SOURCE_DATE_EPOCH', 'SCCACHE_C_CUSTOM_CACHE_BUSTER'])('with the variable %s', (name) => {
    expect(key('/c a.cpp', [[name, '/W4']])).not.toBe(key('/c a.cpp', [[name, '/W3']]));
  });
});

it('a build server gets what the compiler reads, and no secret', () => {
  const env: Env = [['INCLUDE', '/sdk'], ['PATH', '/bin'], ['CL', '/O2'], ['AWS_SECRET', 'x'], ['SOURCE_DATE_EPOCH', '1']];
  expect(clangClDialect.remoteEnv(env).map(([name]) => name)).toEqual(['INCLUDE', 'PATH', 'SOURCE_DATE_EPOCH']);
});

it('in debug information of cl.exe is the very command line', () => {
  const own = (line: string): string => {
    const request = { compiler: 'C:/VC/cl.exe', args: line.split(' '), cwd: 'C:/w', env: [] };
    const verdict = msvcDialect.parse(request, { kind: 'msvc', plusplus: false, version: '19.39', apple: false }, () => undefined);
    if (verdict.kind === 'decline') throw new Error(verdict.reason);
    return keyOf(msvcDialect.keyParts(verdict.compilation, []));
  };
  expect(own('/c /Z7 a.cpp')).not.toBe(own('/c /Z7 .\\a.cpp'));
  expect(own('/c /Z7 /MP4 a.cpp')).not.toBe(own('/c /Z7 a.cpp'));
  expect(own('/c /MP4 a.cpp')).toBe(own('/c a.cpp'));
  expect(own('/c /Foa.obj a.cpp')).not.toBe(own('/c /Fob.obj a.cpp'));
});
