import { expect, it } from 'vitest';
import { absoluteName } from './absolute-name.js';

it.each([
  ['/work', 'a.c', '/work/a.c'],
  ['/work', '/usr/a.c', '/usr/a.c'],
  ['/work', '../a.c', '/work/../a.c'],
  ['/work', 'link/../a.c', '/work/link/../a.c'],
  ['/work', './a.c', '/work/./a.c'],
  ['/', 'a.c', '/a.c'],
])('in %s, %s is %s', (cwd, name, expected) => {
  expect(absoluteName(cwd, name)).toBe(expected);
});
