import { describe, expect, it } from 'vitest';
import type { Compilation, CompilerFacts, Decline } from '@sccache-ts/core/compilation';
import { clangClDialect, msvcDialect } from './cl.js';

interface Asked {
  readonly kind?: 'clang-cl' | 'msvc';
  readonly version?: string;
  readonly cwd?: string;
  readonly env?: readonly (readonly [string, string])[];
  readonly files?: Readonly<Record<string, string>>;
}

function verdictOf(line: string, { kind = 'clang-cl', version = '14.0.6', cwd = kind === 'msvc' ? 'C:\\w' : '/w', env = [], files = {} }: Asked = {}): Compilation | Decline {
  const facts: CompilerFacts = { kind, plusplus: false, version, apple: false };
  const dialect = kind === 'msvc' ? msvcDialect : clangClDialect;
  const args = line.split(' ').map((word) => word.replaceAll('~', ' '));
  const verdict = dialect.parse({ compiler: '/usr/bin/clang-cl', args, cwd, env }, facts, (path) => files[path]);
  return verdict.kind === 'compile' ? verdict.compilation : verdict;
}

const told = (line: string, asked?: Asked): unknown => {
  const verdict = verdictOf(line, asked);
  return 'reason' in verdict ? verdict.reason : verdict.outputs.map(({ role, path }) => `${role} ${path}`).join(', ');
};

function taken(line: string, asked?: Asked): Compilation {
  const verdict = verdictOf(line, asked);
  if ('reason' in verdict) throw new Error(`${line}: ${verdict.reason}`);
  return verdict;
}

describe('outputs of clang-cl', () => {
  it.each([
    ['/c a.cpp', 'obj a.obj'],
    ['-c a.cpp', 'obj a.obj'],
    ['/c sub/a.b.cc', 'obj a.b.obj'],
    ['/c /Foout a.c', 'obj out.obj'],
    ['/c /Foout.o a.c', 'obj out.o'],
    ['/c /Foout.d/ sub/a.c', 'obj out.d/a.obj'],
    ['/c /Fo a.c', 'obj a.obj'],
    ['/c -o out a.c', 'obj out.obj'],
    ['/c /oout.obj a.c', 'obj out.obj'],
    ['/c /FA a.cpp', 'obj a.obj, asm a.asm'],
    ['/c /Falist/ a.cpp', 'obj a.obj, asm list/a.asm'],
    ['/c /FA /Faq a.cpp', 'obj a.obj, asm q.asm'],
    ['/c /Fdx.pdb /Zi a.cpp', 'obj a.obj'],
    ['/c /Tc a.txt', 'obj a.obj'],
    ['/c /Tpa.txt', 'obj a.obj'],
    ['/c /TP a.txt', 'obj a.obj'],
    ['/c -- /Users/me/a.cpp', 'obj a.obj'],
    ['/c /home/me/a.cpp', 'obj a.obj'],
    ['/c /clang:-MD /clang:-MTa.obj /clang:-MFa.d a.cpp', 'obj a.obj, d a.d'],
    ['/c /clang:-MD /clang:-MT /clang:a.obj /clang:-MF /clang:a.d a.cpp', 'obj a.obj, d a.d'],
  ])('%s: %s', (line, outputs) => {
    expect(told(line)).toBe(outputs);
  });
});

describe('outputs of cl.exe', () => {
  it.each([
    ['/c a.cpp', 'obj a.obj'],
    ['/c /Foout\\ sub\\a.cpp', 'obj out\\a.obj'],
    ['/c /Fo:out/x a.cpp', 'obj out/x.obj'],
    ['/c /FoD:x.y\\z C:a.cpp', 'obj D:x.y\\z.obj'],
    ['/c /Z7 /FS /MP8 /Fda.pdb a.CPP', 'obj a.obj'],
    ['/c /sourceDependencies deps.json a.cpp', 'obj a.obj, source-dependencies deps.json'],
    ['/c /sourceDependenciesd.json a.cpp', 'obj a.obj, source-dependencies d.json'],
    ['/c /docout\\a.xdc a.cpp', 'obj a.obj, doc out\\a.xdc'],
  ])('%s: %s', (line, outputs) => {
    expect(told(line, { kind: 'msvc' })).toBe(outputs);
  });
});

describe('declined by both', () => {
  it.each([
    ['a.cpp', 'no -c'],
    ['/c /E a.cpp', '/E'],
    ['/c -EP a.cpp', '/EP'],
    ['/c /P a.cpp', '/P'],
    ['/Zs /c a.cpp', '/Zs'],
    ['/c a.cpp b.cpp', 'multiple input files'],
    ['/c', 'no input file'],
    ['/c a.xyz', 'unknown source language'],
    ['/c a.C', 'unknown source language'],
    ['/c /Fix.i a.cpp', '/Fi'],
    ['/c /Gm a.cpp', '/Gm'],
    ['/c /FR a.cpp', '/FR'],
    ['/c /experimental:module a.cpp', '/experimental:'],
    ['/c a.cpp /link x.lib', '/link'],
    ['/c a.cpp /unheard', '/unheard'],
    ['/c a.cpp -unheard', '-unheard'],
    ['/c a.cpp /D', 'argument parse'],
    ['/c /Foa.obj /Fob.obj a.cpp', 'multiple /Fo'],
    ['/c @nothing.rsp', '@'],
    ['/c /external:env:INC a.cpp', '/external:env:'],
  ])('%s: %s', (line, reason) => {
    expect(told(line)).toBe(reason);
    expect(told(line, { kind: 'msvc' })).toBe(reason);
  });
});

describe('declined by clang-cl', () => {
  it.each([
    ['/c /Fo:a.obj a.cpp', '/Fo:'],
    ['/c /Foout\\ a.cpp', '/Fo that ends with a backslash'],
    ['/c /Fo/dev/null a.cpp', 'output to nul'],
    ['/c /sourceDependencies x.json a.cpp', '/sourceDependencies'],
    ['/c /FAs a.cpp', '/FAs'],
    ['/c /sourceDependencies:directives x.json a.cpp', '/sourceDependencies:directives'],
    ['/c /docx.xdc a.cpp', '/doc'],
    ['/c /Ycstdafx.h a.cpp', '/Yc (a precompiled header holds the times of its files)'],
    ['/c /Ycstdafx.h /Yustdafx.h a.cpp', '/Yc (a precompiled header holds the times of its files)'],
    ['/c /Yu a.cpp', '/Yu without a header of its own'],
    ['/c /Yua.h /Yub.h a.cpp', '/Yu without a header of its own'],
    ['/c /Yua.h /Fp a.cpp', '/Fp without a name of its own'],
    ['/c /Yua.h a.i', '/Yu with preprocessed text'],
    ['/c /Yua.h /Z7 a.cpp', '/Yu with debug information, which holds the command line'],
    ['/c /Ylx a.cpp', '/Yl (precompiled header)'],
    ['/c /Wno-unused a.cpp', '/Wno-unused'],
    ['/c --driver-mode=gcc a.cpp', '--driver-mode='],
    ['/c -Xclang -load -Xclang x.so a.cpp', '-Xclang -load'],
    ['/c -Xclang', 'argument parse'],
    ['/c -Xclang -target-feature a.cpp', 'argument parse'],
    ['/c /clang:-MF a.cpp', 'argument parse'],
    ['/c /clang:-MD a.cpp', '/clang:-MD without -MF or without a target'],
    ['/c /clang:-E a.cpp', '/clang:-E'],
    ['/c /clang:-fplugin=x.so a.cpp', '/clang:-fplugin='],
    ['/c -fmodules a.cpp', '-fmodule'],
    ['/c -ftime-trace a.cpp', '-ftime-trace'],
    ['/c -mllvm -stats a.cpp', '-mllvm'],
    ['/c -gsplit-dwarf a.cpp', '-gsplit-dwarf'],
    ['/c -fwhatever-file=f a.cpp', '-fwhatever-file= may name a file'],
    ['/c -fwhatever=list=f a.cpp', '-fwhatever= may name a file'],
    ['/c -mwhatever=d/f a.cpp', '-mwhatever= may name a file'],
    ['/c /clang:-fwhatever-file=f a.cpp', '/clang:-fwhatever-file= may name a file'],
    ['/c -fcodegen-data-use=f a.cpp', '-fcodegen-data-use='],
    ['/c -fprofile-use=f a.cpp', '-fprofile-use='],
    ['/c -Xclang -fbasic-block-sections=list=f a.cpp', '-Xclang -fbasic-block-sections='],
    ['/c -Xclang -mllvm -Xclang -dfsan-abilist=f a.cpp', '-Xclang -mllvm'],
    ['/c -mllvm=-stats a.cpp', '-mllvm='],
    ['/c -v a.cpp', '-v'],
    ['/c /clang:-MJobj/a.json a.cpp', '/clang:-MJ'],
    ['/c /clang:-save-temps=obj a.cpp', '/clang:-save-temps='],
    ['/c -foptimization-record-file=a.yaml a.cpp', '-foptimization-record-file='],
    ['/c /clang:-foptimization-record-file=a.yaml a.cpp', '/clang:-foptimization-record-file='],
    ['/c -unheard=a.yaml a.cpp', '-unheard='],
    ['/c /unheard:a.yaml a.cpp', '/unheard:'],
  ])('%s: %s', (line, reason) => {
    expect(told(line)).toBe(reason);
  });
});

describe('declined by cl.exe', () => {
  it.each([
    ['/c /Zi /Fdx.pdb a.cpp', '/Zi writes a PDB that compiles share; with /Z7 this can be cached'],
    ['/c /ZI a.cpp', '/ZI writes a PDB that compiles share; with /Z7 this can be cached'],
    ['/c /FA a.cpp', '/FA'],
    ['/c /MP *.cpp', 'invalid input file'],
    ['/c /Fonul a.cpp', 'output to nul'],
    ['/c /sourceDependencies - a.cpp', '/sourceDependencies'],
    ['/c /sourceDependencies:directives x.json a.cpp', '/sourceDependencies:directives'],
    ['/c /sourceDependencies out\\ a.cpp', '/sourceDependencies'],
    ['/c /doc a.cpp', '/doc'],
    ['/c /docout\\ a.cpp', '/doc'],
    ['/c /docname a.cpp', '/doc'],
    ['/c /Yustdafx.h a.cpp', '/Yu (precompiled header)'],
    ['/c /Ycstdafx.h a.cpp', '/Yc (precompiled header)'],
    ['/c /Fpx.pch a.cpp', '/Fp (precompiled header)'],
    ['/c -Xclang -x a.cpp', '-Xclang'],
  ])('%s: %s', (line, reason) => {
    expect(told(line, { kind: 'msvc' })).toBe(reason);
  });
});

describe('what is learned', () => {
  it('/Fo: is understood where the compiler does', () => {
    expect(told('/c /Fo:a.o a.cpp', { version: '19.1.7' })).toBe('obj a.o');
  });

  it('folders to search, by arguments and by INCLUDE', () => {
    const env = [['INCLUDE', '/sdk/um;/sdk/ucrt'], ['EXTERNAL_INCLUDE', '/more']] as const;
    expect(taken('/c /Ia -I b -imsvc c /external:Id a.cpp', { env }).searchFolders).toEqual(['a', 'b', 'c', 'd', '/sdk/um', '/sdk/ucrt', '/more']);
    expect(taken('/c /X /Ia a.cpp', { env }).searchFolders).toEqual(['a']);
  });

  it('debug information holds the command line', () => {
    expect(taken('/c /Z7 a.cpp')).toMatchObject({ ownCommandOnly: true, cwdInOutputs: true, outputNameInOutputs: true, colour: 'never', homeOnly: 'debug information holds the command line (add /showIncludes)' });
    expect(taken('/c /Zi /showIncludes a.cpp')).toMatchObject({ ownCommandOnly: true, homeOnly: undefined });
    expect(taken('/c /Z7 /clang:-gno-codeview-command-line a.cpp', { version: '18.1.3' })).toMatchObject({ ownCommandOnly: false, homeOnly: undefined });
    expect(taken('/c /showIncludes:user a.cpp')).toMatchObject({ ownCommandOnly: true, cwdInOutputs: false, homeOnly: '/showIncludes:user tells too little' });
    expect(taken('/c a.cpp')).toMatchObject({ ownCommandOnly: false, cwdInOutputs: false, colour: 'auto', homeOnly: undefined });
  });

  it('variables that add arguments are read too', () => {
    expect(taken('/c a.cpp', { env: [['CL', '/Z7 /DX#1'], ['_CL_', '/W4']] })).toMatchObject({ ownCommandOnly: true, homeOnly: 'variable CL' });
    expect(told('/c a.cpp', { env: [['CL', '/showIncludes']] })).toBe('variable CL');
    expect(told('/c a.cpp', { env: [['_CL_', 'b.cpp']] })).toBe('variable _CL_');
    expect(told('/c a.cpp', { env: [['CL', '/Ycx.h']] })).toBe('/Yc (a precompiled header holds the times of its files)');
  });

  it('response files, also those in other response files of clang-cl', () => {
    const files = { '/w/a.rsp': '/c "a b.cpp" @b.rsp', '/w/b.rsp': '/Fox.obj' };
    expect(told('@a.rsp', { files })).toBe('obj x.obj');
  });

  it('forced includes, and what clang would take in their place', () => {
    expect(taken('/c /FIpre.h /FI sub/x.h a.cpp')).toMatchObject({ forcedIncludes: ['pre.h', 'sub/x.h'], absentInputs: ['pre.h.pch', 'pre.h.gch', 'sub/x.h.pch', 'sub/x.h.gch'] });
  });

  it.each<readonly [string, string | undefined]>([
    ['/Yupre.h /Fpout/x.pch', 'out/x.pch'],
    ['/Yupre.h /Fpout/x', 'out/x.pch'],
    ['/Yuinc/pre.v.hpp', 'inc/pre.v.pch'],
    ['/Yupre', 'pre.pch'],
    ['/Y- /Yupre.h /Ycpre.h /Fpx.pch', undefined],
    ['/Fpx.pch', undefined],
  ])('the precompiled header of %s', (words, file) => {
    const { extraInputs, tracedOnly, cwdInOutputs } = taken(`/c ${words} a.cpp`);
    expect({ extraInputs, tracedOnly, cwdInOutputs }).toEqual({ extraInputs: file === undefined ? [] : [file], tracedOnly: file && '/Yu', cwdInOutputs: file !== undefined });
  });

  it('what stays here, and what is said of it', () => {
    expect(taken('/c /Yupre.h a.cpp').homeOnly).toBe('/Yu');
    expect(taken('/c /Fpx.pch a.cpp').homeOnly).toBe('/Fp (clang warns of it)');
    expect(taken('/c /MP4 a.cpp').homeOnly).toBe('/MP (clang warns of it)');
    expect(taken('/c /FS a.cpp').homeOnly).toBeUndefined();
    expect(taken('/c a.cpp').advice).toMatch('without /Brepro');
    expect(taken('/c /Brepro a.cpp').advice).toBeUndefined();
    expect(taken('/c /Brepro /Brepro- a.cpp').advice).toMatch('without /Brepro');
    expect(taken('/c --target=x86_64-linux-gnu a.cpp').advice).toBeUndefined();
  });

  it('what makes diagnostics name the folder, and what changes the search', () => {
    expect(taken('/c /FC a.cpp')).toMatchObject({ cwdInOutputs: true, ownCommandOnly: false });
    expect(taken('/c -fdiagnostics-absolute-paths a.cpp')).toMatchObject({ cwdInOutputs: true });
    expect(taken('/c --target=x86_64-pc-windows-msvc a.cpp').unfollowed).toBeUndefined();
    expect(taken('/c --target=x86_64-w64-windows-gnu a.cpp').unfollowed).toBe('--target=x86_64-w64-windows-gnu');
    expect(taken('/c -fno-ms-compatibility a.cpp').unfollowed).toBe('-fno-ms-compatibility');
    expect(taken('/c /winsysroot /sdk a.cpp')).toMatchObject({ unfollowed: '/winsysroot', homeOnly: '/winsysroot' });
    expect(taken('/c /clang:-std=c++20 a.cpp').unfollowed).toBeUndefined();
  });

  it.each([
    ['-fbasic-block-sections=list=f', 'f'],
    ['/clang:-fbasic-block-sections=list=f', 'f'],
    ['-frandomize-layout-seed-file=f', 'f'],
    ['-fms-secure-hotpatch-functions-file=f', 'f'],
    ['/clang:-fms-secure-hotpatch-functions-file=f', 'f'],
    ['-fsanitize-ignorelist=f', 'f'],
    ['-fbasic-block-sections=all -ffile-prefix-map=/a=/b', ''],
  ])('the files that options name: %s', (words, files) => {
    expect(taken(`/c ${words} a.cpp`).extraInputs.join(' ')).toBe(files);
  });

  it('on Windows, what names files stays here', () => {
    const stays = 'the outputs name files, which are called otherwise on a build server';
    const reasons = ['', '/Z7 /showIncludes', '/FC', '/FA', '/Z7 /clang:-gno-codeview-command-line'].map((words) => taken(`/c ${words} a.cpp`.replace('  ', ' '), { cwd: 'C:/w', version: '18.1.3' }).homeOnly);
    expect(reasons).toEqual([undefined, stays, stays, stays, stays]);
  });

  it('every object of cl.exe names itself, and compiles here', () => {
    expect(taken('/c a.cpp', { kind: 'msvc' })).toMatchObject({ cwdInOutputs: true, outputNameInOutputs: true, homeOnly: 'cl.exe runs on Windows only: it compiles here', colour: 'never', unfollowed: 'cl.exe does not tell where it searches' });
  });

  it('the processor', () => {
    expect(taken('/c -march=native a.cpp')).toMatchObject({ nativeCpu: true, homeOnly: '-march=native' });
    expect(taken('/c /arch:AVX2 -mavx2 a.cpp')).toMatchObject({ nativeCpu: false, homeOnly: undefined });
  });

  it.each([['a.c', 'c'], ['a.cpp', 'c++'], ['/TP a.c', 'c++'], ['/TC a.cpp', 'c'], ['/Tca.cpp', 'c'], ['a.i', 'cPreprocessed'], ['a.ii', 'c++Preprocessed']])('language of %s', (words, language) => {
    expect(taken(`/c ${words}`).language).toBe(language);
  });
});
