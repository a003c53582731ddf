import { expect, it } from 'vitest';
import { absoluteName } from './absolute-name.js';

it.each([
  ['/w', 'a.c', '/w/a.c'],
  ['/w', '/usr/a.c', '/usr/a.c'],
  ['/w', '../a.c', '/w/../a.c'],
  ['/w', 'link/../a.c', '/w/link/../a.c'],
  ['/w', './a.c', '/w/./a.c'],
  ['/', 'a.c', '/a.c'],
])('in %s, %s is %s', (cwd, name, expected) => {
  expect(absoluteName(cwd, name)).toBe(expected);
});
