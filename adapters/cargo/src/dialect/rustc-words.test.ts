import { expect, it } from 'vitest';
import { expandResponseFiles, readWords } from './rustc-words.js';

const told = (line: string): readonly string[] | undefined => readWords(line.split(' '))?.map(({ name, value }) => (name === undefined ? `file ${value}` : value === '' ? name : `${name} ${value}`));

it.each<readonly [string, readonly string[] | undefined]>([
  ['-C opt-level=1 -Copt-level=1 --codegen opt-level=1 --codegen=opt-level=1', ['-C opt-level=1', '-C opt-level=1', '--codegen opt-level=1', '--codegen opt-level=1']],
  // rustc 1.95 reads an option named `` here, and refuses it.
  ['-C=opt-level=1', ['-C =opt-level=1']],
  ['-gO', ['-g', '-O']],
  ['-OCopt-level=3 src/lib.rs', ['-O', '-C opt-level=3', 'file src/lib.rs']],
  ['-OC target-cpu=native src/lib.rs', ['-O', '-C target-cpu=native', 'file src/lib.rs']],
  ['-gOlstatic=z', ['-g', '-O', '-l static=z']],
  ['-vV', ['-vV']],
  ['-Vv', ['-V', '-v']],
  ['-Wunused -W unused --warn=unused', ['-W unused', '-W unused', '--warn unused']],
  ['--cfg feature="a=b" --cfg=c', ['--cfg feature="a=b"', '--cfg c']],
  ['--cfg -gO', ['--cfg -gO']],
  ['--odd -odd', ['--odd', '-o dd']],
  ['-', ['file -']],
  ['-O -C', undefined],
  ['-OC', undefined],
  ['--emit', undefined],
])('%s', (line, expected) => {
  expect(told(line)).toEqual(expected);
});

const expand = (text: string | undefined, ...args: readonly string[]): readonly string[] | undefined => expandResponseFiles({ args, cwd: '/w' }, (path) => (path === '/w/f' ? text : undefined));

it.each<readonly [string, string | undefined, readonly string[] | undefined]>([
  ['a word a line', 'a\nb c\n', ['a', 'b c']],
  ['no line end at the end', 'a\nb', ['a', 'b']],
  ['line ends of Windows', 'a\r\nb\r\n', ['a', 'b']],
  ['blanks and quotes as they are', '  a \n"b"\n\'c\\ d\'\n', ['  a ', '"b"', "'c\\ d'"]],
  ['empty words', 'a\n\nb\n\n', ['a', '', 'b', '']],
  ['further response files as names', 'a\n@g\n', ['a', '@g']],
  ['nothing', '', []],
  ['a file that cannot be read', undefined, undefined],
  ['more than a command line can hold', 'x\n'.repeat(600_000), undefined],
  ['a word longer than one can be', 'x'.repeat(130_000), undefined],
  ['very many words', 'x\n'.repeat(400_000), new Array<string>(400_000).fill('x')],
])('response files: %s', (_, text, expected) => {
  expect(expand(text, '@f')).toEqual(expected);
});

it('response files stand where they are named', () => {
  expect(expand('b\nc', 'a', '@f', 'd', '@f')).toEqual(['a', 'b', 'c', 'd', 'b', 'c']);
  expect(expand('a', '@/other')).toBeUndefined();
});
