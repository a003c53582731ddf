import { describe, expect, it } from 'vitest';
import { readManifest } from './ninja-manifest.js';
import { bindingOf, canonicalPath } from './ninja-scope.js';
import { NinjaSyntaxError } from './ninja-text.js';

const good = 'rule r\n  command = true\n';

describe('what ninja would not understand is told by line', () => {
  it.each<[string, string]>([
    ['x\n', "build.ninja:1: expected '=' after x"],
    [`${good}\nbuild a: q b\n`, "build.ninja:4: unknown build rule 'q'"],
    [`${good}${good}`, "build.ninja:3: duplicate rule 'r'"],
    ['rule r\n  depfile = x\n', "build.ninja:1: rule 'r' has no 'command =' line"],
    ['a = $\n  b\nc = $%\n', 'build.ninja:3: bad $-escape (literal $ must be written as $$)'],
    [`${good}build a b\n`, "build.ninja:3: expected ':' ($ also escapes ':')"],
    [`${good}build: r\n`, 'build.ninja:3: expected path'],
    [`${good}build a:\n`, 'build.ninja:3: expected build command name'],
    ['  a = b\n', 'build.ninja:1: unexpected indent'],
    ['\ta = b\n', 'build.ninja:1: tabs are not allowed, use spaces'],
    ['rule r\n\n  command = x\n', "build.ninja:1: rule 'r' has no 'command =' line"],
    ['a = b', 'build.ninja:1: unexpected end of file'],
    ['include nowhere.ninja\n', "build.ninja:1: loading 'nowhere.ninja': there is no such file"],
    ['\nsubninja\n', 'build.ninja:2: expected path'],
    ['default\n', 'build.ninja:1: expected target name'],
    ['include build.ninja\n', 'build.ninja:1: build.ninja is included too deep'],
    ['=\n', 'build.ninja:1: expected a statement'],
    ['rule r x\n', 'build.ninja:1: expected the end of the line'],
  ])('%j', (text, message) => {
    expect(() => readManifest('build.ninja', (path) => (path === 'build.ninja' ? text : undefined))).toThrow(new NinjaSyntaxError(message));
  });

  it('no file', () => {
    expect(() => readManifest('x.ninja', () => undefined)).toThrow(new NinjaSyntaxError('x.ninja: there is no such file'));
  });
});

describe('variables', () => {
  const valueOf = (text: string, name: string): string => {
    const [edge] = readManifest('build.ninja', () => text).edges;
    if (edge === undefined) throw new Error('no build statement');
    return bindingOf(edge, name);
  };

  it.each<[string, string, string]>([
    ['a = 1\nb = $a\na = 2\n', 'b', '1'],
    ['a = x$ y$:$$${b}$-z.\nb = 3\n', 'a', 'x y:$.'],
    ['a.b = 1\nc = ${a.b}\n', 'c', '1'],
    ['a =   x  \n', 'a', 'x  '],
    ['a = one $\n   two\n', 'a', 'one two'],
    ['a =\n', 'a', ''],
    ['a = # no comment\n', 'a', '# no comment'],
  ])('%j', (text, name, value) => {
    expect(valueOf(`${good}${text}build x: r\n`, name)).toBe(value);
  });

  it('of a rule may name one another, but not in circles', () => {
    expect(valueOf('rule r\n  command = $description!\n  description = $out\nbuild x: r\n', 'command')).toBe('x!');
    expect(valueOf('rule r\n  command = $description\n  description = a$command\nbuild x: r\n', 'command')).toMatch(/^a+$/);
  });

  it('the folder of logs', () => {
    expect(readManifest('f', () => 'builddir = a\nbuilddir = $builddir/b\n').builddir).toBe('a/b');
  });
});

it.each([
  ['a', 'a'], ['a/b.c', 'a/b.c'], ['./a', 'a'], ['a//b', 'a/b'], ['a/./b/', 'a/b'], ['a/../b', 'b'], ['../a', '../a'], ['../../a/..', '../..'], ['/a/../b', '/b'], ['.', '.'], ['a/..', '.'],
  ['..', '..'], ['a..b/..c', 'a..b/..c'], ['./', '.'], ['/', '/'], ['/a/', '/a'],
])('%s is the node %s', (path, node) => {
  expect(canonicalPath(path)).toBe(node);
});
