import { expect, it } from 'vitest';
import { namesInText } from './names-in-text.js';

const files = ['src/a.cpp', 'C:/w/inc/ü.h'];

it.each<readonly [string, string | undefined]>([
  ['# 1 "src\\\\a.cpp"\n#line 3 "C:\\\\w\\\\inc\\\\ü.h"\nint a;\n', undefined],
  ['# 1 "src\\\\a.cpp"\nconst char *n = "src\\\\a.cpp";\n', 'the text names a file, as __FILE__ does'],
  ['const char *n = "C:\\\\w\\\\inc\\\\ü.h" "more";\n', 'the text names a file, as __FILE__ does'],
  ['const char *n = "C:/w/inc/ü.h";\n', 'the text names a file, as __FILE__ does'],
  ['const char *n = "a.cpp", *m = "x\\"src/a.cpp";\n', undefined],
  ['auto n = __builtin_FILE();\n', '__builtin_FILE may name a file'],
  ['namespace { int x; }\n', 'an anonymous namespace is named after the file'],
  ['inline namespace\n[[deprecated]] { int x; }\n', 'an anonymous namespace is named after the file'],
  ['namespace a { int x; } using namespace a; struct namespaces {};\n', undefined],
])('%j: %s', (text, reason) => {
  expect(namesInText(Buffer.from(text), files)).toBe(reason);
});
