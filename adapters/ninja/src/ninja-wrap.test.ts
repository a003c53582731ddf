import { describe, expect, it } from 'vitest';
import { readManifest } from './ninja-manifest.js';
import { bindingOf } from './ninja-scope.js';
import { poolsFile, poolsText } from './ninja-pools.js';
import { unwrappedText, type WrapInput, wrapManifest, type Wrapped } from './ninja-wrap.js';

type Files = Readonly<Record<string, string>>;

const input: WrapInput = { file: 'build.ninja', wrapper: '.s/build.ninja', launcher: '/opt/L', again: '/opt/L follow $x' };

interface Seen {
  readonly output: string;
  readonly command: string;
  readonly pool: string;
}

/** What ninja would run for each build statement, read from a file by the same rules. */
function seen(file: string, files: Files): readonly Seen[] {
  return readManifest(file, (path) => files[path]).edges.map((edge) => ({
    output: edge.outputs[0] ?? '',
    command: bindingOf(edge, 'command'),
    pool: bindingOf(edge, 'pool'),
  }));
}

function wrapped(files: Files, more: Partial<WrapInput> = {}): { readonly copy: Files; readonly result: Wrapped } {
  const own = { ...input, ...more };
  const result = wrapManifest(readManifest(own.file, (path) => files[path]), own);
  const copies = Object.fromEntries(result.files.map(({ path, text }) => [path, text]));
  return { copy: { ...files, ...copies, [poolsFile(own.wrapper)]: poolsText({ links: 2, home: 0 }) }, result };
}

/** Every command of the copy, in order, without our own statement. */
const commands = (files: Files | string, more: Partial<WrapInput> = {}): readonly string[] => {
  const { copy } = wrapped(typeof files === 'string' ? { 'build.ninja': files } : files, more);
  return seen(more.wrapper ?? input.wrapper, copy).slice(0, -1).map(({ command }) => command);
};

const rule = (command: string, more = ''): string => `rule r\n  command = ${command}\n${more}`;

describe('the launcher goes before what compiles', () => {
  it.each<[string, string, readonly string[]]>([
    ['a rule', `${rule('gcc -c $in -o $out')}build a.o: r a.c\n`, ['/opt/L gcc -c a.c -o a.o']],
    ['a compiler in a variable', `cc = gcc\n${rule('$cc -c $in')}build a.o: r a.c\n`, ['/opt/L gcc -c a.c']],
    ['a compiler that is named later', `${rule('$cc -c $in')}build a.o: r a.c\ncc = clang\n`, ['/opt/L clang -c a.c']],
    ['a compiler of the statement\'s own', `${rule('$cc -c $in')}build a.o: r a.c\n  cc = clang\nbuild b.o: r b.c\n  cc = ccache gcc\n`, ['/opt/L clang -c a.c', 'ccache gcc -c b.c']],
    ['most with one of their own', `cc = ccache gcc\n${rule('$cc -c $in')}build a.o: r a.c\nbuild b.o: r b.c\nbuild c.o: r c.c\n  cc = gcc\n`, ['ccache gcc -c a.c', 'ccache gcc -c b.c', '/opt/L gcc -c c.c']],
    ['a command of the statement\'s own', `${rule('true')}build a.o: r a.c\n  command = cd x && gcc -c $$y\n`, ['cd x && /opt/L gcc -c $y']],
    ['all in one variable', `${rule('$all')}build a.o: r\n  all = X=1 gcc -c a.c "-DX=$$Y:\\$$" \nbuild b: r\n  all =  echo gcc -c\n`, ['X=1 /opt/L gcc -c a.c "-DX=$Y:\\$" ', 'echo gcc -c']],
    ['a prefix that may be empty', `${rule('$pre$cc -c $in')}cc = gcc\nbuild a.o: r a.c\nbuild b.o: r b.c\n  pre = ccache$ \n`, ['/opt/L gcc -c a.c', 'ccache gcc -c b.c']],
    ['lines that go on', `${rule('cd x && $\n    gcc $\n  -c $in')}build a.o: r a.c\n`, ['cd x && /opt/L gcc -c a.c']],
    ['two in one', `${rule('gcc -c a.c && gcc -c b.c')}build a.o: r\n`, ['/opt/L gcc -c a.c && /opt/L gcc -c b.c']],
    ['names with blanks', `${rule('gcc -c $in -o $out')}build a$ b.o: r x/./y$$/../a$:.c |\n`, ["/opt/L gcc -c 'x/a:.c' -o 'a b.o'"]],
    ['a variable of the file that hides the rule\'s', `command = gcc -c hidden.c\n${rule('true')}build a.o: r\n`, ['gcc -c hidden.c']],
    ['response files', `${rule('gcc @$out.rsp', '  rspfile = $out.rsp\n  rspfile_content = -c $in\n')}build a.o: r a.c\nbuild b.o: r b.c\n`, ['/opt/L gcc @a.o.rsp', '/opt/L gcc @b.o.rsp']],
    ['Windows line ends', `${rule('gcc -c $in').replaceAll('\n', '\r\n')}build a.o: r a.c\r\n`, ['/opt/L gcc -c a.c']],
    ['paths from the statement\'s bindings', `${rule('gcc -c $in')}build a.o: r $d/a.c\n  d = sub\n  e = $d\n`, ['/opt/L gcc -c sub/a.c']],
  ])('%s', (_, text, expected) => {
    expect(commands(text)).toEqual(expected);
  });

  it('in included files, each time anew, and leaves the others where they are', () => {
    const files: Files = {
      'build.ninja': 'cc = gcc\ninclude $dir/rules.ninja\nsubninja sub.ninja\nsubninja plain.ninja\ncc = clang\nsubninja sub.ninja\n'.replace('$dir', 'r'),
      'r/rules.ninja': rule('$cc -c $in'),
      'sub.ninja': 'cc = my-$cc\nbuild $cc.o: r a.c\n',
      'plain.ninja': 'build all: phony a.c\n',
    };
    const { copy, result } = wrapped(files);
    expect(result.files.map(({ path }) => path)).toEqual(['.s/build.ninja.1', '.s/build.ninja']);
    expect(seen(input.wrapper, copy).map(({ command }) => command)).toEqual(['/opt/L my-gcc -c a.c', '', '/opt/L my-clang -c a.c', '/opt/L follow $x']);
    expect(copy['.s/build.ninja']).toContain('build .s/build.ninja: sccache_ts_follow build.ninja | r/rules.ninja sub.ninja plain.ninja\n');
    expect(result.commands).toEqual([['my-gcc -c a.c', '/opt/L my-gcc -c a.c'], ['my-clang -c a.c', '/opt/L my-clang -c a.c']]);
  });

  it('copies a file that only includes what must be copied, and files that are used twice differently', () => {
    const files: Files = {
      'build.ninja': `${rule('$all')}subninja between.ninja\nall = gcc -c two.c && true\n`,
      'between.ninja': 'subninja last.ninja\nall = true; gcc -c one.c\nsubninja last.ninja\n',
      'last.ninja': 'build x$all: r\n',
    };
    const { copy, result } = wrapped(files);
    expect(result.files.map(({ path }) => path)).toEqual(['.s/build.ninja.3', '.s/build.ninja.2', '.s/build.ninja.1', '.s/build.ninja']);
    expect(seen(input.wrapper, copy).map(({ command }) => command).slice(0, 2)).toEqual(['true; /opt/L gcc -c one.c', 'true; /opt/L gcc -c one.c']);
  });

  it('changes nothing else', () => {
    const text = `# é \t\n\n${rule('gcc -c $in\n  # between\n  depfile = $out.d')}build a.o | b: r a.c | c || d |@ e\n\ndefault a.o`;
    const { copy } = wrapped({ 'build.ninja': `${text}\n` });
    expect(copy['.s/build.ninja']).toContain(text.replace('gcc', '/opt/L gcc'));
  });

  it('is quoted when its path is odd, for the shell and for ninja', () => {
    const text = `${rule('gcc -c $in')}build a.o: r a.c\n`;
    expect(commands(text, { launcher: "/a b/$c'd" })).toEqual(["'/a b/$c'\\''d' gcc -c a.c"]);
  });

  it('tells what ninja hashes, response files too', () => {
    const text = `${rule('gcc @$out.rsp', '  rspfile = $out.rsp\n  rspfile_content = -c $in\n')}build a.o: r a.c\n`;
    expect(wrapped({ 'build.ninja': text }).result.commands).toEqual([['gcc @a.o.rsp;rspfile=-c a.c', '/opt/L gcc @a.o.rsp;rspfile=-c a.c']]);
  });
});

describe('pools', () => {
  const pools = (text: string): readonly (readonly [string, string])[] =>
    seen(input.wrapper, wrapped({ 'build.ninja': `${rule('gcc -c $in')}build a.o: r a.c\n${text}` }).copy).slice(1, -1).map(({ output, pool }) => [output, pool]);

  it.each<[string, string, readonly (readonly [string, string])[]]>([
    ['links and others', 'rule l\n  command = gcc -o $out $in\nrule x\n  command = ar rc $out $in\nbuild a: l a.o\nbuild b: x a.o\n', [['a', 'sccache_ts_links'], ['b', 'sccache_ts_home']]],
    ['those that have one', 'pool p\n  depth = 1\nrule l\n  command = gcc -o $out $in\n  pool = p\nrule x\n  command = true\nbuild a: l\nbuild b: x\n  pool = console\nbuild c: x\n', [['a', 'p'], ['b', 'console'], ['c', 'sccache_ts_home']]],
    ['one rule for all', 'rule x\n  command = $do\nbuild a: x\n  do = gcc -o a\nbuild b: x\n  do = true\nbuild c: x\n  do = gcc -c c.c\nbuild d: phony c\n', [['a', 'sccache_ts_links'], ['b', 'sccache_ts_home'], ['c', ''], ['d', '']]],
    ['another launcher', 'rule x\n  command = ccache gcc -c $in\nbuild a: x\n', [['a', '']]],
  ])('%s', (_, text, expected) => {
    expect(pools(text)).toEqual(expected);
  });
});

it('what cannot be followed is read as it is', () => {
  const files: Files = { 'a b.ninja': `${rule('gcc -c $in')}build a.o: r a.c\n` };
  const own = { ...input, file: 'a b.ninja' };
  expect(seen('copy', { ...files, copy: unwrappedText(own, ['a b.ninja', 'c.ninja']) }).map(({ command }) => command)).toEqual(['gcc -c a.c', '/opt/L follow $x']);
});
