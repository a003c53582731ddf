import { describe, expect, it } from 'vitest';
import { commandKind } from './compile-commands.js';

/** A command with `@` where the launcher belongs. */
const marked = (command: string): readonly [string, readonly number[]] => {
  const parts = command.split('@@');
  const at = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('').length);
  return [parts.join(''), at];
};

describe('what compiles, and where the launcher belongs', () => {
  it.each([
    '@@gcc -c a.c -o a.o',
    '@@/usr/bin/c++ -DX="a b" -MD -MT a.o -MF a.o.d -o a.o -c a.cc',
    '@@../../third_party/llvm-build/bin/clang++ -MMD -c ../a.cc -o obj/a.o',
    '@@aarch64-linux-gnu-gcc-12 -c a.c',
    '@@x86_64-w64-mingw32-g++ -c a.cc',
    '@@clang-15 -c a.c',
    "@@'/opt/my tools/gcc' -c a.c",
    '@@"/opt/my tools/gcc" -c a.c',
    '@@clang-cl /nologo /c a.cc /Foa.obj',
    'cd sub && @@gcc -c a.c',
    'LC_ALL=C FLAGS="a b" @@gcc -c a.c',
    'env LC_ALL=C @@gcc -c a.c',
    'exec @@gcc -c a.c',
    '@@gcc -c a.c && @@gcc -c b.c',
    '@@gcc -c a.c; strip a.o',
    '(cd x; @@gcc -c a.c) > log 2>&1',
    'rm -f a.o;@@gcc -c a.c',
    '@@gcc $(pkg-config --cflags x "y)") -c a.c',
    '@@gcc `pkg-config --cflags x` -c a.c',
    '@@gcc -c a.c 2>warnings || (cat warnings; false)',
    '@@gcc -DA=\\"b\\ c\\" -c a.c # gcc -c b.c',
    '@@gcc -c a.c | sed s/gcc/x/',
    '@@gcc -Isrc/ccache -c a.c',
    '@@gcc -c src/ccache -o x.o && cp x.o out/distcc',
    '@@gcc -c ccache/main.c -o ccache',
    '/home/me/ccache/build/generate a.c && @@gcc -c a.c',
  ])('%s', (command) => {
    const [text, at] = marked(command);
    expect(commandKind(text, '')).toEqual({ kind: 'compile', at });
  });

  it.each([
    'gcc -o app a.o b.o', ': && /usr/bin/c++ -O2 a.o -o app -lm && :', 'clang++ -shared -o liba.so a.o', 'ld.lld -o a b.o', 'gcc a.c -o a',
  ])('links: %s', (command) => {
    expect(commandKind(command, '')).toEqual({ kind: 'link' });
  });

  it.each([
    ['ccache gcc -c a.c', 'ccache'], ['/usr/bin/sccache-ts gcc -c a.c', 'sccache-ts'], ['/usr/lib/ccache/gcc -c a.c', 'ccache'],
    ['cmake -E __run_co_compile --launcher=/x/mine -- cc -c a.c', 'mine'], ['cd x && X=1 python wrap.py /usr/bin/distcc gcc', 'distcc'],
    ['/usr/lib/ccache/bin/g++ -c a.cc', 'ccache'], ['ccache $CC -c a.c', 'ccache'], ['python wrap.py --cc-wrapper=goma clang -c a.c', 'goma'],
  ])('tells which launcher: %s', (command, by) => {
    expect(commandKind(command, '')).toEqual({ kind: 'launched', by });
  });

  it.each([
    'ccache gcc -c a.c', '/usr/bin/sccache-ts gcc -c a.c', 'sccache g++ -c a.cc', 'distcc gcc -c a.c', '/usr/lib/ccache/gcc -c a.c', 'env X=1 icecc gcc -c a.c',
    '/usr/bin/cmake -E __run_co_compile --launcher=x --source=a.c -- /usr/bin/cc -c a.c', 'python wrap.py ccache gcc -c a.c', 'rewrapper -cfg=x clang -c a.c',
    'gcc -c a.c && ccache gcc -c b.c',
  ])('has a launcher: %s', (command) => {
    expect(commandKind(command, '').kind).toBe('launched');
  });

  it.each([
    '', 'rm -f lib.a && ar rcs lib.a a.o', "echo 'gcc -c a.c'", 'echo gcc -c a.c', 'gcc -E -c a.c', 'gcc -S a.c -o a.s', 'gcc -M -c a.c', '$CC -c a.c', '"$CC" -c a.c',
    'if gcc -c a.c; then true; fi', 'cat <<X\ngcc -c a.c\nX', "gcc -c 'a.c", 'python gcc -c a.c', 'gcc-ar -c a.c', 'clang-tidy -c a.c', 'nvcc -c a.cu', 'cc1 -c a.c', 'as -c a.s',
    'sh -c "gcc -c a.c"', 'time gcc -c a.c', 'nice -n 5 gcc -c a.c', 'env -i gcc -c a.c', 'gcc -c $(cat a', 'tool # gcc -c a.c', 'moc -c a.h -o moc_a.cc', 'cp gcc /bin; ls -c',
    'cp out/ccache bin/ccache', '/home/me/ccache/build/generate -c a.c',
  ])('is left alone: %j', (command) => {
    expect(commandKind(command, '').kind).toBe('other');
  });

  it('reads response files', () => {
    expect(commandKind('gcc @a.rsp', '-O2\n-c\na.c')).toEqual({ kind: 'compile', at: [0] });
    expect(commandKind('gcc @a.rsp', 'a.o b.o')).toEqual({ kind: 'link' });
    expect(commandKind('clang-cl @a.rsp', '/c a.cc')).toEqual({ kind: 'compile', at: [0] });
  });
});
