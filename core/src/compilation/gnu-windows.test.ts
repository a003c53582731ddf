import { expect, it } from 'vitest';
import { clangDialect, gccDialect } from './index.js';

const facts = { kind: 'gcc', plusplus: false, version: '1', apple: false } as const;
const outputsIn = (cwd: string, args: readonly string[]): readonly string[] | string => {
  const verdict = gccDialect.parse({ compiler: 'gcc', args, cwd, env: [] }, facts, () => undefined);
  return verdict.kind === 'decline' ? verdict.reason : verdict.compilation.outputs.map(({ path }) => path);
};

it.each([
  ['C:/w', ['-c', 'src\\a.c'], ['a.o']],
  ['C:/w', ['-c', '-x', 'c', 'D:\\x.y\\a'], ['a.o']],
  ['C:/w', ['-c', 'src\\a.c', '-o', 'out.d\\a', '-MD'], ['out.d\\a', 'out.d\\a.d']],
  ['C:/w', ['-c', 'src\\a.c', '-MD'], ['a.o', 'a.d']],
  ['C:/w', ['-c', 'a.c', '-o', 'NUL'], '-o NUL'],
  ['C:/w', ['-c', 'a.c', '-o', 'out\\con.o'], '-o out\\con.o'],
  ['C:/w', ['-c', 'a.c', '-o', '/dev/null'], '-o /dev/null'],
  ['/w', ['-c', 'src\\a.c'], ['src\\a.o']],
  ['/w', ['-c', 'a.c', '-o', 'NUL'], ['NUL']],
])('in %s, %j makes %j', (cwd, args, expected) => expect(outputsIn(cwd, args)).toEqual(expected));

it.each([
  ['C:/w', 'NUL'],
  ['/w', '/dev/null'],
])('in %s the empty input of a question is %s', (cwd, expected) => {
  const verdict = clangDialect.parse({ compiler: 'clang', args: ['-c', 'a.c'], cwd, env: [] }, { ...facts, kind: 'clang' }, () => undefined);
  expect(verdict.kind === 'compile' && clangDialect.searchCommand(verdict.compilation, 'clang').args.at(-1)).toBe(expected);
});
