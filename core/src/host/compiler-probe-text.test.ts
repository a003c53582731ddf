import { describe, expect, it } from 'vitest';
import { probeSource, readProbe, readVerbose } from './compiler-probe-text.js';

/** What a preprocessor with these macros makes of the probe. */
const preprocessed = (macros: Readonly<Record<string, string>>): string =>
  probeSource.replaceAll(/ (\w+)$/gm, (whole, name: string) => (macros[name] === undefined ? whole : ` ${macros[name]}`));

const gnu = { __GNUC__: '4', __VERSION__: '"12.2.0"' };
const clang = { ...gnu, __clang__: '1', __clang_version__: '"14.0.6 "', __VERSION__: '"Clang 14.0.6"' };

describe('readProbe', () => {
  it('tells kind, language and version', () => {
    expect(readProbe(preprocessed(gnu))).toEqual({ kind: 'known', fullVersion: '12.2.0', facts: { kind: 'gcc', plusplus: false, version: '12.2.0', apple: false } });
    expect(readProbe(preprocessed({ ...gnu, __cplusplus: '201703L' }))).toMatchObject({ facts: { kind: 'gcc', plusplus: true } });
    expect(readProbe(preprocessed(clang))).toEqual({ kind: 'known', fullVersion: 'Clang 14.0.6', facts: { kind: 'clang', plusplus: false, version: '14.0.6', apple: false } });
    expect(readProbe(preprocessed({ ...clang, __apple_build_version__: '15000040' }))).toMatchObject({ facts: { kind: 'clang', apple: true } });
    expect(readProbe(preprocessed({ ...clang, _MSC_VER: '1933' }))).toMatchObject({ facts: { kind: 'clang' } });
  });

  it('passes over what a wrapper says, and line ends of another system', () => {
    expect(readProbe(`calling gcc\n${preprocessed(gnu).replaceAll('\n', '\r\n')}bye\n`)).toMatchObject({ facts: { version: '12.2.0' } });
  });

  it.each([
    [{ ...gnu, __CUDACC__: '1' }, 'is nvcc'],
    [{ ...gnu, __INTEL_COMPILER: '2021' }, 'is icc'],
    [{ ...clang, _MSC_VER: '1933', _MT: '1' }, 'speaks the options of cl'],
    [{}, 'is neither gcc nor clang'],
  ])('refuses %o', (macros, why) => {
    expect(readProbe(preprocessed(macros))).toEqual({ kind: 'unsupported', why });
  });

  it('tells the manners of clang apart', () => {
    const cl = preprocessed({ ...clang, _MSC_VER: '1933', _MT: '1' });
    expect(readProbe(cl, 'cl')).toMatchObject({ facts: { kind: 'clang-cl', version: '14.0.6' } });
    expect(readProbe(preprocessed(clang), 'cl')).toEqual({ kind: 'unsupported', why: 'does not speak the options of cl, as its name says' });
    expect(readProbe(preprocessed({ _MSC_VER: '1939', _MT: '1', _MSC_FULL_VER: '193933523', _MSC_BUILD: '0', _M_X64: '100' }), 'cl')).toEqual({
      kind: 'known', fullVersion: '193933523.0', target: '_M_X64', facts: { kind: 'msvc', plusplus: false, version: '19.39', apple: false },
    });
    expect(readProbe(preprocessed({ _MSC_VER: '1939', _MT: '1' }))).toEqual({ kind: 'unsupported', why: 'speaks the options of cl' });
  });

  it('refuses an answer that is none', () => {
    expect(readProbe('usage: cc file...\n')).toMatchObject({ kind: 'unsupported' });
  });
});

describe('readVerbose', () => {
  it('reads command lines, programs, settings and the folders that are searched', () => {
    const text = [
      'Reading specs from /opt/gcc/specs', 'COLLECT_GCC=gcc', ' /lib/gcc/cc1 -E -quiet -v probe.c -dumpbase probe.c',
      '#include "..." search starts here:', '#include <...> search starts here:', ' /usr/include', ' /usr/my include', 'End of search list.',
    ].join('\n');
    expect(readVerbose(text, '/tmp/x')).toEqual({
      commands: ['/lib/gcc/cc1 -E -quiet -v probe.c -dumpbase probe.c'],
      programs: ['/lib/gcc/cc1', 'gcc'],
      files: ['/opt/gcc/specs'],
      settingsFolders: [],
      searched: ['/usr/include', '/usr/my include'],
    });
  });

  it('reads what compilers of Windows say, whatever their slashes', () => {
    const folder = 'C:\\Temp\\x';
    const text = ' "C:/llvm/clang.exe" -cc1 -fdebug-compilation-dir=C:/Temp/x probe.c\r\n "D:\\\\a b\\\\clang.exe" "-cc1" "-dir=C:\\\\Temp\\\\x" probe.c\r\n';
    expect(readVerbose(text, folder)).toMatchObject({
      commands: ['"C:/llvm/clang.exe" -cc1 -fdebug-compilation-dir=<folder> probe.c', '"D:\\\\a b\\\\clang.exe" "-cc1" "-dir=<folder>" probe.c'],
      programs: ['C:/llvm/clang.exe', 'D:\\a b\\clang.exe'],
    });
  });

  it('takes the name of the temporary folder out of command lines', () => {
    const text = 'System configuration file directory: /etc/clang\nConfiguration file: /etc/clang/clang.cfg\n "/a b/clang" -cc1 -fdebug-compilation-dir=/tmp/x probe.c\n';
    expect(readVerbose(text, '/tmp/x')).toEqual({
      commands: ['"/a b/clang" -cc1 -fdebug-compilation-dir=<folder> probe.c'],
      programs: ['/a b/clang'],
      files: ['/etc/clang/clang.cfg'],
      settingsFolders: ['/etc/clang'],
      searched: [],
    });
  });
});
