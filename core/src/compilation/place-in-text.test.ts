import { expect, it } from 'vitest';
import { placeInText } from './place-in-text.js';

it.each([
  ['int x;\n', undefined],
  ['# 1 "/home/u/one/a.c"\n# 3 "/home/u/one/b.h" 1 3 4\nint x;\n', undefined],
  ['int x;\nconst char *f = "/home/u/one/a.c";\n', 'the text names the folder, as __FILE__ does'],
  ['# 1 "a.c"\nconst char *f = "# 1 /home/u/one";\n', 'the text names the folder, as __FILE__ does'],
  ['/home/u/one', 'the text names the folder, as __FILE__ does'],
  ['#define ROOT "/home/u/one"\n', 'the text names the folder, as __FILE__ does'],
  ['#pragma message("/home/u/one")\n', 'the text names the folder, as __FILE__ does'],
  ['f(__builtin_FILE());\n', '__builtin_FILE may name the folder'],
  ['log(__PRETTY_FUNCTION__);\n', '__PRETTY_FUNCTION__ may name the folder'],
  ['const char *f = "/home/u/two/a.c";\n', undefined],
])('%j: %s', (text, expected) => {
  expect(placeInText(Buffer.from(text), '/home/u/one/')).toBe(expected);
});
