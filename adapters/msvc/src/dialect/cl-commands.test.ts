import { describe, expect, it } from 'vitest';
import type { Compilation, CompilerFacts } from '@sccache-ts/core/compilation';
import { clangClDialect, msvcDialect } from './cl.js';

function compilationOf(line: string, kind: 'clang-cl' | 'msvc' = 'clang-cl', resources?: string): Compilation {
  const facts: CompilerFacts = { kind, plusplus: false, version: '14.0.6', apple: false, resources };
  const dialect = kind === 'msvc' ? msvcDialect : clangClDialect;
  const verdict = dialect.parse({ compiler: 'cl', args: line.split(' '), cwd: kind === 'msvc' ? 'C:\\w' : '/w', env: [] }, facts, () => undefined);
  if (verdict.kind === 'decline') throw new Error(`${line}: ${verdict.reason}`);
  return verdict.compilation;
}

const joined = ({ args }: { readonly args: readonly string[] }): string => args.join(' ');

describe('commands of clang-cl', () => {
  const line = '/c /Fo out/ /showIncludes /FA -DX -Iinc /FIpre.h /Fdx.pdb -- /w/a.cpp'.replace('/Fo out/', '/Foout/');

  it('preprocesses without what only the compile writes or tells', () => {
    expect(joined(clangClDialect.preprocessCommand(compilationOf(line), 'cl', undefined))).toBe('/E -Qunused-arguments /FA -DX -Iinc /FIpre.h -- /w/a.cpp');
  });

  it('compiles with every word of the caller, inputs last', () => {
    expect(joined(clangClDialect.compileCommand(compilationOf('/c a.cpp /O2'), 'cl', 'always'))).toBe('-fcolor-diagnostics /c /O2 a.cpp');
    expect(joined(clangClDialect.compileCommand(compilationOf('/c /Z7 a.cpp'), 'cl', 'always'))).toBe('/c /Z7 a.cpp');
  });

  it('has dependencies written', () => {
    const asked = compilationOf('/c /clang:-MD /clang:-MTx.obj /clang:-MFx.d a.cpp');
    expect(joined(clangClDialect.preprocessCommand(asked, 'cl', '/t/y.d'))).toBe('/E -Qunused-arguments /clang:-MD /clang:-MTx.obj /clang:-MF/t/y.d a.cpp');
    expect(() => clangClDialect.preprocessCommand(asked, 'cl', undefined)).toThrow('exactly when');
    expect(joined(clangClDialect.tracedCommand(compilationOf('/c a.cpp'), 'cl', { colour: 'never', dependencyPath: '/t/y.d' }))).toBe('/clang:-MD /clang:-MF/t/y.d -fno-color-diagnostics /c a.cpp');
  });

  it('asks where is searched', () => {
    expect(joined(clangClDialect.searchCommand(compilationOf('/c /TC /FIx.h -Iinc /Foq.obj a.c'), 'cl'))).toBe('/E -v -Qunused-arguments -Iinc /TC -- /dev/null');
  });

  it('adds no word over there where the object would hold it', () => {
    expect(joined(clangClDialect.remoteCommand(compilationOf('/c /O2 a.cpp'), 'cl', '/tmp/r.d'))).toBe('--driver-mode=cl -fno-color-diagnostics /clang:-MD /clang:-MF/tmp/r.d /c /O2 a.cpp');
    expect(joined(clangClDialect.remoteCommand(compilationOf('--driver-mode=cl /c a.cpp'), 'cl', '/tmp/r.d'))).toBe('-fno-color-diagnostics /clang:-MD /clang:-MF/tmp/r.d --driver-mode=cl /c a.cpp');
    expect(joined(clangClDialect.remoteCommand(compilationOf('/c a.cpp', 'clang-cl', '/r'), 'cl', '/tmp/r.d'))).toBe('--driver-mode=cl -fno-color-diagnostics /clang:-resource-dir=/r /clang:-MD /clang:-MF/tmp/r.d /c a.cpp');
    expect(joined(clangClDialect.remoteCommand(compilationOf('/c /Z7 /showIncludes a.cpp'), 'cl', '/tmp/r.d'))).toBe('/c /Z7 /showIncludes a.cpp');
  });
});

it('cl.exe preprocesses without making errors of warnings', () => {
  expect(joined(msvcDialect.preprocessCommand(compilationOf('/c /WX /W4 /MP a.cpp', 'msvc'), 'cl', undefined))).toBe('/nologo /E /WX- /showIncludes /W4 a.cpp');
});

describe('files told on standard output', () => {
  const notes = 'Note: including file: ./x.h\nNote: including file:   /sdk/y z.h\n';
  const files = ['./x.h', '/sdk/y z.h'];
  it.each<readonly [string, string, unknown]>([
    ['/showIncludes', notes, files],
    ['/showIncludes', '', []],
    ['-showIncludes', `${notes}a.cpp\n`, undefined],
    ['/showIncludes:user', notes, undefined],
    ['/showFilenames', '', undefined],
    ['/O2', notes, undefined],
  ])('%s', (word, stdout, told) => {
    expect(clangClDialect.notedFiles?.(compilationOf(`/c ${word} a.cpp`), stdout)).toEqual(told);
  });
});

describe('what cl.exe tells of files while it preprocesses', () => {
  const prefix = 'Hinweis: Einlesen der Datei:';
  const said = (text: string, notePrefix: string | undefined = prefix): unknown => {
    const compilation = compilationOf('/c a.cpp', 'msvc');
    return msvcDialect.enteredFiles?.({ ...compilation, compiler: { ...compilation.compiler, notePrefix } }, Buffer.from(text, 'latin1'));
  };

  it('names, each once, and what else was said', () => {
    const text = `a.cpp\r\n${prefix} C:\\w\\x.h\r\n${prefix}  C:\\sdk y\\z.h\r\na.cpp(3): warning C4005\r\n${prefix} C:\\w\\x.h\r\n`;
    expect(said(text)).toEqual({ kind: 'entered', files: ['a.cpp', 'C:\\w\\x.h', 'C:\\sdk y\\z.h'], others: 'a.cpp\na.cpp(3): warning C4005' });
  });

  it.each([
    [`${prefix} C:\\w\\\xfc.h\r\n`, 'the name of an included file is in a code page'],
    [`${prefix} C:\\w\\debug\\msado15.tlh\r\n`, '#import'],
  ])('%j cannot be followed', (text, reason) => {
    expect(said(text)).toEqual({ kind: 'unknowable', reason });
  });
});
